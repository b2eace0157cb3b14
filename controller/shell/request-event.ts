// What a request over the control socket tells the core: the translation from people's verbs to events.

import { isSlotId, type SlotId } from "../../hat/slots.ts";
import type { ActRequest, EventRequest } from "./control-protocol.ts";
import type { Untimed } from "./loop.ts";

/** The slots that a request names. */
export function namedSlots(request: ActRequest): readonly SlotId[] {
  if ("slots" in request) return request.slots.filter(isSlotId);
  return "slot" in request && isSlotId(request.slot ?? "") ? [request.slot as SlotId] : [];
}

/** The event for the core; null for a request that only asks. */
export function eventOf(request: EventRequest): Untimed | null {
  const slots = namedSlots(request);
  switch (request.verb) {
    case "status":
    case "why":
    case "plan":
    case "reload":
    case "schedule":
    case "windows":
    case "miners":
    case "set-windows":
    case "identify":
    case "pool-node":
      return null;
    case "quiesce":
      return { type: "quiesce" };
    case "on":
    case "uncordon":
    case "release":
      return { type: "operator", verb: request.verb, slots, reason: request.reason, hard: false };
    case "off":
    case "cycle": {
      const { verb, reason, hard } = request;
      return { type: "operator", verb, slots, reason, hard };
    }
    case "cordon":
    case "drain":
    case "maintenance": {
      const { verb, reason, forMs } = request;
      return { type: "operator", verb, slots, reason, hard: false, forMs };
    }
    case "wake":
      return {
        type: "demand",
        slots,
        forMs: request.forMs,
        ...(request.by === undefined ? {} : { by: request.by }),
      };
    default:
      return rigEventOf(request, slots);
  }
}

type RigRequest = Extract<
  ActRequest,
  {
    readonly verb: "pause" | "resume" | "override" | "end-override" | "ceiling" | "metered";
  }
>;

function rigEventOf(request: RigRequest, [slot]: readonly SlotId[]): Untimed | null {
  switch (request.verb) {
    case "pause":
      return { type: "pause", reason: request.reason, forMs: request.forMs };
    case "resume":
      return { type: "resume", reason: request.reason };
    case "override": {
      const { watts, reason, forMs } = request;
      return { type: "override", watts, reason, forMs };
    }
    case "end-override":
      return { type: "end-override", reason: request.reason };
    case "ceiling": {
      const { watts, source, forMs } = request;
      return { type: "external-ceiling", watts, source, forMs };
    }
    case "metered": {
      const { watts, forMs } = request;
      return slot === undefined ? null : { type: "metered", slot, watts, forMs };
    }
  }
}

// What is asked over MQTT, as the request that the CLI or the page would make; or why it is no request.

import { isSlotId } from "../../hat/slots.ts";
import { IDENTIFY_MS, WATTS_MAX } from "../shell/control-limits.ts";
import type { ActRequest } from "../shell/control-protocol.ts";
import type { Naming } from "./naming.ts";

export type Asked =
  | { readonly ok: true; readonly request: ActRequest }
  | { readonly ok: false; readonly code: string; readonly error: string };

const REASON = "asked over MQTT";
const SOURCE = "mqtt";

function wrong(payload: string, expected: string): Asked {
  return { ok: false, code: "bad-request", error: `expected ${expected}, got "${payload}"` };
}

/** A verb for each word that may be sent. */
type Words = Readonly<Record<string, ActRequest>>;

function pick(words: Words, payload: string): Asked {
  const request = Object.hasOwn(words, payload) ? words[payload] : undefined;
  return request === undefined
    ? wrong(payload, `one of ${Object.keys(words).join(", ")}`)
    : { ok: true, request };
}

function askedOfSlot(slot: string, command: string, payload: string): Asked | null {
  const slots = [slot];
  const plain = { slots, reason: REASON } as const;
  const held = { ...plain, forMs: null } as const;
  switch (command) {
    case "power":
      return pick(
        { ON: { verb: "on", ...plain }, OFF: { verb: "off", ...plain, hard: false } },
        payload,
      );
    case "restart":
      return pick({ PRESS: { verb: "cycle", ...plain, hard: false } }, payload);
    case "identify":
      return pick({ PRESS: { verb: "identify", slots, forMs: IDENTIFY_MS } }, payload);
    case "mode":
      return pick(
        {
          active: { verb: "uncordon", ...plain },
          cordoned: { verb: "cordon", ...held },
          draining: { verb: "drain", ...held },
          maintenance: { verb: "maintenance", ...held },
        },
        payload,
      );
    default:
      return null;
  }
}

function askedOfRig(command: string, payload: string, ceilingForMs: number): Asked | null {
  if (command === "mode") {
    return pick(
      {
        auto: { verb: "resume", reason: REASON },
        paused: { verb: "pause", reason: REASON, forMs: null },
      },
      payload,
    );
  }
  if (command !== "ceiling") return null;
  const watts = Number(payload);
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(payload) || watts > WATTS_MAX) {
    return wrong(payload, `watts from 0 to ${WATTS_MAX}`);
  }
  return { ok: true, request: { verb: "ceiling", watts, source: SOURCE, forMs: ceilingForMs } };
}

/** Null for a topic on which nothing can be asked. `ceilingForMs`: how long a ceiling holds unless it is told again. */
export function askedBy(
  naming: Naming,
  topic: string,
  payload: string,
  ceilingForMs: number,
): Asked | null {
  const [first = "", second = "", third, ...more] = naming.partsOf(topic) ?? [];
  if (more.length > 0) return null;
  if (third === "set" && isSlotId(first)) return askedOfSlot(first, second, payload);
  return second === "set" && third === undefined ? askedOfRig(first, payload, ceilingForMs) : null;
}

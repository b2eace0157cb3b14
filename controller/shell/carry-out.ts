// Carries out what is asked over the control socket, HTTP or MQTT: one way for all of them, with the same refusals.

import { isHatError } from "../../hat/error.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { RigState } from "../core/state.ts";
import { type PoolNode, parseNode } from "../pools/node.ts";
import type { MinersReport } from "../pools/stratum-server/report.ts";
import { refusalOf } from "./answer.ts";
import type { ActRequest, AgentRequest, ControlReply, PastRequest } from "./control-protocol.ts";
import { messageOf } from "./error.ts";
import { twoTurns, type Untimed } from "./loop.ts";
import type { OrderDesk } from "./order-desk.ts";
import type { ReloadReply } from "./reload.ts";
import { eventOf, namedSlots } from "./request-event.ts";
import type { Schedules } from "./schedules.ts";

/** What a request may have done. */
export interface RequestSide {
  state(): RigState;
  /** The answer to the request, from the state as it is by then. */
  answer(): ControlReply;
  post(event: Untimed): void;
  note(ev: string, detail: Readonly<Record<string, string>>): void;
  /** null gives the choice back to the list or the picker. */
  choosePool(node: PoolNode | null): void;
  /** Resolves when the LEDs blink; rejects with a HatError. */
  blink(slots: readonly SlotId[], forMs: number): Promise<void>;
  quiesce(timeoutMs: number): Promise<void>;
  reload(): Promise<ReloadReply>;
  past(request: PastRequest): ControlReply;
  readonly orders: Pick<OrderDesk, "answer">;
  miners(): MinersReport;
  readonly agents: { act(request: AgentRequest): ControlReply };
  readonly schedules: Pick<Schedules, "coming" | "set" | "windows">;
}

/** Carries out every verb but `watch`; a request that does not fit this rig is refused. Never rejects for the board's faults. */
export async function carryOut(request: ActRequest, side: RequestSide): Promise<ControlReply> {
  const refusal = refusalOf(request, side.state());
  if (refusal !== null) return refusal;
  switch (request.verb) {
    case "pool-node":
      side.note("pool.chosen", { node: request.node ?? "auto", reason: request.reason });
      side.choosePool(request.node === null ? null : parseNode(request.node));
      await twoTurns();
      break;
    case "quiesce":
      await side.quiesce(request.timeoutMs);
      break;
    case "reload":
      return await side.reload();
    case "stats":
    case "stats-chart":
    case "stats-rows":
    case "history":
      return side.past(request);
    case "miners":
      return { ok: true, miners: side.miners() };
    case "agents":
    case "agents-update":
    case "agents-rollback":
    case "enroll":
    case "revoke":
    case "rotate":
    case "keys":
      return side.agents.act(request);
    case "schedule":
      return await side.schedules.coming(request.days);
    case "windows":
      return side.schedules.windows();
    case "set-windows":
      return side.schedules.set(request.windows, request.reason);
    case "submit":
    case "job":
    case "jobs":
    case "cancel-job":
      return await side.orders.answer(request);
    case "identify":
      return await identify(namedSlots(request), request.forMs, side);
    default: {
      const event = eventOf(request);
      if (event === null) break;
      side.post(event);
      await twoTurns();
    }
  }
  return side.answer();
}

async function identify(
  slots: readonly SlotId[],
  forMs: number,
  side: RequestSide,
): Promise<ControlReply> {
  try {
    await side.blink(slots, forMs);
  } catch (error) {
    const code = isHatError(error) ? error.code : "bus";
    return { ok: false, code, error: messageOf(error) };
  }
  side.note("operator.identify", { slots: slots.join(","), for_ms: String(forMs) });
  return side.answer();
}

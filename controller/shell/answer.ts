// What a request over the control socket is answered with, from the state as it is now.

import { explain, forecast } from "../core/explain.ts";
import type { RigState } from "../core/state.ts";
import { type Surroundings, view } from "../core/view.ts";
import type { ActRequest, ControlReply, Refusal } from "./control-protocol.ts";
import { namedSlots } from "./request-event.ts";

/** The refusal of a request that names a slot which this rig has not; null where it names none. */
export function refusalOf(request: ActRequest, rig: RigState): Refusal | null {
  const ours = rig.slots.map(({ id }) => id);
  const strangers = namedSlots(request).filter((slot) => !ours.includes(slot));
  if (strangers.length === 0) return null;
  const error = `this rig has no ${strangers.join(", ")}; it has ${ours.join(", ")}`;
  return { ok: false, code: "no-slot", error };
}

export function answerOf(
  request: ActRequest,
  rig: RigState,
  around: Surroundings,
  now: number,
): ControlReply {
  if (request.verb === "plan") return { ok: true, intentions: forecast(rig, now) };
  if (request.verb !== "why") return { ok: true, status: view(rig, around, now) };
  const named = namedSlots(request);
  const asked = rig.slots.filter(({ id }) => named.includes(id));
  return { ok: true, explanations: asked.map((slot) => explain(rig, slot, now)) };
}

// Wanted against observed: what one pass may begin. Level-triggered: it looks at the state as it is, never at past events.

import { type Draft, emit, patchSlot, takeId } from "./draft.ts";
import { cutHindrance, laneFree, onHindrance, spentItsCycles } from "./permit.ts";
import { beginCut, beginOn } from "./power.ts";
import { isHealthy, type Slot } from "./slot.ts";

/** Emits the power effect that the slot's stage asks for, once its intent is on disk. */
function drive(draft: Draft, slot: Slot): void {
  const { stage, intent, action } = slot;
  if (stage !== "cut" && stage !== "write") return;
  if (intent?.durable !== true || action !== null || draft.now < slot.retryAt) return;
  const id = takeId(draft);
  const to = stage === "cut" ? "off" : "on";
  emit(draft, { type: "power", slot: slot.id, action: id, to, by: intent.by });
  patchSlot(draft, slot, { action: id });
}

/** Asks for the clean shutdown, once the intent is on disk; asked again each second until the Zero is gone. */
function askToShutDown(draft: Draft, slot: Slot): void {
  const { link, intent } = slot;
  if (slot.stage !== "soft" || link === null || intent?.durable !== true) return;
  if (draft.now < slot.retryAt) return;
  emit(draft, {
    type: "send",
    slot: slot.id,
    link: link.id,
    message: {
      type: "shutdown",
      how: "poweroff",
      commandId: `s${intent.id}`,
      deadlineMs: Math.max(0, Math.round(slot.until - draft.now)),
    },
  });
  patchSlot(draft, slot, { retryAt: draft.now + 1000 });
}

function isGoingOff(slot: Slot): boolean {
  return slot.phase === "PoweringOff" && slot.intent?.kind !== "cycle";
}

/** A request of an operator, which needs no permission but the lane's. */
function obeyOperator(draft: Draft, slot: Slot): Slot {
  const { rig, now } = draft;
  const heard = isHealthy(slot, now, rig.policy.livenessMs);
  // A line that was never read is not switched.
  if (slot.line === "unknown" || slot.action !== null) return slot;
  if (slot.wanted === "off" && slot.line === "on" && !isGoingOff(slot)) {
    const soft = heard && !slot.hardOff;
    return beginCut(draft, slot, {
      kind: "off",
      by: "operator",
      why: "wanted-off",
      reason: "operator",
      soft,
    });
  }
  if (slot.cycleAsked === null || slot.phase === "PoweringOff") return slot;
  if (slot.phase === "Off") return patchSlot(draft, slot, { cycleAsked: null });
  if (!laneFree(rig.slots, rig.policy.laneWidth)) return slot;
  const { reason, hard } = slot.cycleAsked;
  return beginCut(draft, slot, {
    kind: "cycle",
    by: "operator",
    why: "operator",
    reason,
    soft: heard && !hard,
  });
}

/** A silent Zero that waits for its power cycle. */
function remediate(draft: Draft, slot: Slot): Slot {
  const { rig, now } = draft;
  if (slot.phase !== "Remediating" || slot.stage !== "power-cycle") return slot;
  if (cutHindrance(rig, slot, now) !== null) return slot;
  const kind = spentItsCycles(slot, rig.policy, now) ? "quarantine" : "cycle";
  const why = kind === "quarantine" ? "failed-cycles" : "power-cycle";
  return beginCut(draft, slot, { kind, by: "automation", why, reason: why, soft: false });
}

function powerOn(draft: Draft, slot: Slot): Slot {
  if (slot.phase !== "Off" || slot.wanted !== "on") return slot;
  return onHindrance(draft.rig, slot, draft.now) === null ? beginOn(draft, slot) : slot;
}

/** One pass over the slots, in the order of their numbers: at most one new cut and one new start can come of it. */
export function plan(draft: Draft): void {
  for (const known of draft.rig.slots) {
    const slot = powerOn(draft, remediate(draft, obeyOperator(draft, known)));
    askToShutDown(draft, slot);
    drive(draft, slot);
  }
}

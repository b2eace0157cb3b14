// Holds and pauses: a person's word that automation keeps its hands off, and how it ends by itself.

import { type Draft, patchSlot, report, save, saveRig } from "./draft.ts";
import type { Slot } from "./slot.ts";

/** A drain is over when the Zero holds no job; it stays cordoned. */
function judgeDrain(draft: Draft, slot: Slot, reason: string, until: number): void {
  const drained = slot.task === null;
  if (!drained && draft.now < until) return;
  const ev = drained ? "slot.drained" : "slot.drain-timeout";
  report(draft, drained ? "info" : "warn", ev, slot.id, reason);
  const hold = {
    kind: "cordon",
    reason,
    since: draft.now,
    until: Number.POSITIVE_INFINITY,
  } as const;
  save(draft, patchSlot(draft, slot, { hold }));
}

function judgeHold(draft: Draft, slot: Slot): void {
  const { hold } = slot;
  if (hold === null) return;
  if (hold.kind === "drain") judgeDrain(draft, slot, hold.reason, hold.until);
  else if (draft.now >= hold.until) {
    report(draft, "info", "hold.expired", slot.id, hold.kind, { reason: hold.reason });
    save(draft, patchSlot(draft, slot, { hold: null }));
  }
}

/** Ends what has run out: drains, holds, the pause and the override. Part of a tick. */
export function judgeHolds(draft: Draft): void {
  const { rig, now } = draft;
  for (const slot of rig.slots) judgeHold(draft, slot);
  if (rig.pause !== null && now >= rig.pause.until) {
    report(draft, "info", "pause.expired", null, rig.pause.reason);
    rig.pause = null;
    saveRig(draft);
  }
  if (rig.override !== null && now >= rig.override.until) {
    report(draft, "info", "override.expired", null, rig.override.reason);
    rig.override = null;
    saveRig(draft);
  }
}

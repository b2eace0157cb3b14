// What an answer says of the Zero that gave it: one that was right, one that was wrong, one that missed what another found.

import { type Draft, patchSlot, save, slotOf } from "./draft.ts";
import { countBarren } from "./ladder.ts";
import { isUp, UNREMEDIED } from "./slot.ts";
import { beginSelfTest } from "./work.ts";

/** Asks a free Zero for the known answer: what it said of a job was wrong, or may be. */
export function retestWorker(draft: Draft, worker: string): void {
  const slot = slotOf(draft, worker);
  // On a rung, or given up, it is asked when that is over.
  if (slot === undefined || !isUp(slot)) return;
  if (slot.link !== null && slot.task === null) beginSelfTest(draft, slot, slot.link);
}

/** What it named solves nothing. */
export function distrust(draft: Draft, worker: string): void {
  const slot = slotOf(draft, worker);
  if (slot !== undefined) countBarren(draft, slot);
  retestWorker(draft, worker);
}

/** The job did have a solution: those who searched all of it missed it. */
export function blame(draft: Draft, missed: readonly string[], solver: string): void {
  for (const worker of missed) {
    const slot = slotOf(draft, worker);
    if (slot !== undefined) countBarren(draft, slot);
  }
  const slot = slotOf(draft, solver);
  if (slot === undefined || (slot.barren === 0 && slot.remedies === 0)) return;
  const well = patchSlot(draft, slot, { barren: 0, ...UNREMEDIED });
  if (slot.remedies > 0) save(draft, well);
}

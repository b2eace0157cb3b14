// When the core wants its next tick, if nothing happens before.

import type { RigState } from "./state.ts";

/** The pause guard and the level-triggered plan want a look at least this often. */
const LOOK_EVERY_MS = 1000;
/** Never sooner than this: a deadline that has passed but waits for something must not spin the loop. */
const LOOK_AFTER_MS = 20;

export function wakeAt(state: RigState, now: number): number {
  const { policy } = state;
  let next = now + LOOK_EVERY_MS;
  for (const slot of state.slots) {
    const due = [slot.until, slot.retryAt, slot.heardAt + policy.livenessMs];
    if (slot.task !== null) due.push(slot.task.until);
    if (slot.phase === "Off") due.push(slot.offAt + policy.offDwellMs);
    for (const at of due) if (at > now && at < next) next = at;
  }
  for (const { retryAt } of state.seats) if (retryAt > now && retryAt < next) next = retryAt;
  for (const at of [
    state.lastOnAt + policy.staggerMs,
    state.lastConnectAt + policy.poolConnectGapMs,
  ]) {
    if (at > now && at < next) next = at;
  }
  return Math.max(next, now + LOOK_AFTER_MS);
}

// When the core wants its next tick, if nothing happens before.

import type { RigState } from "./state.ts";

/** The pause guard and the level-triggered plan want a look at least this often. */
const LOOK_EVERY_MS = 1000;
/** Never sooner than this: a deadline that has passed but waits for something must not spin the loop. */
const LOOK_AFTER_MS = 20;

export function wakeAt(state: RigState, now: number): number {
  const { policy } = state;
  let next = now + LOOK_EVERY_MS;
  const look = (at: number) => {
    if (at > now && at < next) next = at;
  };
  for (const slot of state.slots) {
    look(slot.until);
    look(slot.retryAt);
    look(slot.restUntil);
    look(slot.heardAt + policy.livenessMs);
    if (slot.task !== null) look(slot.task.until);
    if (slot.phase === "Off") look(slot.offAt + policy.offDwellMs);
  }
  for (const { retryAt } of state.seats) look(retryAt);
  look(state.lastOnAt + policy.staggerMs);
  look(state.lastConnectAt + policy.poolConnectGapMs);
  return Math.max(next, now + LOOK_AFTER_MS);
}

// What is known of the rig, and since when: the state that the stream began with, and every change since.

import type { RigStatus, SlotStatus } from "../core/status.ts";

/** A part of the state, as it was told at a time of this browser's clock (ms since 1970). */
export interface Told<T> {
  readonly is: T;
  readonly at: number;
}

export interface Rig {
  readonly status: Told<RigStatus>;
  readonly slots: readonly Told<SlotStatus>[];
}

/** What the stream's `delta` says: of the rig, what changed; of the slots, those that did. */
export type Delta = Partial<RigStatus>;

export function rigOf(status: RigStatus, at: number): Rig {
  return { status: { is: status, at }, slots: status.slots.map((is) => ({ is, at })) };
}

/** A slot that did not change stays the same object, so that nothing of it is drawn anew. */
export function withDelta(rig: Rig, delta: Delta, at: number): Rig {
  const { slots: changed = [], ...rest } = delta;
  const slots = rig.slots.map((told) => {
    const is = changed.find(({ slot }) => slot === told.is.slot);
    return is === undefined ? told : { is, at };
  });
  const status = { ...rig.status.is, ...rest, slots: slots.map(({ is }) => is) };
  // Its uptime is counted on from when it was told, and deltas leave it out.
  const uptimeTold = rest.uptime_ms !== undefined;
  return { status: { is: status, at: uptimeTold ? at : rig.status.at }, slots };
}

/** An age that was told at a time, at this time. */
export function ageNow(ageMs: number, toldAt: number, now: number): number {
  return ageMs + Math.max(0, now - toldAt);
}

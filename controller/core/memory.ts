// What is remembered of a slot across restarts, in ages and never in clock times: a Pi has no clock that can be trusted
// at boot, so the time while the controller was down counts as no time at all.

import type { Line } from "../../hat/board.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { Hold, Intent, Slot } from "./slot.ts";

export interface SlotMemory {
  readonly wanted: Line;
  readonly hold: { readonly kind: Hold["kind"]; readonly reason: string } | null;
  readonly quarantinedForMs: number | null;
  readonly cutAgesMs: readonly number[];
  readonly strikes: number;
  readonly bootMs: readonly number[];
  readonly epoch: number;
  readonly hashes: number;
  readonly fences: number;
  readonly boots: number;
}

/** What an earlier run left behind, as the store read it. */
export interface Remembered {
  readonly slots: ReadonlyMap<SlotId, SlotMemory>;
  readonly intents: ReadonlyMap<SlotId, Omit<Intent, "durable">>;
  /** Settled shares by seat. */
  readonly shares: ReadonlyMap<
    string,
    { readonly accepted: number; readonly rejected: number; readonly unknown: number }
  >;
  /** Larger than any id of an intent, share or job that was ever given out. */
  readonly nextId: number;
}

export const NOTHING_REMEMBERED: Remembered = {
  slots: new Map(),
  intents: new Map(),
  shares: new Map(),
  nextId: 1,
};

export function memoryOf(slot: Slot, now: number): SlotMemory {
  return {
    wanted: slot.wanted,
    hold: slot.hold && { kind: slot.hold.kind, reason: slot.hold.reason },
    quarantinedForMs: slot.phase === "Quarantined" ? now - slot.since : null,
    cutAgesMs: slot.cuts.map((at) => now - at),
    strikes: slot.strikes,
    bootMs: slot.bootMs,
    epoch: slot.epoch,
    hashes: slot.hashes,
    fences: slot.fences,
    boots: slot.boots,
  };
}

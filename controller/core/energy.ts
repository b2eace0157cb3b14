// Energy of each slot: what it drew, integrated over time; by a meter where one speaks, else by the model.

import { type Draft, patchSlot } from "./draft.ts";
import type { ZeroModel } from "./policy.ts";
import type { Slot } from "./slot.ts";
import { slotWatts } from "./watts.ts";

export interface Power {
  readonly watts: number;
  readonly source: "measured" | "modelled";
}

/** What the slot draws now. */
export function powerOf(slot: Slot, model: ZeroModel, now: number): Power {
  const { meter } = slot;
  if (meter !== null && now < meter.until) return { watts: meter.watts, source: "measured" };
  return { watts: slotWatts(slot, model), source: "modelled" };
}

/** Adds what was drawn since the last time. Part of a tick, so a figure is a second old at most. */
export function accountEnergy(draft: Draft): void {
  const { rig, now } = draft;
  const seconds = (now - rig.energyAt) / 1000;
  rig.energyAt = now;
  if (seconds <= 0) return;
  for (const slot of rig.slots) {
    const { watts, source } = powerOf(slot, rig.policy.model, now);
    if (watts === 0) continue;
    const { measuredJ, modelledJ } = slot.energy;
    const joules = watts * seconds;
    const energy =
      source === "measured"
        ? { measuredJ: measuredJ + joules, modelledJ }
        : { measuredJ, modelledJ: modelledJ + joules };
    patchSlot(draft, slot, { energy });
  }
}

const JOULES_PER_KWH = 3_600_000;

/** What so much energy costs, in the tariff's currency. */
export function costOf(joules: number, tariffPerKwh: number): number {
  return (joules / JOULES_PER_KWH) * tariffPerKwh;
}

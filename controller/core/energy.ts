// Energy of each slot: what it drew, integrated over time; by a meter where one speaks, else by the model.

import type { ZeroModel } from "./policy.ts";
import type { Energy, Slot } from "./slot.ts";
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

/** What the slot drew until now, as long as it drew the same all the time: to be called before that changes. */
export function energyUntil(slot: Slot, model: ZeroModel, now: number): Energy {
  const { meter, energy } = slot;
  // What a meter said holds until its end, however late we count.
  const metered = meter === null ? energy.at : Math.max(energy.at, Math.min(meter.until, now));
  const measuredMs = metered - energy.at;
  return {
    measuredJ: energy.measuredJ + ((meter?.watts ?? 0) * measuredMs) / 1000,
    modelledJ: energy.modelledJ + (slotWatts(slot, model) * (now - metered)) / 1000,
    at: now,
  };
}

const JOULES_PER_KWH = 3_600_000;

/** What so much energy costs, in the tariff's currency. */
export function costOf(joules: number, tariffPerKwh: number): number {
  return (joules / JOULES_PER_KWH) * tariffPerKwh;
}

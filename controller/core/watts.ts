// Predicted draw of the Zeros. Modelled, not measured: typical currents of the Raspberry Pi documentation at 5 V
// (facts: Zero 100 mA, Zero W 150 mA, Zero 2 W 350 mA active; MagPi measured about 0.65 W each idle on a ClusterHAT),
// and for a start the documentation's recommended peak shared out, until someone measures inrush.

import { type Ceiling, isUnlimited } from "./ceiling.ts";
import type { ZeroModel } from "./policy.ts";
import type { Slot } from "./slot.ts";

interface Draw {
  readonly idle: number;
  readonly hashing: number;
  readonly starting: number;
}

const DRAW_WATTS: Readonly<Record<ZeroModel, Draw>> = {
  zero: { idle: 0.5, hashing: 1.0, starting: 1.4 },
  "zero-w": { idle: 0.65, hashing: 1.2, starting: 1.6 },
  "zero-2-w": { idle: 0.7, hashing: 2.4, starting: 2.8 },
};

/** The watts that this slot draws now, by the model. */
export function slotWatts(slot: Slot, model: ZeroModel): number {
  const draw = DRAW_WATTS[model];
  // A start that was reported as failed may have got through, until a reading says that it did not.
  if (slot.written === "on") return draw.starting;
  switch (slot.phase) {
    case "Off":
    case "Quarantined":
      return 0;
    case "PoweringOn":
    case "Booting":
      return draw.starting;
    case "Ready":
    case "Degraded":
      return draw.hashing;
    default:
      // Not off before that is proved: a line may read low and lie.
      return slot.line === "off" && slot.usb !== "present" ? 0 : draw.idle;
  }
}

/** The most that this slot may come to draw: what has power may start to hash. */
function reservedWatts(slot: Slot, model: ZeroModel): number {
  const now = slotWatts(slot, model);
  return now === 0 ? 0 : Math.max(now, DRAW_WATTS[model].hashing);
}

function reserved(slots: readonly Slot[], model: ZeroModel): number {
  let sum = 0;
  for (const slot of slots) sum += reservedWatts(slot, model);
  return sum;
}

/** Whether one more Zero may start within the ceiling: what runs, what starts, and its own inrush. */
export function fitsCeiling(slots: readonly Slot[], model: ZeroModel, ceiling: Ceiling): boolean {
  if (isUnlimited(ceiling)) return true;
  const powered = slots.filter((slot) => slotWatts(slot, model) > 0).length;
  const starting = DRAW_WATTS[model].starting;
  return powered < ceiling.zeros && reserved(slots, model) + starting <= ceiling.watts;
}

/** Whether those that have power, and keep it, draw or may come to draw more than is allowed. */
export function exceedsCeiling(
  slots: readonly Slot[],
  model: ZeroModel,
  ceiling: Ceiling,
): boolean {
  return slots.length > ceiling.zeros || reserved(slots, model) > ceiling.watts;
}

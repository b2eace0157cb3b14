// What is told of the worker whose seat it is: to the wallet its temperature, to the pool's session its rate.

import { hostIndexOf, slotOfSeat } from "../core/seat.ts";
import type { RigState } from "../core/state.ts";
import { temperatureIot } from "../pools/duino/codec.ts";

/** "" where no temperature is known, and for the host's seats. */
export function iotOf(rig: RigState, seat: string): string {
  const owner = rig.seats.find(({ id }) => id === seat);
  const tempC = (owner && slotOfSeat(rig, owner))?.vitals?.tempC ?? null;
  return tempC === null ? "" : temperatureIot(tempC);
}

/** The rate of the worker whose seat it is, H/s; 0 where it is not known. */
export function rateOf(rig: RigState, seat: string): number {
  const owner = rig.seats.find(({ id }) => id === seat);
  if (owner === undefined) return 0;
  const worker = slotOfSeat(rig, owner) ?? rig.hosts[hostIndexOf(rig, owner)];
  return worker?.rateHs ?? 0;
}

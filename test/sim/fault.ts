// A fault: what strikes, and how it ends.

import type { Random } from "./random.ts";
import type { World } from "./world.ts";
import type { SimZero } from "./zero.ts";

/** Strikes, and may plan its own end. */
export type Fault = (world: World, zero: SimZero, random: Random) => void;

/** Bad moments last longer than this: a slow disk makes them so. */
const MOMENT_MS = 200;

/** Waits for a bad moment, at most so long, and strikes in it; or when that time is over. Not beyond the time of faults. */
export function lieInWait(
  world: World,
  random: Random,
  limitMs: number,
  isBadMoment: () => boolean,
  strike: () => void,
): void {
  const strikeOnce = () => {
    if (world.lookouts.delete(look) && !world.faultsOver) strike();
  };
  const look = () => {
    world.after(random.between(0, MOMENT_MS), () => {
      if (isBadMoment()) strikeOnce();
    });
  };
  world.lookouts.add(look);
  world.after(limitMs, strikeOnce);
  look();
}

/** Changes the world for a while. */
export function rigFor(
  maxMs: number,
  on: (world: World, random: Random) => void,
  off: (world: World) => void,
): Fault {
  return (world, _, random) => {
    on(world, random);
    world.after(random.between(500, maxMs), () => off(world));
  };
}

/** Changes a Zero for a while. */
export function zeroFor(
  maxMs: number,
  on: (zero: SimZero, random: Random) => void,
  off: (zero: SimZero) => void,
): Fault {
  return (world, zero, random) => {
    on(zero, random);
    world.after(random.between(1000, maxMs), () => off(zero));
  };
}

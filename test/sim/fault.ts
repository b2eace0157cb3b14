// A fault: what strikes, and how it ends.

import type { Random } from "./random.ts";
import type { World } from "./world.ts";
import type { SimZero } from "./zero.ts";

/** Strikes, and may plan its own end. */
export type Fault = (world: World, zero: SimZero, random: Random) => void;

/** Bad moments last longer than this: a slow disk makes them so. */
const LOOK_EVERY_MS = 200;

/** Waits for a bad moment, at most so long, and strikes then; or when that time is over. Not beyond the time of faults. */
export function lieInWait(
  world: World,
  limitMs: number,
  isBadMoment: () => boolean,
  strike: () => void,
): void {
  const until = world.now + limitMs;
  const look = () => {
    if (world.faultsOver) return;
    if (world.now >= until || isBadMoment()) strike();
    else world.after(LOOK_EVERY_MS, look);
  };
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

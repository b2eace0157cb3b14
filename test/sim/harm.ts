// What a controller does to the Zeros of a run, by what really happened: cuts of those that lived, how long the dead stayed
// dead, and the time in which nothing was mined.

import type { World } from "./world.ts";
import { type SimZero, speaks } from "./zero.ts";

const SAMPLE_MS = 1000;

export interface Harm {
  rigMs: number;
  zeroMs: number;
  /** Cuts by automation, of Zeros that ran or booted and had nothing wrong with them; and of those that could be heard. */
  livingCuts: number;
  heardCuts: number;
  cuts: number;
  /** Zeros that hung with power on: how many, and how long until each was back, those that came back. */
  dead: number;
  recovered: number;
  recoveryMs: number;
  notMiningMs: number;
}

export function noHarm(): Harm {
  return {
    rigMs: 0,
    zeroMs: 0,
    livingCuts: 0,
    heardCuts: 0,
    cuts: 0,
    dead: 0,
    recovered: 0,
    recoveryMs: 0,
    notMiningMs: 0,
  };
}

function lives({ powered, hung, neverBoots, linked, stuckWorker }: SimZero): boolean {
  return powered && !hung && !stuckWorker && (linked || !neverBoots);
}

/** Counts the harm that is done in this world into `harm`, from now on. */
export function watchHarm(world: World, harm: Harm): void {
  const deadSince = new Map<SimZero, number>();
  world.onPower = ({ to, by }, zero) => {
    if (to !== "off" || by !== "automation" || !zero.powered) return;
    harm.cuts++;
    if (!lives(zero)) return;
    harm.livingCuts++;
    if (speaks(zero) && world.now - zero.spokeAt < world.policy.livenessMs) harm.heardCuts++;
  };
  const sample = () => {
    harm.rigMs += SAMPLE_MS;
    for (const zero of world.zeros) {
      harm.zeroMs += SAMPLE_MS;
      const mines = speaks(zero) && !zero.stuckWorker;
      if (!mines) harm.notMiningMs += SAMPLE_MS;
      const since = deadSince.get(zero);
      if (since === undefined && zero.powered && zero.hung) {
        deadSince.set(zero, world.now);
        harm.dead++;
      } else if (since !== undefined && mines) {
        deadSince.delete(zero);
        harm.recovered++;
        harm.recoveryMs += world.now - since;
      }
    }
    world.after(SAMPLE_MS, sample);
  };
  world.after(SAMPLE_MS, sample);
}

// The rig of a seed: how long its Zeros boot and its jobs take, whether ports can be read, and by which numbers it is run.

import type { Policy } from "../../controller/core/policy.ts";
import { type Core, REAL_CORE } from "./core.ts";
import { isCalm, onDemandOf } from "./plan.ts";
import { type Random, randomOf } from "./random.ts";
import { teachShape } from "./shapes.ts";
import { World } from "./world.ts";

const MINUTE_MS = 60_000;

const spare = new World({ usb: false });
for (const shape of [spare.policy, ...spare.zeros, spare.controller, spare]) teachShape(shape);

/** Numbers that a person may have chosen: with the defaults some rules have nothing to do for days. */
function policyOf(seed: number, rig: Random): Partial<Policy> {
  const powerRestore = rig.chance(0.3) ? "restore" : "adopt";
  const sleeps = rig.chance(0.15);
  const poolMode = randomOf(seed, "pool mode").chance(0.2) ? "split" : "each";
  const isStratum = poolMode === "each" && randomOf(seed, "algorithm").chance(0.25);
  const algorithm = isStratum ? "sha256d" : "duco-s1";
  const connectionsPerZero = randomOf(seed, "sessions").chance(0.5) ? 2 : 1;
  if (isCalm(seed)) return { powerRestore, poolMode, algorithm, connectionsPerZero };
  const random = randomOf(seed, "policy");
  const dozes = random.chance(0.2);
  const capped = random.chance(0.2);
  const slow = random.chance(0.25);
  const forgives = random.chance(0.35);
  return {
    powerRestore,
    poolMode,
    algorithm,
    connectionsPerZero,
    ...(sleeps || dozes ? { idleOffMs: random.between(20_000, 60_000), keepUp: 1 } : {}),
    ...(capped
      ? {
          quarantineCycles: 99,
          cutsPerSlotHour: random.chance(0.5) ? 2 : 4,
          cutsPerRigHour: random.chance(0.5) ? 5 : 8,
        }
      : {}),
    ...(slow
      ? {
          switchBurst: random.chance(0.5) ? 1 : 3,
          switchesPerMinute: random.between(0.5, 4),
        }
      : {}),
    ...onDemandOf(seed),
    ...(forgives ? { probationMs: random.between(10, 40) * MINUTE_MS } : {}),
  };
}

/** The range of its boots. Those of a worn card, or of a large system, take longer than the grace that is configured. */
function bootsOf(seed: number, rig: Random): readonly [number, number] {
  const fastestMs = rig.between(2000, 25_000);
  const factor = rig.between(1.2, 2.5);
  const random = randomOf(seed, "boots");
  if (isCalm(seed) || !random.chance(0.15)) return [fastestMs, fastestMs * factor];
  const slowMs = random.between(60_000, 80_000);
  return [slowMs, slowMs * random.between(1.4, 1.7)];
}

/**
 * @param core the decision core that runs it
 * @param policy numbers in place of those that the seed draws
 */
export function worldOf(seed: number, core: Core = REAL_CORE, policy: Partial<Policy> = {}): World {
  const random = randomOf(seed, "rig");
  const bootMs = bootsOf(seed, random);
  const world = new World({
    seed,
    core,
    records: false,
    verifyEvery: 9973,
    chance: true,
    bootMs,
    // At a Pi Zero's rate; pools aim at some 10 s a job. Short ones press harder on the work, and cost more to simulate.
    jobTo: Math.round(
      240_000 * 2 * (random.chance(0.15) ? random.between(1, 5) : random.between(8, 20)),
    ),
    usb: random.chance(0.85),
    hostWorkers: random.chance(0.15) ? 1 : 0,
    lines: random.chance(0.7) ? "on" : "off",
    policy: { ...policyOf(seed, random), ...policy },
  });
  world.probes = random.chance(0.7);
  for (const zero of world.zeros) zero.drift = random.between(0.98, 1.02);
  return world;
}

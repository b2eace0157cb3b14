// Other numbers told again and again while everything else goes wrong: nothing breaks, and nothing is switched for them.

import { describe, expect, it } from "vitest";
import type { Policy } from "../../controller/core/policy.ts";
import { type Random, randomOf } from "./random.ts";
import { simulate, type Told } from "./simulate.ts";
import type { World } from "./world.ts";

const HALF_HOUR_MS = 1_800_000;
const NOW_AND_THEN_MS = [20_000, 240_000] as const;
const ALL_THE_TIME_MS = [2000, 30_000] as const;

type Numbers = (policy: Policy, random: Random) => Partial<Policy>;

/** Numbers at least as careful as those of the start, which the checkers go by. */
const otherNumbers: Numbers = (policy, random) => {
  const more = (number: number) => number * random.between(1, 2);
  const less = (count: number) => Math.max(1, Math.round(count * random.between(0.5, 1)));
  return {
    staggerMs: more(policy.staggerMs),
    offDwellMs: more(policy.offDwellMs),
    backoffBaseMs: more(policy.backoffBaseMs),
    cutsPerSlotHour: less(policy.cutsPerSlotHour),
    cutsPerRigHour: less(policy.cutsPerRigHour),
    tariffPerKwh: random.between(0, 1),
  };
};

/** By these silence is judged: each time it is judged anew. */
const otherPatience: Numbers = (policy, random) => {
  const more = (number: number) => number * random.between(1, 2);
  return {
    ...otherNumbers(policy, random),
    livenessMs: more(policy.livenessMs),
    suspectDwellMs: more(policy.suspectDwellMs),
    bootGraceMs: more(policy.bootGraceMs),
    agentGraceMs: more(policy.agentGraceMs),
  };
};

/** The checkers go by the numbers of the start. */
const NOT_YET_SUSPECT = /invariant 5: \w+ is shown (?:Ready|Degraded) and is silent$/;

/** Tells them until the faults are over: then the numbers of the start hold again. */
function reloading(seed: number, numbers: Numbers, [leastMs, mostMs]: readonly [number, number]) {
  return (world: World) => {
    const random = randomOf(seed, "reload");
    const again = () => {
      const changes = world.faultsOver ? {} : numbers(world.policy, random);
      if (world.controller.alive)
        world.post({ type: "policy", policy: { ...world.policy, ...changes } });
      if (!world.faultsOver) world.after(random.between(leastMs, mostMs), again);
    };
    world.after(random.between(leastMs, mostMs), again);
  };
}

describe("reloads", { timeout: 120_000 }, () => {
  it.each([3, 14, 15])("break no invariant among all other faults: seed %i", (seed) => {
    const besides = reloading(seed, otherNumbers, NOW_AND_THEN_MS);
    expect(simulate(seed, HALF_HOUR_MS, { besides }).broken).toEqual([]);
  });

  it.each([92, 65, 35])("make automation more patient, and that is all: seed %i", (seed) => {
    const besides = reloading(seed, otherPatience, NOW_AND_THEN_MS);
    const { broken } = simulate(seed, HALF_HOUR_MS, { besides });
    expect(broken.filter((what) => !NOT_YET_SUSPECT.test(what))).toEqual([]);
  });

  it("switch nothing in a rig that nothing is wrong with", () => {
    const powered: string[] = [];
    const tell = ({ text }: Told) => void (text.startsWith("POWER") && powered.push(text));
    const besides = reloading(7, otherPatience, ALL_THE_TIME_MS);
    const { broken } = simulate(7, HALF_HOUR_MS, { strikes: [], tell, besides });
    expect({ powered, broken }).toEqual({ powered: [], broken: [] });
  });
});

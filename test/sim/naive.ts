// `npm run sim:naive -- --runs N --hours H --one-in K`: the same seeds for a watchdog as most are
// written and for zerorig, side by side. Of the strikes of each seed one in K is kept: the swarm is far denser than life.

import { parseArgs } from "node:util";
import { type Core, REAL_CORE } from "./core.ts";
import { type Harm, noHarm, watchHarm } from "./harm.ts";
import { naiveCore } from "./naive-core.ts";
import { planStrikes, schedule } from "./plan.ts";
import { randomOf } from "./random.ts";
import { turnOn, worldOf } from "./simulate.ts";
import type { World } from "./world.ts";

const HOUR_MS = 3_600_000;
const TIMEOUT_MS = 10_000;
const BOOT_WAIT_MS = 90_000;

const { values } = parseArgs({
  options: {
    from: { type: "string", default: "1" },
    runs: { type: "string", default: "40" },
    hours: { type: "string", default: "12" },
    "one-in": { type: "string", default: "10" },
  },
});

/**
 * What strikes in the comparison: Zeros, links, the bus and the controller's own process. Left out is what a naive watchdog knows
 * nothing of and zerorig switches Zeros off for: people, ceilings, heat, a failing supply, other programs.
 */
const STRIKES: ReadonlySet<string> = new Set([
  "hang",
  "agent dies",
  "reboots",
  "crash loop",
  "stuck worker",
  "never boots",
  "partition",
  "all partitioned",
  "outage",
  "one-way partition",
  "lossy link",
  "clogged link",
  "link ends",
  "bus errors",
  "stall",
  "SIGSTOP",
  "wall clock steps",
  "controller dies",
  "slow disk",
]);

/** A core for one run; the naive ones look at the clock on that world's wall. */
type Contender = (wall: () => number) => Core;

const CONTENDERS: Readonly<Record<string, Contender>> = {
  "naive watchdog": (wall) => naiveCore(wall, { timeoutMs: TIMEOUT_MS, bootWaitMs: 0 }),
  "naive, and waits 90 s for a boot": (wall) =>
    naiveCore(wall, { timeoutMs: TIMEOUT_MS, bootWaitMs: BOOT_WAIT_MS }),
  zerorig: () => REAL_CORE,
};

function run(seed: number, lengthMs: number, contender: Contender, harm: Harm): void {
  let world: World | null = null;
  const core = contender(() => (world === null ? 0 : world.now + world.wallOffsetMs));
  world = worldOf(seed, core);
  watchHarm(world, harm);
  world.after(1000, () => turnOn(world));
  const strikes = planStrikes(seed, lengthMs).filter(
    ({ id, fault }) => STRIKES.has(fault) && randomOf(seed, `keep ${id}`).chance(1 / oneIn),
  );
  schedule(world, seed, strikes);
  world.run(lengthMs);
}

function row(name: string, harm: Harm): string {
  const per1000 = (count: number) => ((count * 1000 * HOUR_MS) / harm.rigMs).toFixed(0);
  const seconds = harm.recovered === 0 ? "-" : (harm.recoveryMs / harm.recovered / 1000).toFixed(0);
  const lost = ((100 * harm.notMiningMs) / harm.zeroMs).toFixed(1);
  const cuts = `${per1000(harm.cuts)} | ${per1000(harm.livingCuts)} | ${per1000(harm.heardCuts)}`;
  return `| ${name} | ${cuts} | ${seconds} s (${harm.recovered} of ${harm.dead}) | ${lost} % |\n`;
}

const from = Number(values.from);
const runs = Number(values.runs);
const oneIn = Number(values["one-in"]);
const lengthMs = Number(values.hours) * HOUR_MS;
process.stdout.write(
  `${runs} seeds from ${from}, ${values.hours} h each, one strike in ${oneIn}; cuts by automation in 1000 rig-hours\n\n`,
);
process.stdout.write(
  "| controller | cuts | of Zeros that live | of Zeros that are heard | a dead Zero is back after | time in which a Zero does not mine |\n|---|---|---|---|---|---|\n",
);
for (const [name, contender] of Object.entries(CONTENDERS)) {
  const harm = noHarm();
  for (let seed = from; seed < from + runs; seed++) run(seed, lengthMs, contender, harm);
  process.stdout.write(row(name, harm));
}

// One seeded run: a time of faults in which nothing may break, then a quiet time that must converge.

import type { Policy } from "../../controller/core/policy.ts";
import { Checkers } from "./checkers.ts";
import { REAL_CORE } from "./core.ts";
import { Demands } from "./demands.ts";
import { endFaults } from "./faults.ts";
import { MassSilence } from "./mass-silence.ts";
import { planStrikes, type Strike, schedule } from "./plan.ts";
import { Promises } from "./promises.ts";
import { ImpureStep } from "./purity.ts";
import { Quarantines } from "./quarantines.ts";
import { worldOf } from "./rig.ts";
import { SimOrders } from "./sim-orders.ts";
import { Sleepers } from "./sleepers.ts";
import { StandingRules } from "./standing-rules.ts";
import { Switches } from "./switches.ts";
import { Trace } from "./trace.ts";
import type { World } from "./world.ts";

/** Longest back-off, a fault's re-probe, the quiet minutes of a supply, a cool Zero's pause, a few boots. */
const QUIET_MS = 30 * 60_000;
/** After it all: whether it mines. */
const MINING_MS = 120_000;
/** After these what is counted of shares may be less than what was done. */
const FORGETS: ReadonlySet<string> = new Set(["card lies", "full disk", "torn write"]);
const OF_SHARES: ReadonlySet<string> = new Set([
  "request-job",
  "secure-share",
  "submit-share",
  "settle-share",
]);
/** How often the checkers look at what is shown. */
const SAMPLE_MS = 1000;

export interface Verdict {
  readonly seed: number;
  readonly strikes: readonly Strike[];
  /** What broke, with its time; empty when nothing did. */
  readonly broken: readonly string[];
  /** Fingerprint of all that was reported: the same seed gives the same. */
  readonly trace: string;
  readonly simulatedMs: number;
}

export interface Told {
  readonly at: number;
  readonly text: string;
}

/**
 * People take care of what automation leaves to them: held slots, quarantined ones, and those that another hand than ours
 * switched off. The others it must bring back by itself.
 */
function askPeople(world: World): void {
  const slots = world.zeros.map(({ slot }) => slot);
  const more = { reason: "quiet", hard: false };
  world.post({ type: "resume", reason: "quiet" });
  world.say({ type: "operator", verb: "uncordon", slots, ...more });
  world.say({ type: "operator", verb: "release", slots, ...more });
  world.say({ type: "operator", verb: "on", slots: [...world.leftOff], ...more });
  // Those that are up on demand only must be able to come, too.
  for (const slot of world.policy.onDemand) world.demand(slot, QUIET_MS + 2 * MINING_MS);
}

export function turnOn(world: World): void {
  const slots = world.zeros.map(({ slot }) => slot);
  world.say({ type: "operator", verb: "on", slots, reason: "quiet", hard: false });
}

function mined(world: World): number {
  return world.state.seats.reduce((sum, { accepted, unknown }) => sum + accepted + unknown, 0);
}

export interface SimulateOptions {
  /** In place of what the seed plans and draws. */
  readonly strikes?: readonly Strike[];
  readonly policy?: Partial<Policy>;
  /** What else goes on, from the start of the run. */
  readonly besides?: ((world: World) => void) | undefined;
  /** Told of what is reported, switched and struck. */
  readonly tell?: (told: Told) => void;
  /** Ends the run as soon as this invariant is broken, or any. */
  readonly stopAt?: number | "any" | undefined;
}

/** Thrown out of a run of which no more is to be known. */
class Enough extends Error {}

/** Runs a seed: `faultyMs` of faults, then quiet. Deterministic. */
export function simulate(seed: number, faultyMs: number, options: SimulateOptions = {}): Verdict {
  const { strikes = planStrikes(seed, faultyMs), policy, besides, tell, stopAt } = options;
  const world = worldOf(seed, REAL_CORE, policy);
  const startedAt = world.now;
  const checkers = new Checkers(world, seed);
  const trace = new Trace();
  const blame = (invariant: number, what: string) => checkers.blame(invariant, what);
  const promises = new Promises(world, blame);
  const silence = new MassSilence(world, blame);
  const quarantines = new Quarantines(world, blame);
  const switches = new Switches(world, blame);
  const rules = new StandingRules(world, switches, blame);
  const sleepers = new Sleepers(world, rules, switches, blame);
  const demands = new Demands(world, rules, switches, blame);
  world.onSag = () => rules.onSag();
  world.onStart = () => {
    rules.onStart();
    switches.onStart();
    quarantines.onStart();
    demands.onStart();
  };
  SimOrders.begin(world, seed, faultyMs, blame);
  const sample = () => {
    promises.sample();
    silence.sample();
    rules.sample();
    sleepers.sample();
    quarantines.sample();
    demands.sample();
    world.after(SAMPLE_MS, sample);
  };
  world.after(SAMPLE_MS, sample);
  const check = world.watch;
  world.watch = (effect, by) => {
    // Half of all effects; of shares the checkers are told where they are sent.
    if (OF_SHARES.has(effect.type)) return;
    check(effect, by);
    world.orders?.watch(effect);
    // The others look at decisions. Most of what is left by now is jobs on their way to Zeros.
    if (effect.type !== "send") {
      promises.watch(effect, by);
      quarantines.watch(effect);
      rules.watch(effect);
      switches.watch(effect);
      demands.watch(effect);
    }
    const { firstBroken } = checkers;
    if (firstBroken !== null && (stopAt === "any" || firstBroken === stopAt)) throw new Enough();
    if (effect.type === "power") {
      const { to, slot, by: whose } = effect;
      silence.onPower(effect, by);
      if (to === "on") rules.onOn(world.zero(slot));
      trace.add(world.now, to, slot, whose);
      tell?.({ at: world.now, text: `POWER ${slot} ${to} by ${whose}` });
    }
    if (effect.type !== "report") return;
    const { ev, slot, why, detail } = effect;
    trace.add(world.now, ev, slot, why);
    tell?.({ at: world.now, text: `${ev} ${slot ?? ""} ${why ?? ""} ${JSON.stringify(detail)}` });
  };
  besides?.(world);
  // A rig that was found off is switched on by its owner.
  world.after(1000, () => turnOn(world));
  schedule(world, seed, strikes, ({ id }, slot) =>
    tell?.({ at: world.now, text: `STRIKE ${id} ${slot}` }),
  );
  try {
    settle(world, faultyMs);
    const before = mined(world);
    world.run(MINING_MS);
    world.orders?.end();
    checkers.end(strikes.some(({ fault }) => FORGETS.has(fault)));
    if (mined(world) === before) checkers.blame(15, "does not mine at the end");
  } catch (error) {
    if (error instanceof ImpureStep) checkers.blame(17, error.message);
    else if (!(error instanceof Enough)) throw error;
  }
  return {
    seed,
    strikes,
    broken: checkers.broken,
    trace: trace.hex,
    simulatedMs: world.now - startedAt,
  };
}

/** The time of faults, then their end, then the quiet. */
function settle(world: World, faultyMs: number): void {
  world.run(faultyMs);
  endFaults(world);
  world.endSecond();
  if (!world.controller.alive) world.startController();
  world.controller.diesAfter = Number.POSITIVE_INFINITY;
  // What was planned during the faults may still end (a restart, a hold): let it.
  world.run(60_000);
  world.run(Math.max(0, world.controller.stalledUntil - world.now) + 5000);
  if (!world.controller.alive) world.startController();
  askPeople(world);
  world.run(QUIET_MS);
}

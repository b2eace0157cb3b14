// One seeded run: a time of faults in which nothing may break, then a quiet time that must converge.

import { Checkers } from "./checkers.ts";
import { type Core, REAL_CORE } from "./core.ts";
import { endFaults } from "./faults.ts";
import { MassSilence } from "./mass-silence.ts";
import { isCalm, planStrikes, type Strike, schedule } from "./plan.ts";
import { Promises } from "./promises.ts";
import { ImpureStep } from "./purity.ts";
import { randomOf } from "./random.ts";
import { Trace } from "./trace.ts";
import { World } from "./world.ts";

/** Longest back-off, a fault's re-probe, the quiet minutes of a supply, a cool Zero's pause, a few boots. */
const QUIET_MS = 30 * 60_000;
/** After it all: whether it mines. */
const MINING_MS = 120_000;
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

/** The rig of a seed: how long its Zeros boot and its jobs take, whether ports can be read, whether Zeros may sleep. */
export function worldOf(seed: number, core: Core = REAL_CORE): World {
  const random = randomOf(seed, "rig");
  const fastestMs = random.between(2000, 25_000);
  const world = new World({
    seed,
    core,
    records: false,
    verifyEvery: 9973,
    chance: true,
    bootMs: [fastestMs, fastestMs * random.between(1.2, 2.5)],
    // At a Pi Zero's rate; pools aim at some 10 s a job. Short ones press harder on the work, and cost more to simulate.
    jobTo: Math.round(
      240_000 * 2 * (random.chance(0.15) ? random.between(1, 5) : random.between(8, 20)),
    ),
    usb: random.chance(0.85),
    hostWorkers: random.chance(0.15) ? 1 : 0,
    lines: random.chance(0.7) ? "on" : "off",
    policy: {
      powerRestore: random.chance(0.3) ? "restore" : "adopt",
      ...(random.chance(0.15) && !isCalm(seed) ? { idleOffMs: 60_000, keepUp: 1 } : {}),
    },
  });
  world.probes = random.chance(0.7);
  for (const zero of world.zeros) zero.drift = random.between(0.98, 1.02);
  return world;
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
}

export function turnOn(world: World): void {
  const slots = world.zeros.map(({ slot }) => slot);
  world.say({ type: "operator", verb: "on", slots, reason: "quiet", hard: false });
}

function mined(world: World): number {
  return world.state.seats.reduce((sum, { accepted, unknown }) => sum + accepted + unknown, 0);
}

export interface SimulateOptions {
  /** In place of those that the seed plans. */
  readonly strikes?: readonly Strike[];
  /** Told of what is reported, switched and struck. */
  readonly tell?: (told: Told) => void;
  /** Ends the run as soon as this invariant is broken, or any. */
  readonly stopAt?: number | "any" | undefined;
}

/** Thrown out of a run of which no more is to be known. */
class Enough extends Error {}

/** Runs a seed: `faultyMs` of faults, then quiet. Deterministic. */
export function simulate(seed: number, faultyMs: number, options: SimulateOptions = {}): Verdict {
  const { strikes = planStrikes(seed, faultyMs), tell, stopAt } = options;
  const world = worldOf(seed);
  const startedAt = world.now;
  const checkers = new Checkers(world, seed);
  const trace = new Trace();
  const blame = (invariant: number, what: string) => checkers.blame(invariant, what);
  const promises = new Promises(world, blame);
  const silence = new MassSilence(world, blame);
  const sample = () => {
    promises.sample();
    silence.sample();
    world.after(SAMPLE_MS, sample);
  };
  world.after(SAMPLE_MS, sample);
  const check = world.watch;
  world.watch = (effect, by) => {
    check(effect, by);
    promises.watch(effect, by);
    const { firstBroken } = checkers;
    if (firstBroken !== null && (stopAt === "any" || firstBroken === stopAt)) throw new Enough();
    if (effect.type === "power") {
      const { to, slot, by: whose } = effect;
      silence.onPower(effect, by);
      trace.add(world.now, to, slot, whose);
      tell?.({ at: world.now, text: `POWER ${slot} ${to} by ${whose}` });
    }
    if (effect.type !== "report") return;
    const { ev, slot, why, detail } = effect;
    trace.add(world.now, ev, slot, why);
    tell?.({ at: world.now, text: `${ev} ${slot ?? ""} ${why ?? ""} ${JSON.stringify(detail)}` });
  };
  // A rig that was found off is switched on by its owner.
  world.after(1000, () => turnOn(world));
  schedule(world, seed, strikes, ({ id }, slot) =>
    tell?.({ at: world.now, text: `STRIKE ${id} ${slot}` }),
  );
  try {
    settle(world, faultyMs);
    const before = mined(world);
    world.run(MINING_MS);
    checkers.end(strikes.some(({ fault }) => fault === "card lies" || fault === "full disk"));
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

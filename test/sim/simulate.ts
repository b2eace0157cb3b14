// One seeded run: a time of faults in which nothing may break, then a quiet time that must converge.

import { createHash } from "node:crypto";
import { Checkers } from "./checkers.ts";
import { endFaults } from "./faults.ts";
import { isCalm, planStrikes, type Strike, schedule } from "./plan.ts";
import { randomOf } from "./random.ts";
import { World } from "./world.ts";

/** Longest back-off, a fault's re-probe, the quiet minutes of a supply, a cool Zero's pause, a few boots. */
const QUIET_MS = 30 * 60_000;
/** After it all: whether it mines. */
const MINING_MS = 120_000;

export interface Verdict {
  readonly seed: number;
  readonly strikes: readonly Strike[];
  /** What broke, with its time; empty when nothing did. */
  readonly broken: readonly string[];
  /** SHA-1 of all that was reported: the same seed gives the same. */
  readonly trace: string;
  readonly simulatedMs: number;
}

export interface Told {
  readonly at: number;
  readonly text: string;
}

/** The rig of a seed: how long its Zeros boot and its jobs take, whether ports can be read, whether Zeros may sleep. */
function worldOf(seed: number): World {
  const random = randomOf(seed, "rig");
  const fastestMs = random.between(2000, 25_000);
  const world = new World({
    seed,
    records: false,
    chance: true,
    bootMs: [fastestMs, fastestMs * random.between(1.2, 2.5)],
    // 1 to 20 s a job at a Pi Zero's rate; pools aim at some 10 s.
    jobTo: Math.round(240_000 * 2 * random.between(1, 20)),
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

/** People take care of what automation leaves to them: held slots, and those that they switched off. */
function askPeople(world: World): void {
  const slots = world.zeros.map(({ slot }) => slot);
  world.post({ type: "resume", reason: "quiet" });
  world.say({ type: "operator", verb: "uncordon", slots, reason: "quiet", hard: false });
  turnOn(world);
}

function turnOn(world: World): void {
  const slots = world.zeros.map(({ slot }) => slot);
  world.say({ type: "operator", verb: "on", slots, reason: "quiet", hard: false });
}

function mined(world: World): number {
  return world.state.seats.reduce((sum, { accepted, unknown }) => sum + accepted + unknown, 0);
}

/** Runs a seed: `faultyMs` of faults, then quiet. Deterministic. `strikes` stands in for those that the seed plans. */
export function simulate(
  seed: number,
  faultyMs: number,
  strikes: readonly Strike[] = planStrikes(seed, faultyMs),
  tell: (told: Told) => void = () => {},
): Verdict {
  const world = worldOf(seed);
  const startedAt = world.now;
  const checkers = new Checkers(world, seed);
  const trace = createHash("sha1");
  const check = world.watch;
  world.watch = (effect, by) => {
    check(effect, by);
    if (effect.type !== "report") return;
    const { ev, slot, why, detail } = effect;
    trace.update(`${world.now} ${ev} ${slot} ${why}\n`);
    tell({ at: world.now, text: `${ev} ${slot ?? ""} ${why ?? ""} ${JSON.stringify(detail)}` });
  };
  // A rig that was found off is switched on by its owner.
  world.after(1000, () => turnOn(world));
  schedule(world, seed, strikes);
  world.run(faultyMs);
  endFaults(world);
  world.endSecond();
  if (!world.controller.alive) world.startController();
  world.controller.diesAfter = Number.POSITIVE_INFINITY;
  // What was planned during the faults may still end (a restart, a hold): let it.
  world.run(60_000);
  if (!world.controller.alive) world.startController();
  askPeople(world);
  world.run(QUIET_MS);
  const before = mined(world);
  world.run(MINING_MS);
  checkers.end(strikes.some(({ fault }) => fault === "card lies" || fault === "full disk"));
  const broken = [...checkers.broken];
  if (mined(world) === before) broken.push("does not mine at the end");
  return {
    seed,
    strikes,
    broken,
    trace: trace.digest("hex"),
    simulatedMs: world.now - startedAt,
  };
}

// One seeded run: a time of faults in which nothing may break, then a quiet time that must converge.

import { createHash } from "node:crypto";
import { endFaults, planFaults } from "./faults.ts";
import { World } from "./world.ts";
import { speaks } from "./zero.ts";

/** Longest back-off, a fault's re-probe, a few boots, and the pool's longest pause. */
const QUIET_MS = 25 * 60_000;
/** After it all: whether it mines. */
const MINING_MS = 60_000;

export interface Verdict {
  readonly seed: number;
  readonly faults: readonly string[];
  /** What broke, with its time; empty when nothing did. */
  readonly broken: readonly string[];
  /** SHA-1 of all that was reported: the same seed gives the same. */
  readonly trace: string;
  readonly simulatedMs: number;
}

function watchPower(world: World, broken: string[]): void {
  world.onPower = ({ to, by }, zero) => {
    const { livenessMs, offDwellMs } = world.state.policy;
    const at = `${Math.round(world.now)} ms:`;
    if (to === "off" && by === "automation") {
      const heard = world.now - zero.spokeAt < livenessMs;
      if (heard && speaks(zero)) broken.push(`${at} cut of ${zero.slot}, which was heard`);
      const cycles = world.state.slots.filter(
        ({ phase, intent }) => phase !== "Fault" && intent?.kind === "cycle",
      );
      if (cycles.length > 1) broken.push(`${at} ${cycles.length} Zeros between cut and beat`);
    }
    if (to === "on" && world.now - world.slot(zero.slot).offAt < offDwellMs) {
      broken.push(`${at} on of ${zero.slot} within the dwell`);
    }
  };
}

function settledShares(world: World): number {
  return world.state.seats.reduce((sum, { accepted, unknown }) => sum + accepted + unknown, 0);
}

function judgeEnd(world: World, broken: string[]): void {
  for (const { id, phase, why } of world.state.slots) {
    if (phase !== "Ready") broken.push(`${id} ended ${phase} (${why})`);
  }
  if (world.state.halted !== null) broken.push(`automation halted: ${world.state.halted}`);
  for (const [job, times] of world.sent)
    if (times > 1) broken.push(`${job} was sent ${times} times`);
  const before = settledShares(world);
  world.run(MINING_MS);
  if (settledShares(world) - before < world.zeros.length) broken.push("does not mine at the end");
}

/** Runs a seed: `faultyMs` of faults, then quiet. Deterministic. */
export function simulate(seed: number, faultyMs: number): Verdict {
  const world = new World({ seed });
  const startedAt = world.now;
  const broken: string[] = [];
  watchPower(world, broken);
  const faults = planFaults(world, seed, world.now + faultyMs);
  world.run(faultyMs);
  endFaults(world);
  // People take care of what automation leaves to them: held slots, and those that they switched off.
  const slots = world.zeros.map(({ slot }) => slot);
  world.post({ type: "operator", verb: "on", slots, reason: "quiet", hard: false });
  world.run(QUIET_MS);
  judgeEnd(world, broken);
  const trace = createHash("sha1");
  for (const { now, ev, slot, why } of world.reports) trace.update(`${now} ${ev} ${slot} ${why}\n`);
  return { seed, faults, broken, trace: trace.digest("hex"), simulatedMs: world.now - startedAt };
}

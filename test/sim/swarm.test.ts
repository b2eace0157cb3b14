// A swarm of seeded runs, each with faults of its own: an hour in which nothing may break, then a quiet time that must converge.

import { describe, expect, it } from "vitest";
import { endFaults, planFaults } from "./faults.ts";
import { World } from "./world.ts";
import { speaks } from "./zero.ts";

const FAULTY_MS = 3_600_000;
/** Longest back-off, a fault's re-probe, a few boots, and the pool's longest pause. */
const QUIET_MS = 25 * 60_000;
/** Seeds that once broke something. */
const CORPUS = [25, 63, 114, 116];
/** SEEDS=500 npx vitest run test/sim for a longer look. */
const SEEDS = Number(process.env["SEEDS"] ?? 6);

interface Verdict {
  readonly seed: number;
  readonly broken: readonly string[];
}

function simulate(seed: number): Verdict {
  const world = new World({ seed });
  const broken: string[] = [];
  world.onPower = (effect, zero) => {
    const { livenessMs } = world.state.policy;
    const slot = world.slot(zero.slot);
    if (effect.to === "off" && effect.by === "automation") {
      const heard = world.now - zero.spokeAt < livenessMs;
      if (heard && speaks(zero)) broken.push(`${world.now}: cut of ${zero.slot}, which was heard`);
      const open = world.state.slots.filter(
        (other) => other.phase !== "Fault" && other.intent?.kind === "cycle",
      );
      if (open.length > 1) broken.push(`${world.now}: ${open.length} Zeros in a cycle`);
    }
    if (effect.to === "on" && world.now - slot.offAt < world.state.policy.offDwellMs) {
      broken.push(`${world.now}: on of ${zero.slot} within the dwell`);
    }
  };
  planFaults(world, seed, world.now + FAULTY_MS);
  world.run(FAULTY_MS);
  endFaults(world);
  // People take care of what automation leaves to them: held slots, and those that they switched off.
  const slots = world.zeros.map(({ slot }) => slot);
  world.post({ type: "operator", verb: "on", slots, reason: "quiet", hard: false });
  world.run(QUIET_MS);
  for (const { id, phase, why } of world.state.slots) {
    if (phase !== "Ready") broken.push(`${id} ended ${phase} (${why})`);
  }
  if (world.state.halted !== null) broken.push(`halted: ${world.state.halted}`);
  for (const [job, times] of world.sent)
    if (times > 1) broken.push(`${job} was sent ${times} times`);
  const accepted = world.state.seats.reduce((sum, seat) => sum + seat.accepted + seat.unknown, 0);
  const before = accepted;
  world.run(60_000);
  const after = world.state.seats.reduce((sum, seat) => sum + seat.accepted + seat.unknown, 0);
  if (after - before < 4) broken.push("does not mine at the end");
  return { seed, broken };
}

describe("a swarm of seeded runs", () => {
  it("breaks no invariant, and converges once the faults stop", { timeout: 3_600_000 }, () => {
    const fresh = Array.from({ length: SEEDS }, (_, index) => index + 1);
    const verdicts = [...new Set([...CORPUS, ...fresh])].map(simulate);
    expect(verdicts.filter(({ broken }) => broken.length > 0)).toEqual([]);
  });

  it("does the same again for the same seed", () => {
    const trace = () => {
      const world = new World({ seed: 5 });
      planFaults(world, 5, world.now + 600_000);
      world.run(600_000);
      return world.reports.map(({ now, ev, slot, why }) => `${now} ${ev} ${slot} ${why}`);
    };
    expect(trace()).toEqual(trace());
  });
});

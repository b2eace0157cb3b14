// `npm run sim -- --runs N --hours H`, or `--seed S` for one: runs seeds, prints what broke, and how fast it went.

import { parseArgs } from "node:util";
import { simulate, type Verdict } from "./simulate.ts";

const HOUR_MS = 3_600_000;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    from: { type: "string", default: "1" },
    runs: { type: "string", default: "20" },
    hours: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    jobs: { type: "string", default: "1" },
  },
});

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  process.stderr.write(`sim: --${name} takes a number above 0, not "${text}"\n`);
  process.exit(2);
}

function tell({ seed, faults, broken, trace }: Verdict): void {
  process.stdout.write(`seed ${seed}  trace ${trace.slice(0, 12)}  ${faults.join(", ")}\n`);
  for (const line of broken) process.stdout.write(`  BROKEN ${line}\n`);
}

const hours = positive("hours", values.hours);
const seeds =
  values.seed === undefined
    ? Array.from(
        { length: positive("runs", values.runs) },
        (_, index) => positive("from", values.from) + index,
      )
    : [positive("seed", values.seed)];

const startedAt = performance.now();
let simulatedMs = 0;
const failing: number[] = [];
for (const seed of seeds) {
  const verdict = simulate(seed, hours * HOUR_MS);
  simulatedMs += verdict.simulatedMs;
  if (verdict.broken.length > 0) failing.push(seed);
  if (!values.json && (verdict.broken.length > 0 || seeds.length === 1)) tell(verdict);
}
const seconds = (performance.now() - startedAt) / 1000;
const summary = {
  runs: seeds.length,
  hours: Math.round((simulatedMs / HOUR_MS) * 10) / 10,
  failing_seeds: failing,
  rig_hours_per_second: Math.round((simulatedMs / HOUR_MS / seconds) * 100) / 100,
};
process.stdout.write(`${JSON.stringify(summary)}\n`);
process.exitCode = failing.length > 0 ? 1 : 0;

// `npm run sim -- --runs N --hours H`, or `--seed S` for one: runs seeds, prints what broke, and how fast it went.

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { shrink } from "./shrink.ts";
import { simulate, type Told, type Verdict } from "./simulate.ts";

const HOUR_MS = 3_600_000;
const HELP = `npm run sim -- [options]
  --runs N     so many seeds (20), from --from (1)
  --seed S     this seed only
  --hours H    simulated hours of faults in each (2); a quiet half hour follows
  --jobs N     so many processes (one for each core)
  --shrink     look for the smallest run that still breaks, and tell its events
  --first      end each seed at the first thing that breaks
  --json       only the summary
`;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    from: { type: "string", default: "1" },
    runs: { type: "string", default: "20" },
    hours: { type: "string", default: "2" },
    jobs: { type: "string", default: String(availableParallelism()) },
    shrink: { type: "boolean", default: false },
    first: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  process.stderr.write(`sim: --${name} takes a number above 0, not "${text}"\n`);
  process.exit(2);
}

interface Outcome {
  readonly runs: number;
  readonly hours: number;
  readonly violations: number;
  readonly failing_seeds: readonly number[];
  /** In how many seeds each invariant was broken, by its number. */
  readonly broken_by: Readonly<Record<string, number>>;
  readonly cpu_seconds: number;
}

function tell({ seed, strikes, broken, trace }: Verdict): void {
  const counts = new Map<string, number>();
  for (const { fault } of strikes) counts.set(fault, (counts.get(fault) ?? 0) + 1);
  const faults = [...counts].map(([fault, count]) => `${fault} x${count}`).join(", ");
  process.stdout.write(`seed ${seed}  trace ${trace}\n  faults: ${faults || "none"}\n`);
  for (const line of broken) process.stdout.write(`  BROKEN ${line}\n`);
}

/** How many reports before the end of a shrunk run are told. */
const LOG_LINES = 60;

function tellSmallest(verdict: Verdict, faultyMs: number): void {
  const small = shrink(verdict, faultyMs);
  const log: Told[] = [];
  simulate(verdict.seed, small.faultyMs, {
    strikes: small.verdict.strikes,
    tell: (told) => log.push(told),
  });
  process.stdout.write(`smallest: ${small.verdict.strikes.length} faults\n`);
  for (const { id, atMs } of small.verdict.strikes) {
    process.stdout.write(`  ${Math.round(atMs)} ms ${id}\n`);
  }
  for (const line of small.verdict.broken) process.stdout.write(`  BROKEN ${line}\n`);
  const firstMs = Number.parseInt(small.verdict.broken[0] ?? "", 10);
  const until = Number.isFinite(firstMs) ? log.filter(({ at }) => at <= firstMs + 1000) : log;
  const told = until.filter(({ text }) => !text.startsWith("share."));
  for (const { at, text } of told.slice(-LOG_LINES)) {
    process.stdout.write(`  ${Math.round(at)} ms ${text}\n`);
  }
}

/** What this process has used of its core, whatever else the machine does. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function invariantsOf({ broken }: Verdict): Set<string> {
  return new Set(broken.map((line) => /invariant (\d+):/.exec(line)?.[1] ?? "?"));
}

function addTo(counts: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + count;
}

/** Runs these seeds in this process. */
function runSeeds(seeds: readonly number[], faultyMs: number): Outcome {
  const usedBefore = cpuSeconds();
  let simulatedMs = 0;
  let violations = 0;
  const failing: number[] = [];
  const brokenBy: Record<string, number> = {};
  const stopAt = values.first ? "any" : undefined;
  for (const seed of seeds) {
    const verdict = simulate(seed, faultyMs, { stopAt });
    simulatedMs += verdict.simulatedMs;
    violations += verdict.broken.length;
    for (const invariant of invariantsOf(verdict)) addTo(brokenBy, { [invariant]: 1 });
    const fails = verdict.broken.length > 0;
    if (fails) failing.push(seed);
    if (!values.json && (fails || seeds.length === 1)) tell(verdict);
    if (fails && values.shrink) tellSmallest(verdict, faultyMs);
  }
  return {
    runs: seeds.length,
    hours: simulatedMs / HOUR_MS,
    violations,
    failing_seeds: failing,
    broken_by: brokenBy,
    cpu_seconds: cpuSeconds() - usedBefore,
  };
}

/** Runs a part of the seeds in a process of its own, and hands its lines on. */
function runElsewhere(from: number, runs: number): Promise<Outcome> {
  const flags = (["shrink", "first", "json"] as const).flatMap((name) =>
    values[name] ? [`--${name}`] : [],
  );
  const own = ["--from", String(from), "--runs", String(runs), "--hours", values.hours];
  const args = [...process.execArgv, process.argv[1] ?? "", ...own, "--jobs", "1", ...flags];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let last = "";
    createInterface(child.stdout).on("line", (line) => {
      if (last !== "") process.stdout.write(`${last}\n`);
      last = line;
    });
    child.on("close", () => {
      if (last.startsWith("{")) resolve(JSON.parse(last) as Outcome);
      else reject(new Error(`the process for seeds from ${from} told no result: ${last}`));
    });
  });
}

async function runAll(): Promise<Outcome> {
  const faultyMs = positive("hours", values.hours) * HOUR_MS;
  if (values.seed !== undefined) return runSeeds([positive("seed", values.seed)], faultyMs);
  const from = positive("from", values.from);
  const runs = positive("runs", values.runs);
  const jobs = Math.min(runs, positive("jobs", values.jobs));
  if (jobs === 1) {
    return runSeeds(
      Array.from({ length: runs }, (_, index) => from + index),
      faultyMs,
    );
  }
  const share = Math.ceil(runs / jobs);
  const parts = Array.from({ length: jobs }, (_, index) => {
    const first = from + index * share;
    return { first, count: Math.min(share, from + runs - first) };
  }).filter(({ count }) => count > 0);
  const outcomes = await Promise.all(parts.map(({ first, count }) => runElsewhere(first, count)));
  const sum = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((total, each) => total + of(each), 0);
  const brokenBy: Record<string, number> = {};
  for (const { broken_by } of outcomes) addTo(brokenBy, broken_by);
  return {
    runs: sum(({ runs: each }) => each),
    hours: sum(({ hours }) => hours),
    violations: sum(({ violations }) => violations),
    failing_seeds: outcomes.flatMap(({ failing_seeds }) => failing_seeds),
    broken_by: brokenBy,
    cpu_seconds: sum(({ cpu_seconds }) => cpu_seconds),
  };
}

if (values.help) process.stdout.write(HELP);
else {
  const startedAt = performance.now();
  const { runs, hours, violations, failing_seeds, broken_by, cpu_seconds } = await runAll();
  const seconds = (performance.now() - startedAt) / 1000;
  if (!values.json) {
    process.stdout.write(
      `${hours.toFixed(1)} simulated hours in ${seconds.toFixed(1)} s: ${(hours / seconds).toFixed(1)} a second, ${(hours / cpu_seconds).toFixed(1)} a second and core\n`,
    );
  }
  const summary = {
    runs,
    hours: Math.round(hours * 10) / 10,
    violations,
    failing_seeds,
    broken_by,
    rig_days_per_second: Math.round((hours / 24 / cpu_seconds) * 100) / 100,
    cpu_seconds: Math.round(cpu_seconds * 100) / 100,
  };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  process.exitCode = failing_seeds.length > 0 ? 1 : 0;
}

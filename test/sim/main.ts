// `npm run sim -- --runs N --hours H`, or `--seed S` for one: runs seeds, prints what broke, and how fast it went.

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { Option } from "commander";
import { devCommand, positive, refuse, runCommand, whole } from "../flags.ts";
import { shrink } from "./shrink.ts";
import { simulate, type Told, type Verdict } from "./simulate.ts";

const HOUR_MS = 3_600_000;
const NAME = "sim";

interface Flags {
  readonly seed?: number;
  readonly from: number;
  readonly runs: number;
  readonly hours: number;
  readonly jobs: number;
  readonly shrink?: true;
  readonly first?: true;
  readonly json?: true;
  readonly part?: true;
}

const program = devCommand(
  NAME,
  "Runs seeds of the simulated rig; ends with 1 when one broke something.",
)
  .option("--seed <seed>", "this seed only", whole)
  .option("--from <seed>", "the first seed", whole, 1)
  .option("--runs <count>", "how many seeds", whole, 20)
  .option("--hours <hours>", "of faults in each; a quiet half hour follows", positive, 2)
  .option("--jobs <count>", "how many processes", whole, availableParallelism())
  .option("--shrink", "look for the smallest run that still breaks, and tell its events")
  .option("--first", "end each seed at the first thing that breaks")
  .option("--json", "only the summary")
  .addOption(
    new Option("--part", "tell the outcome to the process that shares out the seeds").hideHelp(),
  )
  .parse();
const values = program.opts<Flags>();

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
  // As corpus.ts has them.
  process.stdout.write(`  seed: ${verdict.seed}, faultyMs: ${small.faultyMs}\n`);
  for (const { id, atMs } of small.verdict.strikes) {
    process.stdout.write(`  ${JSON.stringify(id)}: ${atMs},\n`);
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
    if (!values.json && (fails || values.seed !== undefined)) tell(verdict);
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
  const own = ["--from", from, "--runs", runs, "--hours", values.hours, "--part"].map(String);
  const args = [...process.execArgv, process.argv[1] ?? "", ...own, ...flags];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => child.kill());
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

function seedsFrom(from: number, runs: number): number[] {
  return Array.from({ length: runs }, (_, index) => from + index);
}

async function runAll(): Promise<Outcome> {
  const { seed, from, runs } = values;
  const faultyMs = values.hours * HOUR_MS;
  if (seed !== undefined) return runSeeds([seed], faultyMs);
  const jobs = Math.min(runs, values.jobs);
  if (jobs === 1 || values.part) return runSeeds(seedsFrom(from, runs), faultyMs);
  const share = Math.ceil(runs / jobs);
  const firsts = seedsFrom(0, Math.ceil(runs / share)).map((index) => index * share);
  const outcomes = await Promise.all(
    firsts.map((first) => runElsewhere(from + first, Math.min(share, runs - first))),
  );
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

async function main(): Promise<void> {
  const startedAt = performance.now();
  const outcome = await runAll();
  if (values.part) {
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
    return;
  }
  const { runs, hours, violations, failing_seeds, broken_by, cpu_seconds } = outcome;
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

if (values.seed !== undefined) {
  const shared = (["from", "runs"] as const).filter(
    (name) => program.getOptionValueSource(name) === "cli",
  );
  if (shared.length > 0) refuse(NAME, `--seed is one seed: leave out --${shared.join(" and --")}`);
}
await runCommand(NAME, main);

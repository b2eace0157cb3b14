// `npm run sim:naive -- --runs N --hours H`: our controller beside a naive watchdog, on the same seeds and faults, as a table.

import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { Option } from "commander";
import { devCommand, positive, runCommand, whole } from "../flags.ts";
import { naiveWatchdog } from "./naive-watchdog.ts";
import { type Contender, OURS, sumOf, type Tally, tallyOf, unpeopled } from "./tally.ts";

const HOUR_MS = 3_600_000;
const BOOT_GRACE_MS = 90_000;
const NAME = "sim:naive";

interface Flags {
  readonly from: number;
  readonly runs: number;
  readonly hours: number;
  readonly thin: number;
  readonly jobs: number;
  readonly part?: true;
}

const values = devCommand(
  NAME,
  "Our controller beside a naive watchdog, on the same seeds and faults, as a table.",
)
  .option("--from <seed>", "the first seed", whole, 1)
  .option("--runs <count>", "how many seeds", whole, 50)
  .option("--hours <hours>", "of faults in each", positive, 2)
  .option("--thin <count>", "only one in so many of the faults strikes", whole, 1)
  .option("--jobs <count>", "how many processes", whole, availableParallelism())
  .addOption(
    new Option("--part", "tell the sums to the process that shares out the seeds").hideHelp(),
  )
  .parse()
  .opts<Flags>();

const CONTENDERS: Readonly<Record<string, Contender>> = {
  zerorig: OURS,
  naive: (wall) => naiveWatchdog(wall),
  "naive, 90 s boot grace": (wall) => naiveWatchdog(wall, BOOT_GRACE_MS),
};

type Tallies = Readonly<Record<string, Tally>>;

function runHere(from: number, runs: number): Tallies {
  const lengthMs = values.hours * HOUR_MS;
  const seeds = Array.from({ length: runs }, (_, index) => from + index);
  const entries = Object.entries(CONTENDERS).map(([name, contender]) => {
    const tallies = seeds.map((seed) =>
      tallyOf(seed, lengthMs, contender, unpeopled(seed, lengthMs, values.thin)),
    );
    return [name, sumOf(tallies)] as const;
  });
  return Object.fromEntries(entries);
}

function runElsewhere(from: number, runs: number): Promise<Tallies> {
  const { hours, thin } = values;
  const own = ["--from", from, "--runs", runs, "--hours", hours, "--thin", thin, "--part"];
  const args = [...process.execArgv, process.argv[1] ?? "", ...own.map(String)];
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout) as Tallies);
      else reject(error);
    });
    process.on("exit", () => child.kill());
  });
}

async function runAll(): Promise<Tallies> {
  const { from, runs, jobs } = values;
  const share = Math.ceil(runs / jobs);
  const firsts = Array.from({ length: Math.ceil(runs / share) }, (_, index) => index * share);
  const parts = await Promise.all(
    firsts.map((first) => runElsewhere(from + first, Math.min(share, runs - first))),
  );
  const names = Object.keys(CONTENDERS);
  return Object.fromEntries(
    names.map((name) => [name, sumOf(parts.flatMap((part) => part[name] ?? []))]),
  );
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? "none died" : `${Math.round(ms / 1000)} s`;
}

function median(times: readonly number[]): number | undefined {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}

function mean(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : times.reduce((sum, ms) => sum + ms, 0) / times.length;
}

function percent(part: number, whole: number): string {
  return `${((part / whole) * 100).toFixed(1)} %`;
}

/** So many in 1000 hours of a rig. */
function rate(count: number, { rigMs }: Tally): string {
  return ((count / rigMs) * 1000 * HOUR_MS).toFixed(0);
}

const ROWS: readonly (readonly [what: string, tell: (tally: Tally) => string])[] = [
  ["healthy Zeros cut, per 1000 rig-hours", (tally) => rate(tally.wellCuts, tally)],
  ["of these, heard within 10 s", (tally) => rate(tally.heardCuts, tally)],
  ["booting Zeros cut, per 1000 rig-hours", (tally) => rate(tally.bootingCuts, tally)],
  ["cuts altogether, per 1000 rig-hours", (tally) => rate(tally.cuts, tally)],
  ["of these, for heat or the supply", (tally) => rate(tally.sheds, tally)],
  ["from death to mining, median", ({ recoveredMs }) => seconds(median(recoveredMs))],
  ["from death to mining, mean", ({ recoveredMs }) => seconds(mean(recoveredMs))],
  [
    "deaths; not mining again at the end",
    ({ recoveredMs, unrecovered }) => `${recoveredMs.length}; ${unrecovered}`,
  ],
  ["mining time lost", ({ idleMs, zeroMs }) => percent(idleMs, zeroMs)],
  ["of it, in quarantine", ({ quarantinedMs, zeroMs }) => percent(quarantinedMs, zeroMs)],
  ["of it, off for heat or the supply", ({ shedMs, zeroMs }) => percent(shedMs, zeroMs)],
  ["longest outage of a Zero", ({ longestIdleMs }) => seconds(longestIdleMs)],
];

function table(tallies: Tallies): string {
  const columns = Object.entries(tallies);
  const rows = [
    ["", ...columns.map(([name]) => name)],
    ["---", ...columns.map(() => "---:")],
    ...ROWS.map(([what, tell]) => [what, ...columns.map(([, tally]) => tell(tally))]),
  ];
  return rows.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

async function main(): Promise<void> {
  const { from, runs, hours: each, thin } = values;
  if (values.part) {
    process.stdout.write(JSON.stringify(runHere(from, runs)));
    return;
  }
  const startedAt = performance.now();
  const tallies = await runAll();
  const { rigMs = 0, strikes = 0 } = Object.values(tallies)[0] ?? {};
  const hours = rigMs / HOUR_MS;
  const tookS = ((performance.now() - startedAt) / 1000).toFixed(0);
  process.stdout.write(
    `npm run sim:naive -- --runs ${runs} --hours ${each} --thin ${thin}\n${hours.toFixed(0)} rig-hours each, ${(strikes / hours).toFixed(1)} faults an hour, ${tookS} s\n\n${table(tallies)}`,
  );
}

await runCommand(NAME, main);

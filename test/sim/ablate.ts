// `npm run sim:ablate -- --runs N --hours H`: takes each rule away and counts the seeds in which the simulator sees it.

import { type ChildProcess, execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { devCommand, positive, refuse, runCommand, whole } from "../flags.ts";
import { buildAblated } from "./ablated.ts";
import { ABLATIONS, type Ablation, WITHOUT_GUARD } from "./ablations.ts";

const NAME = "sim:ablate";

interface Flags {
  readonly from: number;
  readonly runs: number;
  readonly hours: number;
  readonly jobs: number;
  readonly only: string;
}

const values = devCommand(
  NAME,
  "Takes each rule away; ends with 1 when no seed sees that it is gone.",
)
  .option("--from <seed>", "the first seed", whole, 1)
  .option("--runs <count>", "how many seeds for each rule", whole, 60)
  .option("--hours <hours>", "of faults in each; a quiet half hour follows", positive, 2)
  .option("--jobs <count>", "how many processes", whole, availableParallelism())
  .option("--only <parts>", "the rules with one of these, a comma between, in their names", "")
  .parse()
  .opts<Flags>();

interface Found {
  readonly failing_seeds: readonly number[];
  readonly broken_by: Readonly<Record<string, number>>;
}

/** They end with this one. */
const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) child.kill();
});

/** Which seeds failed, and what they broke first. A run that dies tells nothing and is an error. */
function simulate(program: string, { from, runs }: Pick<Flags, "from" | "runs">): Promise<Found> {
  const range = ["--from", from, "--runs", runs, "--hours", values.hours].map(String);
  const args = [program, "--json", "--first", "--jobs", "1", ...range];
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, args, { maxBuffer: 2 ** 28 }, (error, stdout) => {
      const last = stdout.trim().split("\n").at(-1) ?? "";
      if (last.startsWith("{")) resolve(JSON.parse(last) as Found);
      else reject(error ?? new Error(`no summary: ${last}`));
    });
    children.add(child);
    child.on("close", () => children.delete(child));
  });
}

interface Row {
  readonly ablation: Ablation;
  readonly guarded: Found;
  readonly unguarded: Found;
  /** The seed that is known to see it (`ablations.ts`), where none of those that were asked for did, and it did. */
  readonly known: number | null;
}

async function measure(dir: string, ablation: Ablation, index: number): Promise<Row> {
  const run = async (name: string, changes: Ablation["changes"]) => {
    const program = join(dir, `${index}-${name}.mjs`);
    await buildAblated("main.ts", changes, program);
    return { program, found: await simulate(program, values) };
  };
  const { program, found: guarded } = await run("guarded", ablation.changes);
  const { found: unguarded } = await run("unguarded", [...ablation.changes, WITHOUT_GUARD]);
  const row = { ablation, guarded, unguarded, known: null };
  if (ablation.changes.length === 0 || isCaught(row)) return row;
  const { failing_seeds } = await simulate(program, { from: ablation.seed, runs: 1 });
  return { ...row, known: failing_seeds[0] ?? null };
}

/** Runs the tasks, so many at a time, and keeps their order. */
async function inLanes<T>(tasks: readonly (() => Promise<T>)[], lanes: number): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    for (let mine = next++; mine < tasks.length; mine = next++) {
      results[mine] = await (tasks[mine] as () => Promise<T>)();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

/** `1 (12), 3 (2)`: the invariants, those that most seeds broke first. */
function invariants({ broken_by }: Found): string {
  const counts = Object.entries(broken_by).sort(([, a], [, b]) => b - a);
  return counts.map(([invariant, seeds]) => `${invariant} (${seeds})`).join(", ") || "-";
}

function line({ ablation, guarded, unguarded, known }: Row): string {
  const first = unguarded.failing_seeds.slice(0, 3).join(" ") || known || "-";
  const seeds = `${guarded.failing_seeds.length} | ${unguarded.failing_seeds.length}`;
  return `| ${ablation.rule} | ${ablation.removed} | ${seeds} | ${invariants(unguarded)} | ${first} |\n`;
}

/** The rules that are asked for: a part of a rule's name, or several with a comma between. */
function chosen(): readonly Ablation[] {
  const parts = values.only.split(",");
  const stranger = parts.find((part) => !ABLATIONS.some(({ rule }) => rule.includes(part)));
  if (stranger !== undefined) refuse(NAME, `--only: no rule has "${stranger}" in its name`);
  return ABLATIONS.filter(({ rule }) => parts.some((part) => rule.includes(part)));
}

const isCaught = ({ guarded, unguarded, known }: Row) =>
  known !== null || guarded.failing_seeds.length + unguarded.failing_seeds.length > 0;

async function main(): Promise<void> {
  const everything = [{ rule: "(none)", removed: "nothing", seed: 1, changes: [] }, ...chosen()];
  const dir = mkdtempSync(join(tmpdir(), "zerorig-ablate-"));
  process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
  process.stderr.write(`${values.runs} seeds of ${values.hours} h for each row\n`);
  process.stdout.write(
    "| rule | what is removed | seeds that caught it | with the guard off | broken first | seeds |\n",
  );
  process.stdout.write("|---|---|---:|---:|---|---|\n");
  const rows = await inLanes(
    everything.map((ablation, index) => async () => {
      const row = await measure(dir, ablation, index);
      process.stderr.write(line(row));
      return row;
    }),
    values.jobs,
  );
  for (const row of rows) process.stdout.write(line(row));
  const [intact, ...ablated] = rows;
  if (intact !== undefined && isCaught(intact)) {
    process.stderr.write(`${NAME}: the whole core fails seeds of its own; mend that first\n`);
    process.exitCode = 1;
  }
  for (const row of ablated.filter((each) => !isCaught(each))) {
    process.stderr.write(`${NAME}: nothing noticed that this is gone: ${row.ablation.rule}\n`);
    process.exitCode = 1;
  }
}

// Its programs end with it, and the folder goes.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(2));
await runCommand(NAME, main);

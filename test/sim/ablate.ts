// `npm run sim:ablate -- --runs N --hours H`: takes each rule away and counts the seeds in which the simulator sees it.

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { ABLATIONS, type Replacement, WITHOUT_GUARD } from "./ablations.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "60" },
    hours: { type: "string", default: "2" },
    only: { type: "string" },
  },
});

/** The simulator with these replacements made in the core, as one file. */
async function bundle(changes: readonly Replacement[], outfile: string): Promise<void> {
  await build({
    entryPoints: ["test/sim/main.ts"],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outfile,
    logLevel: "warning",
    plugins: [
      {
        name: "ablate",
        setup: ({ onLoad }) => {
          onLoad({ filter: /(?:controller\/core|test\/sim)\/[a-z-]+\.ts$/ }, ({ path }) => ({
            contents: replaced(path, changes),
            loader: "ts",
          }));
        },
      },
    ],
  });
}

function replaced(path: string, changes: readonly Replacement[]): string {
  const name = relative(process.cwd(), path);
  return changes
    .filter(({ file }) => file === name)
    .reduce(
      (text, { find, replace }) => {
        const parts = text.split(find);
        if (parts.length !== 2)
          throw new Error(`${name}: found ${parts.length - 1} times: ${find}`);
        return parts.join(replace);
      },
      readFileSync(path, "utf8"),
    );
}

/** The seeds that failed. A run that dies tells nothing and is an error. */
function simulate(program: string): Promise<readonly number[]> {
  const args = [program, "--json", "--runs", values.runs, "--hours", values.hours, "--jobs", "1"];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 2 ** 28 }, (error, stdout) => {
      const last = stdout.trim().split("\n").at(-1) ?? "";
      if (!last.startsWith("{")) reject(error ?? new Error(`no summary: ${last}`));
      else resolve((JSON.parse(last) as { failing_seeds: readonly number[] }).failing_seeds);
    });
  });
}

interface Row {
  readonly rule: string;
  readonly guarded: readonly number[];
  readonly unguarded: readonly number[];
}

const dir = mkdtempSync(join(tmpdir(), "zerorig-ablate-"));

async function measure(rule: string, changes: readonly Replacement[], index: number): Promise<Row> {
  const [guarded, unguarded] = ["guarded", "unguarded"].map((name) =>
    join(dir, `${index}-${name}.mjs`),
  ) as [string, string];
  await bundle(changes, guarded);
  await bundle([...changes, WITHOUT_GUARD], unguarded);
  return { rule, guarded: await simulate(guarded), unguarded: await simulate(unguarded) };
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

function line({ rule, guarded, unguarded }: Row): string {
  const first = unguarded[0] ?? guarded[0] ?? "-";
  return `| ${rule} | ${guarded.length} | ${unguarded.length} | ${first} |\n`;
}

const chosen = ABLATIONS.filter(({ rule }) => rule.includes(values.only ?? ""));
const everything = [{ rule: "(none removed)", changes: [] }, ...chosen];
process.stdout.write(
  `| rule removed | seeds of ${values.runs} that caught it | with the run-time guard off | first |\n|---|---|---|---|\n`,
);
const rows = await inLanes(
  everything.map(({ rule, changes }, index) => async () => {
    const row = await measure(rule, changes, index);
    process.stdout.write(line(row));
    return row;
  }),
  availableParallelism(),
);
rmSync(dir, { recursive: true });
const [whole, ...ablated] = rows;
const missed = ablated.filter(({ guarded, unguarded }) => guarded.length + unguarded.length === 0);
if (whole !== undefined && whole.guarded.length + whole.unguarded.length > 0) {
  process.stderr.write("ablate: the whole core fails seeds of its own; mend that first\n");
  process.exitCode = 1;
}
for (const { rule } of missed)
  process.stderr.write(`ablate: nothing noticed that this is gone: ${rule}\n`);
if (missed.length > 0) process.exitCode = 1;

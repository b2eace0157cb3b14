// A process that runs the tests over one mutant after another, until the first that fails. Its parent ends it if a mutant
// hangs it.

import { Loader, type Swap } from "./loader.ts";
import type { Case } from "./recorder.ts";

export interface Task {
  readonly root: string;
  /** The test files, in the order in which they are to be run. */
  readonly tests: readonly string[];
  /** Tests to leave out, by name. */
  readonly skip: readonly string[];
  /** Null for the code as it is. */
  readonly mutant: Swap | null;
}

/** What became of one test file. */
interface Trial {
  readonly file: string;
  readonly tests: number;
  /** How long this process worked on it; what other processes do does not lengthen that. */
  readonly workedMs: number;
  /** Tests that take long, by name. */
  readonly slow: readonly string[];
}

export interface Verdict {
  /** The test that failed first and why; null if none did. */
  readonly killedBy: string | null;
  readonly error: string;
  /** The files that were tried; the last is the one with the test that failed. */
  readonly trials: readonly Trial[];
}

/** A test with more work than this would be run for each mutant that none finds: minutes for little. */
const SLOW_MS = 50;

// Ten sequences of events for each property are enough to look for one fault.
process.env["PROPERTY_RUNS"] ??= "10";

const loaders = new Map<string, Loader>();

function loaderOf(root: string): Loader {
  const known = loaders.get(root) ?? new Loader(root);
  loaders.set(root, known);
  return known;
}

function workedMs(): number {
  return process.cpuUsage().user / 1000;
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}

interface Found {
  readonly trial: Trial;
  readonly killedBy: string | null;
  readonly error: string;
}

/** Runs the tests of a file until one fails. */
async function tryFile({ root, skip, mutant }: Task, file: string): Promise<Found> {
  const from = workedMs();
  const slow: string[] = [];
  const trial = (tests: number): Trial => ({ file, tests, workedMs: workedMs() - from, slow });
  let cases: readonly Case[];
  process.send?.("at work");
  try {
    cases = loaderOf(root)
      .load([file], mutant)
      .filter(({ name }) => !skip.includes(name));
  } catch (error) {
    return { trial: trial(0), killedBy: `${file} > loading`, error: reason(error) };
  }
  for (const { name, run } of cases) {
    const began = workedMs();
    process.send?.("at work");
    try {
      await run();
    } catch (error) {
      return { trial: trial(cases.length), killedBy: name, error: reason(error) };
    }
    if (workedMs() - began > SLOW_MS) slow.push(name);
  }
  return { trial: trial(cases.length), killedBy: null, error: "" };
}

async function judge(task: Task): Promise<Verdict> {
  const trials: Trial[] = [];
  for (const file of task.tests) {
    const { trial, killedBy, error } = await tryFile(task, file);
    trials.push(trial);
    if (killedBy !== null) return { killedBy, error, trials };
  }
  return { killedBy: null, error: "", trials };
}

process.on("message", (task: Task) => {
  void judge(task).then((verdict) => process.send?.(verdict));
});
process.on("disconnect", () => process.exit());

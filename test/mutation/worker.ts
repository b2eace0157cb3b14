// A process that runs the tests over one mutant after another, a file at a time, until the first that fails. Its parent ends
// it if a mutant hangs it.

import { Loader, type Swap } from "./loader.ts";
import type { Case } from "./recorder.ts";

export interface Task {
  readonly root: string;
  /** The test files, those that name the mutated file first. */
  readonly near: readonly string[];
  readonly far: readonly string[];
  /** Tests to leave out, by name. */
  readonly skip: readonly string[];
  /** Null for the code as it is. */
  readonly mutant: Swap | null;
}

/** The test that failed first and why; null if none did. */
export interface Verdict {
  readonly killedBy: string | null;
  readonly error: string;
  /** How many tests were run, and which of them are slow. */
  readonly tests: number;
  readonly slow: readonly string[];
}

/** What is known of a test, or of a file of them, over one mutated file. */
interface Record {
  finds: number;
  tookMs: number;
}

/** A test with more work than this would be run for each mutant that none finds: minutes for little. */
const SLOW_MS = 300;

// Ten sequences of events for each property are enough to look for one fault.
process.env["PROPERTY_RUNS"] ??= "10";

const loaders = new Map<string, Loader>();
const records = new Map<string, Record>();

function loaderOf(root: string): Loader {
  const known = loaders.get(root) ?? new Loader(root);
  loaders.set(root, known);
  return known;
}

function recordOf(mutant: Swap | null, name: string): Record {
  const key = `${mutant?.file} ${name}`;
  const known = records.get(key) ?? { finds: 0, tookMs: 0 };
  records.set(key, known);
  return known;
}

/** Most finds for its time first. */
function ordered<T>(items: readonly T[], of: (item: T) => Record): T[] {
  const worth = (item: T) => (1 + of(item).finds) / (1 + of(item).tookMs);
  return [...items].sort((a, b) => worth(b) - worth(a));
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}

/** The time that this process worked, which other processes do not lengthen. */
function workedMs(): number {
  return process.cpuUsage().user / 1000;
}

/** Runs the tests of a file until one fails. */
async function judgeFile({ root, skip, mutant }: Task, test: string): Promise<Verdict> {
  let cases: readonly Case[];
  try {
    cases = loaderOf(root)
      .load([test], mutant)
      .filter(({ name }) => !skip.includes(name));
  } catch (error) {
    return { killedBy: `${test} > loading`, error: reason(error), tests: 0, slow: [] };
  }
  const of = ({ name }: Case) => recordOf(mutant, name);
  for (const item of ordered(cases, of)) {
    process.send?.("at work");
    const from = workedMs();
    try {
      await item.run();
      of(item).tookMs = workedMs() - from;
    } catch (error) {
      of(item).finds++;
      return { killedBy: item.name, error: reason(error), tests: cases.length, slow: [] };
    }
  }
  const slow = cases.filter((item) => of(item).tookMs > SLOW_MS).map(({ name }) => name);
  return { killedBy: null, error: "", tests: cases.length, slow };
}

async function judge(task: Task): Promise<Verdict> {
  let tests = 0;
  const slow: string[] = [];
  const of = (test: string) => recordOf(task.mutant, test);
  for (const test of [...ordered(task.near, of), ...ordered(task.far, of)]) {
    const from = workedMs();
    const verdict = await judgeFile(task, test);
    tests += verdict.tests;
    slow.push(...verdict.slow);
    if (verdict.killedBy !== null) {
      of(test).finds++;
      return { ...verdict, tests };
    }
    of(test).tookMs = workedMs() - from;
  }
  return { killedBy: null, error: "", tests, slow };
}

process.on("message", (task: Task) => {
  void judge(task).then((verdict) => process.send?.(verdict));
});
process.on("disconnect", () => process.exit());

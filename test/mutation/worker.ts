// A process that runs the tests over one mutant after another, a file at a time, until the first that fails. Its parent ends
// it if a mutant hangs it.

import { Loader, type Swap } from "./loader.ts";
import type { Case } from "./recorder.ts";

export interface Task {
  readonly root: string;
  /** The test files, those that name the mutated file first. */
  readonly near: readonly string[];
  readonly far: readonly string[];
  /** Null for the code as it is. */
  readonly mutant: Swap | null;
}

/** The test that failed first and why; null if none did. */
export interface Verdict {
  readonly killedBy: string | null;
  readonly error: string;
  /** How many tests were run. */
  readonly tests: number;
}

/** What is known of a test, or of a file of them, over one mutated file. */
interface Record {
  finds: number;
  tookMs: number;
}

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

/** Runs the tests of a file until one fails. */
async function judgeFile(task: Task, test: string): Promise<Verdict> {
  let cases: readonly Case[];
  try {
    cases = loaderOf(task.root).load([test], task.mutant);
  } catch (error) {
    return { killedBy: `${test} > loading`, error: reason(error), tests: 0 };
  }
  const of = ({ name }: Case) => recordOf(task.mutant, name);
  for (const item of ordered(cases, of)) {
    process.send?.("at work");
    const from = performance.now();
    try {
      await item.run();
      of(item).tookMs = performance.now() - from;
    } catch (error) {
      of(item).finds++;
      return { killedBy: item.name, error: reason(error), tests: cases.length };
    }
  }
  return { killedBy: null, error: "", tests: cases.length };
}

async function judge(task: Task): Promise<Verdict> {
  let tests = 0;
  const of = (test: string) => recordOf(task.mutant, test);
  for (const test of [...ordered(task.near, of), ...ordered(task.far, of)]) {
    const from = performance.now();
    const verdict = await judgeFile(task, test);
    tests += verdict.tests;
    if (verdict.killedBy !== null) {
      of(test).finds++;
      return { ...verdict, tests };
    }
    of(test).tookMs = performance.now() - from;
  }
  return { killedBy: null, error: "", tests };
}

process.on("message", (task: Task) => {
  void judge(task).then((verdict) => process.send?.(verdict));
});
process.on("disconnect", () => process.exit());

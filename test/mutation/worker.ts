// A process that runs the tests over one mutant after another, until the first that fails. Its parent ends it if a mutant hangs it.

import { Loader } from "./loader.ts";
import type { Case } from "./recorder.ts";

export interface Task {
  readonly root: string;
  readonly tests: readonly string[];
  readonly file: string;
  readonly text: string;
}

/** The test that failed first and why; null if none did. */
export interface Verdict {
  readonly killedBy: string | null;
  readonly error: string;
  readonly tests: number;
}

const loaders = new Map<string, Loader>();
/** What each test took when last run, and how many mutants of each file it has found. */
const tookMs = new Map<string, number>();
const finds = new Map<string, number>();

function loaderOf(root: string): Loader {
  const known = loaders.get(root) ?? new Loader(root);
  loaders.set(root, known);
  return known;
}

/** Most finds for its time first. */
function ordered(cases: readonly Case[], file: string): Case[] {
  const worth = ({ name }: Case) =>
    (1 + (finds.get(`${file} ${name}`) ?? 0)) / (1 + (tookMs.get(name) ?? 0));
  return [...cases].sort((a, b) => worth(b) - worth(a));
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}

async function run({ root, tests, file, text }: Task): Promise<Verdict> {
  let cases: readonly Case[];
  try {
    cases = loaderOf(root).load(tests, file, text);
  } catch (error) {
    return { killedBy: "loading", error: reason(error), tests: 0 };
  }
  for (const { name, run } of ordered(cases, file)) {
    const from = performance.now();
    try {
      await run();
      tookMs.set(name, performance.now() - from);
    } catch (error) {
      const key = `${file} ${name}`;
      finds.set(key, (finds.get(key) ?? 0) + 1);
      return { killedBy: name, error: reason(error), tests: cases.length };
    }
  }
  return { killedBy: null, error: "", tests: cases.length };
}

process.on("message", (task: Task) => {
  void run(task).then((verdict) => process.send?.(verdict));
});
process.on("disconnect", () => process.exit());

// A process that looks once at what the tests call, and then runs those that matter over one mutant after another, until the
// first that fails. Its parent ends it if a mutant hangs it.

import { Loader } from "./loader.ts";
import type { Case } from "./recorder.ts";
import { type Survey, survey } from "./survey.ts";

export interface Task {
  readonly root: string;
  /** The test files; all of them for a survey, those that call the function for a mutant. */
  readonly tests: readonly string[];
  readonly mutant: {
    readonly file: string;
    readonly text: string;
    /** The tests to run, by name; null for all of them. */
    readonly names: readonly string[] | null;
    readonly tookMs: Survey["tookMs"];
  } | null;
}

/** The test that failed first and why; null if none did. */
export interface Verdict {
  readonly killedBy: string | null;
  readonly error: string;
  readonly tests: number;
}

export type Answer = { readonly verdict: Verdict } | { readonly survey: Survey };

const loaders = new Map<string, Loader>();
/** How many mutants of each file a test has found. */
const finds = new Map<string, number>();

function loaderOf(root: string): Loader {
  const known = loaders.get(root) ?? new Loader(root);
  loaders.set(root, known);
  return known;
}

/** Most finds for its time first. */
function ordered(
  cases: readonly Case[],
  { file, names, tookMs }: NonNullable<Task["mutant"]>,
): Case[] {
  const wanted = names && new Set(names);
  const worth = ({ name }: Case) =>
    (1 + (finds.get(`${file} ${name}`) ?? 0)) / (1 + (tookMs[name] ?? 0));
  return cases
    .filter(({ name }) => wanted === null || wanted.has(name))
    .sort((a, b) => worth(b) - worth(a));
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}

async function judge(task: Task, mutant: NonNullable<Task["mutant"]>): Promise<Verdict> {
  let cases: readonly Case[];
  try {
    cases = ordered(loaderOf(task.root).load(task.tests, mutant), mutant);
  } catch (error) {
    return { killedBy: "loading", error: reason(error), tests: 0 };
  }
  for (const { name, run } of cases) {
    try {
      await run();
    } catch (error) {
      const key = `${mutant.file} ${name}`;
      finds.set(key, (finds.get(key) ?? 0) + 1);
      return { killedBy: name, error: reason(error), tests: cases.length };
    }
  }
  return { killedBy: null, error: "", tests: cases.length };
}

async function answer(task: Task): Promise<Answer> {
  if (task.mutant !== null) return { verdict: await judge(task, task.mutant) };
  return { survey: await survey(loaderOf(task.root), task.root, task.tests) };
}

process.on("message", (task: Task) => {
  answer(task).then(
    (found) => process.send?.(found),
    (error) => {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit());

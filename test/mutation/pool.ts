// A few worker processes that share the mutants out. One that hangs or dies over a mutant has found it, and is replaced.

import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { importsOf, type Source } from "../repository/sources.ts";
import type { Mutant } from "./mutants.ts";
import type { Task, Verdict } from "./worker.ts";

export interface Outcome extends Verdict {
  readonly mutant: Mutant;
}

export interface PoolOptions {
  readonly root: string;
  readonly tests: readonly Source[];
  readonly jobs: number;
  /** A test that takes longer hangs. */
  readonly limitMs: number;
}

class Worker {
  #child: ChildProcess | null = null;

  /** The worker's verdict; one that does not come in time, or never because the process died, is a find too. */
  judge(task: Task, limitMs: number): Promise<Verdict> {
    this.#child ??= fork(join(import.meta.dirname, "worker.ts"), {
      execArgv: ["--import", "tsx"],
      stdio: ["ignore", 2, 2, "ipc"],
    });
    const child = this.#child;
    return new Promise((resolve) => {
      const settle = (verdict: Verdict) => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(verdict);
      };
      const take = (message: Verdict | "at work") => {
        if (message === "at work") timer.refresh();
        else settle(message);
      };
      const lose = (killedBy: string) => {
        this.#child = null;
        child.kill("SIGKILL");
        settle({ killedBy, error: "", tests: 0, slow: [] });
      };
      const timer = setTimeout(() => lose("time-out"), limitMs);
      child.on("message", (message) => take(message as Verdict | "at work"));
      child.once("exit", () => lose("crash"));
      child.send(task);
    });
  }

  end(): void {
    this.#child?.disconnect();
  }
}

/** The test files, parted into those that import this file and the others. */
function parted(tests: readonly Source[], file: string): Pick<Task, "near" | "far"> {
  const isNear = (test: Source) => importsOf(test).some(({ target }) => target === file);
  return {
    near: tests.filter(isNear).map(({ path }) => path),
    far: tests.filter((test) => !isNear(test)).map(({ path }) => path),
  };
}

/** Judges all mutants, as many at once as there are jobs; tells of each outcome as it comes. Throws if the tests fail without. */
export async function judgeAll(
  mutants: readonly Mutant[],
  { root, tests, jobs, limitMs }: PoolOptions,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  const first = new Worker();
  const whole = { root, ...parted(tests, ""), skip: [], mutant: null };
  const { killedBy, error, tests: count, slow: skip } = await first.judge(whole, limitMs);
  if (killedBy !== null) throw new Error(`the tests fail unmutated: ${killedBy}: ${error}`);
  if (count === skip.length) throw new Error("there are no tests to find anything");
  let next = 0;
  const lane = async (worker: Worker) => {
    for (let mutant = mutants[next++]; mutant !== undefined; mutant = mutants[next++]) {
      const { file, text } = mutant;
      const task = { root, ...parted(tests, file), skip, mutant: { file, text } };
      tell({ mutant, ...(await worker.judge(task, limitMs)) });
    }
    worker.end();
  };
  await Promise.all(
    Array.from({ length: jobs }, (_, index) => lane(index === 0 ? first : new Worker())),
  );
}

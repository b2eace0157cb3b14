// A few worker processes that share the mutants out. One that hangs or dies over a mutant has found it, and is replaced.

import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Source } from "../repository/sources.ts";
import type { Mutant } from "./mutants.ts";
import { Order } from "./order.ts";
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

/** How long a worker may take to start on a busy machine. */
const START_LIMIT_MS = 60_000;

class Worker {
  #child: ChildProcess | null = null;

  /**
   * The worker's verdict; one that does not come in time, or never because the process died, is a find too. On a busy machine
   * that may happen to any, so it must happen twice, the second time to a new process.
   */
  async judge(task: Task, limitMs: number): Promise<Verdict> {
    const verdict = await this.#try(task, limitMs);
    return this.#child === null ? this.#try(task, limitMs) : verdict;
  }

  #try(task: Task, limitMs: number): Promise<Verdict> {
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
        if (message !== "at work") settle(message);
        else {
          clearTimeout(timer);
          timer = setTimeout(() => lose("time-out"), limitMs);
        }
      };
      const lose = (killedBy: string) => {
        this.#child = null;
        child.kill("SIGKILL");
        settle({ killedBy, error: "", trials: [] });
      };
      let timer = setTimeout(() => lose("time-out"), START_LIMIT_MS);
      child.on("message", (message) => take(message as Verdict | "at work"));
      child.once("exit", () => lose("crash"));
      child.send(task);
    });
  }

  end(): void {
    this.#child?.disconnect();
  }
}

/** Runs all tests over the code as it is, and returns those that take too long to be run over each mutant. Throws if one fails. */
async function rehearse(
  worker: Worker,
  order: Order,
  { root, limitMs }: PoolOptions,
): Promise<readonly string[]> {
  const task = { root, tests: order.of(""), skip: [], mutant: null };
  const verdict = await worker.judge(task, limitMs);
  const { killedBy, error, trials } = verdict;
  if (killedBy !== null) throw new Error(`the tests fail unmutated: ${killedBy}: ${error}`);
  order.learn("", verdict);
  const slow = trials.flatMap((trial) => trial.slow);
  const count = trials.reduce((sum, { tests }) => sum + tests, 0);
  if (count === slow.length) throw new Error("there are no tests to find anything");
  return slow;
}

/** Judges all mutants, as many at once as there are jobs; tells of each outcome as it comes. */
export async function judgeAll(
  mutants: readonly Mutant[],
  options: PoolOptions,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  const { root, tests, jobs, limitMs } = options;
  const first = new Worker();
  const order = new Order(tests);
  const skip = await rehearse(first, order, options);
  let next = 0;
  const lane = async (worker: Worker) => {
    for (let mutant = mutants[next++]; mutant !== undefined; mutant = mutants[next++]) {
      const { file, text } = mutant;
      const task = { root, tests: order.of(file), skip, mutant: { file, text } };
      const verdict = await worker.judge(task, limitMs);
      order.learn(file, verdict);
      tell({ mutant, ...verdict });
    }
    worker.end();
  };
  await Promise.all(
    Array.from({ length: jobs }, (_, index) => lane(index === 0 ? first : new Worker())),
  );
}

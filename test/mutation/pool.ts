// A few worker processes that share the mutants out. One that hangs or dies over a mutant has found it, and is replaced.

import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Mutant } from "./mutants.ts";
import type { Task, Verdict } from "./worker.ts";

export interface Outcome extends Verdict {
  readonly mutant: Mutant;
}

export interface PoolOptions {
  readonly root: string;
  readonly tests: readonly string[];
  readonly jobs: number;
  /** A mutant that takes longer hangs. */
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
      const lost = (killedBy: string) => {
        this.#child = null;
        child.kill("SIGKILL");
        settle({ killedBy, error: "", tests: 0 });
      };
      const timer = setTimeout(() => lost("time-out"), limitMs);
      child.once("message", (verdict) => settle(verdict as Verdict));
      child.once("exit", () => lost("crash"));
      child.send(task);
    });
  }

  end(): void {
    this.#child?.disconnect();
  }
}

/** Judges all mutants, as many at once as there are jobs; tells of each outcome as it comes. */
export async function judgeAll(
  mutants: readonly Mutant[],
  { root, tests, jobs, limitMs }: PoolOptions,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    const worker = new Worker();
    for (let mutant = mutants[next++]; mutant !== undefined; mutant = mutants[next++]) {
      const { file, text } = mutant;
      tell({ mutant, ...(await worker.judge({ root, tests, file, text }, limitMs)) });
    }
    worker.end();
  };
  await Promise.all(Array.from({ length: jobs }, lane));
}

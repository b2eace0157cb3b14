// A few worker processes that share the mutants out. One that hangs or dies over a mutant has found it, and is replaced.

import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Mutant } from "./mutants.ts";
import type { Survey } from "./survey.ts";
import type { Answer, Task, Verdict } from "./worker.ts";

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

  /** The worker's answer, or how it was lost. */
  ask(task: Task, limitMs: number): Promise<Answer | "time-out" | "crash"> {
    this.#child ??= fork(join(import.meta.dirname, "worker.ts"), {
      execArgv: ["--import", "tsx"],
      stdio: ["ignore", 2, 2, "ipc"],
    });
    const child = this.#child;
    return new Promise((resolve) => {
      const settle = (answer: Answer | "time-out" | "crash") => {
        clearTimeout(timer);
        child.removeAllListeners();
        resolve(answer);
      };
      const lose = (how: "time-out" | "crash") => {
        this.#child = null;
        child.kill("SIGKILL");
        settle(how);
      };
      const timer = setTimeout(() => lose("time-out"), limitMs);
      child.once("message", (answer) => settle(answer as Answer));
      child.once("exit", () => lose("crash"));
      child.send(task);
    });
  }

  end(): void {
    this.#child?.disconnect();
  }
}

/** What the tests call, from one run of all of them over the code as it is; throws if one fails there. */
async function surveyed({ root, tests, limitMs }: PoolOptions): Promise<Survey> {
  const worker = new Worker();
  const answer = await worker.ask({ root, tests, mutant: null }, 10 * limitMs);
  if (typeof answer === "string" || !("survey" in answer)) {
    throw new Error("the tests fail on the code as it is");
  }
  worker.end();
  return answer.survey;
}

/** Judges all mutants, as many at once as there are jobs; tells of each outcome as it comes. */
export async function judgeAll(
  mutants: readonly Mutant[],
  options: PoolOptions,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  const { callers, tookMs } = await surveyed(options);
  const { root, tests, jobs, limitMs } = options;

  async function judge(worker: Worker, mutant: Mutant): Promise<Verdict> {
    const { file, text, within } = mutant;
    const names = within === null ? null : (callers[`${file} ${within}`] ?? []);
    const needed = tests.filter((test) => names?.some((name) => name.startsWith(test)) ?? true);
    const task = { root, tests: needed, mutant: { file, text, names, tookMs } };
    const answer = await worker.ask(task, limitMs);
    if (typeof answer === "string") return { killedBy: answer, error: "", tests: 0 };
    if (!("verdict" in answer)) throw new Error("a survey that nobody asked for");
    return answer.verdict;
  }

  let next = 0;
  const lane = async () => {
    const worker = new Worker();
    for (let mutant = mutants[next++]; mutant !== undefined; mutant = mutants[next++]) {
      tell({ mutant, ...(await judge(worker, mutant)) });
    }
    worker.end();
  };
  await Promise.all(Array.from({ length: jobs }, lane));
}

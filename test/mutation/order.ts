// Which test file to try first over a mutant: what found most in the same file for its time, and those that name that file.

import { importsOf, type Source } from "../repository/sources.ts";
import type { Verdict } from "./worker.ts";

/** A test file that imports the mutated one is as good as one with so many finds. */
const NEAR = 5;

export class Order {
  readonly #tests: readonly string[];
  readonly #imports: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #workedMs = new Map<string, number>();
  readonly #finds = new Map<string, number>();

  constructor(tests: readonly Source[]) {
    this.#tests = tests.map(({ path }) => path);
    this.#imports = new Map(
      tests.map((test) => [test.path, new Set(importsOf(test).map(({ target }) => target))]),
    );
  }

  /** The test files for a mutant of this file, the most promising first. */
  of(file: string): string[] {
    const worth = (test: string) => {
      const near = this.#imports.get(test)?.has(file) ? NEAR : 0;
      const finds = this.#finds.get(`${file} ${test}`) ?? 0;
      return (1 + near + finds) / (1 + (this.#workedMs.get(test) ?? 0));
    };
    return [...this.#tests].sort((a, b) => worth(b) - worth(a));
  }

  learn(file: string, { killedBy, trials }: Verdict): void {
    const last = killedBy === null ? undefined : trials.at(-1);
    if (last !== undefined) {
      const key = `${file} ${last.file}`;
      this.#finds.set(key, (this.#finds.get(key) ?? 0) + 1);
    }
    for (const trial of trials) {
      if (trial !== last) this.#workedMs.set(trial.file, trial.workedMs);
    }
  }
}

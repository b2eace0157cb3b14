// Has kernels do seeded searches, the same ones all of them: to draw one and to know its answer costs as much as to do it.

import { type Random, randomOf } from "../../../test/sim/random.ts";
import type { Kernel, SearchJob, SearchProgress } from "../kernel.ts";

export interface SeededSearch {
  readonly job: SearchJob;
  readonly from: number;
  readonly to: number;
  readonly budget: number;
  /** What a search must give. */
  readonly wanted: SearchProgress;
}

/** Draws some searches that are best drawn together. */
export type Draw = (random: Random) => readonly SeededSearch[];

export interface Outcome {
  readonly name: string;
  /** Searches that found their nonce. */
  readonly found: number;
  /** The first that went wrong, after which the kernel did no more. */
  readonly wrong: (SeededSearch & { readonly got: SearchProgress }) | null;
}

export function below(random: Random, end: number): number {
  return Math.floor(random.next() * end);
}

function searchOne({ search }: Kernel, one: SeededSearch): Outcome["wrong"] {
  const { job, from, to, budget, wanted } = one;
  const got = search(job, from, to, budget);
  const isRight =
    got.nonce === wanted.nonce && got.next === wanted.next && got.hashes === wanted.hashes;
  return isRight ? null : { ...one, got };
}

function searchDrawn(kernel: Kernel, before: Outcome, drawn: readonly SeededSearch[]): Outcome {
  if (before.wrong !== null) return before;
  let { found } = before;
  for (const one of drawn) {
    const wrong = searchOne(kernel, one);
    if (wrong !== null) return { name: kernel.name, found, wrong };
    if (one.wanted.nonce !== null) found += 1;
  }
  return { name: kernel.name, found, wrong: null };
}

/** What became of `count` searches by each kernel. */
export function searchSeeded(kernels: readonly Kernel[], count: number, draw: Draw): Outcome[] {
  const random = randomOf(1, "searches");
  let outcomes: Outcome[] = kernels.map(({ name }) => ({ name, found: 0, wrong: null }));
  for (let left = count; left > 0; ) {
    const drawn = draw(random).slice(0, left);
    outcomes = kernels.map((kernel, i) => searchDrawn(kernel, outcomes[i] as Outcome, drawn));
    left -= drawn.length;
  }
  return outcomes;
}

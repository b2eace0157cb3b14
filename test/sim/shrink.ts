// Looks for the smallest run that still breaks: fewer kinds of faults, fewer strikes, a shorter time.

import type { Strike } from "./plan.ts";
import { simulate, type Verdict } from "./simulate.ts";

function breaks(seed: number, faultyMs: number, strikes: readonly Strike[]): boolean {
  return simulate(seed, faultyMs, strikes).broken.length > 0;
}

/** Leaves out parts of the list, large ones first, for as long as what remains still breaks. */
function reduce(
  strikes: readonly Strike[],
  stillBreaks: (strikes: readonly Strike[]) => boolean,
): readonly Strike[] {
  let kept = strikes;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < kept.length; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (stillBreaks(fewer)) kept = fewer;
      else from += size;
    }
  }
  return kept;
}

/** The smallest run that was found, by leaving out kinds, then strikes, then time. */
export function shrink(verdict: Verdict, faultyMs: number): { verdict: Verdict; faultyMs: number } {
  const { seed } = verdict;
  let { strikes } = verdict;
  for (const kind of new Set(strikes.map(({ fault }) => fault))) {
    const fewer = strikes.filter(({ fault }) => fault !== kind);
    if (breaks(seed, faultyMs, fewer)) strikes = fewer;
  }
  strikes = reduce(strikes, (fewer) => breaks(seed, faultyMs, fewer));
  let lengthMs = faultyMs;
  const lastMs = Math.max(0, ...strikes.map(({ atMs }) => atMs)) + 1000;
  if (breaks(seed, lastMs, strikes)) lengthMs = lastMs;
  return { verdict: simulate(seed, lengthMs, strikes), faultyMs: lengthMs };
}

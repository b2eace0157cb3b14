// Looks for the smallest run that still breaks the same invariant: fewer kinds of faults, fewer strikes, a shorter time.

import type { Strike } from "./plan.ts";
import { simulate, type Verdict } from "./simulate.ts";

/** The number of the invariant that was broken first; null where it is none of the numbered ones. */
function invariantOf({ broken }: Verdict): number | null {
  const found = /invariant (\d+):/.exec(broken[0] ?? "");
  return found ? Number(found[1]) : null;
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

/** The smallest run that was found, by leaving out what came too late, then kinds, then strikes, then time. */
export function shrink(verdict: Verdict, faultyMs: number): { verdict: Verdict; faultyMs: number } {
  const { seed } = verdict;
  const invariant = invariantOf(verdict);
  const stopAt = invariant ?? undefined;
  const breaks = (lengthMs: number, strikes: readonly Strike[]) => {
    const again = simulate(seed, lengthMs, { strikes, stopAt });
    return again.broken.length > 0 && invariantOf(again) === invariant;
  };
  let { strikes } = verdict;
  let lengthMs = faultyMs;
  const shorten = () => {
    const lastMs = Math.max(0, ...strikes.map(({ atMs }) => atMs)) + 1000;
    if (lastMs < lengthMs && breaks(lastMs, strikes)) lengthMs = lastMs;
  };
  const brokenAtMs = Number.parseInt(verdict.broken[0] ?? "", 10);
  const before = strikes.filter(({ atMs }) => atMs <= brokenAtMs);
  if (breaks(lengthMs, before)) strikes = before;
  shorten();
  for (const kind of new Set(strikes.map(({ fault }) => fault))) {
    const fewer = strikes.filter(({ fault }) => fault !== kind);
    if (breaks(lengthMs, fewer)) strikes = fewer;
  }
  strikes = reduce(strikes, (fewer) => breaks(lengthMs, fewer));
  shorten();
  return { verdict: simulate(seed, lengthMs, { strikes, stopAt }), faultyMs: lengthMs };
}

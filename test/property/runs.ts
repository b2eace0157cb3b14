// How many runs a property gets. In the tests always the same ones, and the first that fails ends them, for to look for the smallest
// may take many minutes; PROPERTY_RUNS=5000 draws so many new ones, and looks.

import fc from "fast-check";

export function runs(count: number): fc.Parameters<unknown> {
  const asked = Number(process.env["PROPERTY_RUNS"] ?? 0);
  return asked > 0 ? { numRuns: asked } : { numRuns: count, seed: 1, endOnFailure: true };
}

/** The check passes for whatever is drawn. */
export function holds<Ts extends [unknown, ...unknown[]]>(
  arbitraries: { [K in keyof Ts]: fc.Arbitrary<Ts[K]> },
  check: (...values: Ts) => void,
  count = 200,
): void {
  fc.assert(fc.property(...arbitraries, check), runs(count) as fc.Parameters<Ts>);
}

// How many runs a property gets. In the tests always the same ones, and the first that fails ends them, for to look for the smallest
// may take many minutes; PROPERTY_RUNS=5000 draws so many new ones, and looks.

import type fc from "fast-check";

export function runs(count: number): fc.Parameters<unknown> {
  const asked = Number(process.env["PROPERTY_RUNS"] ?? 0);
  return asked > 0 ? { numRuns: asked } : { numRuns: count, seed: 1, endOnFailure: true };
}

import { describe, expect, it } from "vitest";
import { simulate } from "./simulate.ts";

const HOUR_MS = 3_600_000;
/** Seeds that once broke something. */
const CORPUS = [25, 63, 114, 116];
const FRESH = [1, 2, 3, 4, 5, 6];

describe("a swarm of seeded runs", { timeout: 120_000 }, () => {
  it.each([...CORPUS, ...FRESH])("breaks no invariant and converges: seed %i", (seed) => {
    expect(simulate(seed, HOUR_MS).broken).toEqual([]);
  });

  it("does the same again for the same seed, and something else for another", () => {
    const [first, again, other] = [5, 5, 6].map((seed) => simulate(seed, HOUR_MS / 6).trace);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});

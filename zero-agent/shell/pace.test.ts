import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterSlice, fromNow, type Pace, sliceHashes } from "./pace.ts";

describe("the pace", () => {
  it("averages to the wanted rate, whatever the machine can do", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 1_000_000 }),
        fc.integer({ min: 100_000, max: 50_000_000 }),
        (maxHashrateHs, hashrateHs) => {
          let pace: Pace = { maxHashrateHs, freeAt: 0 };
          let now = 1000;
          let hashes = 0;
          while (now < 61_000) {
            const slice = sliceHashes(pace, hashrateHs);
            pace = afterSlice(pace, slice, now);
            hashes += slice;
            now = Math.max(now + (slice * 1000) / hashrateHs, pace.freeAt);
          }
          const rate = hashes / 60;
          expect(rate).toBeGreaterThan(0.95 * Math.min(maxHashrateHs, hashrateHs));
          expect(rate).toBeLessThan(1.05 * Math.min(maxHashrateHs, hashrateHs));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("does not hold back where there is no limit", () => {
    const pace: Pace = { maxHashrateHs: 0, freeAt: 0 };
    expect(sliceHashes(pace, 1_000_000)).toBe(25_000);
    expect(sliceHashes(pace, 1)).toBe(1);
    expect(afterSlice(pace, 25_000, 5)).toBe(pace);
  });

  it("starts a job at the wanted rate, not with the rest that came before it", () => {
    const rested = fromNow({ maxHashrateHs: 1000, freeAt: 0 }, 60_000);
    expect(afterSlice(rested, 100, 60_000).freeAt).toBe(60_100);
    const owing = fromNow({ maxHashrateHs: 1000, freeAt: 60_500 }, 60_000);
    expect(owing.freeAt).toBe(60_500);
  });

  it("catches up a little when it was late, and no more", () => {
    const pace = afterSlice({ maxHashrateHs: 1000, freeAt: 0 }, 100, 60_000);
    expect(pace.freeAt).toBe(60_000 - 250 + 100);
  });
});

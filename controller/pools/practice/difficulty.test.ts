import { describe, expect, it } from "vitest";
import { fairDifficulty, meanHashes, mustAdapt, validDifficulty } from "./difficulty.ts";
import { draw } from "./seeded.ts";

describe("the difficulty", () => {
  it.each([
    [240_000, 1500, 1, 7200],
    [18_000, 1500, 1, 540],
    [18_000, 1500, 5000, 5000],
    [0.01, 1500, 0, 1],
    [1e300, 1500, 1, 999_999],
  ])("for %d H/s and %d ms, floor %d, is %d", (rateHs, shareMs, floor, difficulty) => {
    expect(fairDifficulty(rateHs, shareMs, floor)).toBe(difficulty);
  });

  it("makes the mean job last as long as wanted", () => {
    expect(meanHashes(fairDifficulty(240_000, 1500, 1)) / 240_000).toBe(1.5);
  });

  it("can be no other than a job's", () => {
    expect([-1, 0, 1.9, 1e9].map(validDifficulty)).toEqual([1, 1, 1, 999_999]);
  });

  it.each([
    [3, 1000, null, false],
    [4, 1000, null, true],
    [9, 1000, 1000, false],
    [9, 1140, 1000, false],
    [9, 1170, 1000, true],
    [9, 850, 1000, true],
  ])("after %d shares, at %d H/s, made for %d: adapts %s", (accepted, rate, remembered, adapts) => {
    expect(mustAdapt(accepted, rate, remembered)).toBe(adapts);
  });
});

describe("a seed", () => {
  it("gives the same numbers again, all over the range", () => {
    const numbers = (start: number) => {
      let seed = start;
      return Array.from({ length: 2000 }, () => {
        const next = draw(seed, 10);
        seed = next.seed;
        return next.value;
      });
    };
    expect(numbers(1)).toEqual(numbers(1));
    expect(numbers(1)).not.toEqual(numbers(2));
    for (let value = 0; value < 10; value++) {
      const share = numbers(7).filter((number) => number === value).length;
      expect(share).toBeGreaterThan(140);
      expect(share).toBeLessThan(260);
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitTo, localDifficulty } from "./local-share.ts";
import {
  BDIFF_ONE,
  difficultyOf,
  type HeaderAlgorithm,
  hashesPerShare,
  PDIFF_ONE,
  ratioTo,
  targetHex,
  targetOf,
  targetOfBits,
} from "./target.ts";

function shown(target: bigint): string {
  return target.toString(16).padStart(64, "0");
}

const TABLE: readonly (readonly [HeaderAlgorithm, number, string])[] = [
  ["sha256d", 1, "00000000ffff0000"],
  ["sha256d", 0.001, "000003e7fc180000"],
  ["sha256d", 0.0002, "00001387ec780000"],
  ["sha256d", 16, "000000000ffff000"],
  ["sha256d", 512, "00000000007fff80"],
  ["scrypt", 1, "0000ffff00000000"],
  ["scrypt", 0.002, "01f3fe0c00000000"],
  ["scrypt", 0.05, "0013ffec00000000"],
  ["scrypt", 16, "00000ffff0000000"],
  ["scrypt", 65_536, "00000000ffff0000"],
];

describe("a target", () => {
  it.each(TABLE)("of %s at difficulty %d", (algorithm, difficulty, leading) => {
    const target = targetOf(difficulty, algorithm);
    expect(shown(target)).toBe(leading.padEnd(64, "0"));
    expect(difficultyOf(target, algorithm)).toBeCloseTo(difficulty, 10);
  });

  it("is never more than 256 bits, nor less than nothing", () => {
    expect(shown(targetOf(1e-15, "sha256d"))).toBe("f".repeat(64));
    expect(targetOf(1e80, "sha256d")).toBe(0n);
    expect(difficultyOf(0n, "sha256d")).toBeGreaterThan(1e60);
  });

  it("of the compact form", () => {
    expect(difficultyOf(targetOfBits(0x1a44b9f2), "sha256d")).toBeCloseTo(244_112.487774, 5);
    expect(difficultyOf(targetOfBits(0x1705ae3a), "sha256d")).toBeCloseTo(49_549_703_178_592.7, 0);
    expect(difficultyOf(targetOfBits(0x1e0ffff0), "sha256d")).toBeCloseTo(0.00024414, 8);
    expect(difficultyOf(targetOfBits(0x207fffff), "sha256d")).toBeCloseTo(4.66e-10, 12);
    expect(targetOfBits(0x1d00ffff)).toBe(BDIFF_ONE);
    expect(targetOfBits(0x0200ff00)).toBe(0xffn);
    expect(shown(targetOfBits(0xff7fffff))).toBe("f".repeat(64));
  });

  it("of difficulty 1 is a little more as some calculators count it", () => {
    expect(ratioTo(PDIFF_ONE, BDIFF_ONE)).toBeCloseTo(1.00001526, 7);
  });

  it("on the link has its lowest byte first", () => {
    expect(targetHex(BDIFF_ONE)).toBe(`${"00".repeat(26)}ffff00000000`);
  });

  it("rises as the difficulty falls, and comes back as the same difficulty", () => {
    const difficulty = fc.double({ min: 1e-9, max: 1e15, noNaN: true });
    const algorithm = fc.constantFrom<HeaderAlgorithm>("sha256d", "scrypt");
    fc.assert(
      fc.property(difficulty, difficulty, algorithm, (a, b, which) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(targetOf(low, which) >= targetOf(high, which)).toBe(true);
        const again = difficultyOf(targetOf(a, which), which);
        // What is below the easiest target of all comes back as that.
        const least = difficultyOf((1n << 256n) - 1n, which);
        expect(again / Math.max(a, least)).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe("a share of our own", () => {
  it.each<readonly [HeaderAlgorithm, number, number]>([
    ["sha256d", 100_000, 0.00023],
    ["sha256d", 43_000, 1e-4],
    ["scrypt", 500, 0.0763],
    ["scrypt", 0, 0.05],
    ["sha256d", 0, 0.0002],
    ["sha256d", Number.NaN, 0.0002],
  ])("of %s at %d H/s has difficulty %d", (algorithm, rateHs, difficulty) => {
    expect(localDifficulty(algorithm, rateHs)).toBeCloseTo(difficulty, 4);
  });

  it("takes 10 s on average, and a piece three times that", () => {
    const { target, to } = fitTo("sha256d", 100_000, 1n);
    expect(hashesPerShare(target)).toBeCloseTo(1_000_000, -2);
    expect(to).toBeCloseTo(3_000_000, -3);
  });

  it("is never harder than the pool's", () => {
    const easy = targetOf(1e-9, "sha256d");
    expect(fitTo("sha256d", 100_000, easy).target).toBe(easy);
    expect(fitTo("sha256d", 1e12, 1n).to).toBe(2 ** 32 - 1);
  });
});

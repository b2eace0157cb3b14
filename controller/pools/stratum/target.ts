// Difficulties and targets. A hash counts if, read as a little-endian number, it is no more than the target.

import { reversed } from "./hex.ts";

export type HeaderAlgorithm = "sha256d" | "scrypt";

const TARGET_MAX = (1n << 256n) - 1n;

/** The target of difficulty 1 as pools count it ("bdiff"): the first that Bitcoin's compact form can hold. */
export const BDIFF_ONE = 0xffffn << 208n;

/** The same as some calculators count it ("pdiff"), 0.0015 % more. */
export const PDIFF_ONE = (1n << 224n) - 1n;

/** Scrypt pools count in units that are 65536 times as easy. */
const ONE: Readonly<Record<HeaderAlgorithm, bigint>> = {
  sha256d: BDIFF_ONE,
  scrypt: BDIFF_ONE << 16n,
};

/**
 * The target of a difficulty above 0, which may be far below 1. Exact for the decimal number that the pool wrote, rounded down:
 * a share that meets it meets the pool's own.
 */
export function targetOf(difficulty: number, algorithm: HeaderAlgorithm): bigint {
  const [digits = "", exponent = ""] = difficulty.toExponential().split("e");
  const [whole = "", fraction = ""] = digits.split(".");
  const value = BigInt(whole + fraction);
  const power = Number(exponent) - fraction.length;
  const one = ONE[algorithm];
  const target =
    power < 0 ? (one * 10n ** BigInt(-power)) / value : one / (value * 10n ** BigInt(power));
  return target > TARGET_MAX ? TARGET_MAX : target;
}

/** How many times as hard as `one` a target is. */
export function ratioTo(one: bigint, target: bigint): number {
  return Number((one << 128n) / (target === 0n ? 1n : target)) / 2 ** 128;
}

/** The difficulty of a target, as pools count it. */
export function difficultyOf(target: bigint, algorithm: HeaderAlgorithm): number {
  return ratioTo(ONE[algorithm], target);
}

/** The network's target from the compact form in a header. */
export function targetOfBits(bits: number): bigint {
  const mantissa = BigInt(bits & 0x7fffff);
  // Below zero it shifts the other way.
  const target = mantissa << BigInt(8 * ((bits >>> 24) - 3));
  return target > TARGET_MAX ? TARGET_MAX : target;
}

/** How many hashes a share costs on average. */
export function hashesPerShare(target: bigint): number {
  return ratioTo(TARGET_MAX + 1n, target + 1n);
}

/** The 32 bytes of a target, lowest first, as jobs on the link have it. */
export function targetHex(target: bigint): string {
  return reversed(target.toString(16).padStart(64, "0"));
}

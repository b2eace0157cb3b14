// What a worker searches for where the pool asks for more than it finds in an hour: a share of our own that it finds every few
// seconds. It proves that the worker gets on; those that are good enough for the pool besides are handed in.

import { type HeaderAlgorithm, hashesPerShare, targetOf } from "./target.ts";

/** How long a worker should look for a share of ours on average. */
const LOCAL_SHARE_MS = 10_000;
/** A piece is this many times as large, so that one in twenty is searched in vain (e^-3). */
const PIECE_SHARES = 3;
const NONCE_MAX = 2 ** 32 - 1;

/** Where a worker's rate is not known yet: 10 s for 86 kH/s of SHA-256d, and for 0.33 kH/s of scrypt. */
const FIRST_DIFFICULTY: Readonly<Record<HeaderAlgorithm, number>> = { sha256d: 2e-4, scrypt: 0.05 };

const HASHES_AT_ONE: Readonly<Record<HeaderAlgorithm, number>> = {
  sha256d: 2 ** 32,
  scrypt: 2 ** 16,
};

/** The difficulty that takes LOCAL_SHARE_MS at this rate: 1e-4 to 1e-1 for a Zero. 0 is a rate that is not known. */
export function localDifficulty(algorithm: HeaderAlgorithm, rateHs: number): number {
  if (!(rateHs > 0)) return FIRST_DIFFICULTY[algorithm];
  return (rateHs * LOCAL_SHARE_MS) / 1000 / HASHES_AT_ONE[algorithm];
}

export interface Fit {
  /** What the worker searches for: ours, or the pool's if that is easier. */
  readonly target: bigint;
  /** The last nonce of the piece. */
  readonly to: number;
}

/** A piece for a worker of this rate, under the pool's target. */
export function fitTo(algorithm: HeaderAlgorithm, rateHs: number, poolTarget: bigint): Fit {
  const ours = targetOf(localDifficulty(algorithm, rateHs), algorithm);
  const to = Math.min(NONCE_MAX, Math.ceil(PIECE_SHARES * hashesPerShare(ours)));
  return { target: poolTarget > ours ? poolTarget : ours, to };
}

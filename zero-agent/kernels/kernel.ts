// What every hash kernel does: search a range of nonces, a bounded piece at a time.

type Algorithm = "duco-s1";

export interface SearchJob {
  readonly algorithm: Algorithm;
  /** DUCO-S1: the last block hash, 40 hex digits, hashed as ASCII. */
  readonly prefix: string;
  /** DUCO-S1: SHA-1 of prefix followed by the decimal nonce, 40 hex digits. */
  readonly target: string;
}

export interface SearchProgress {
  /** The lowest nonce in [from, next) that solves the job, or null. */
  readonly nonce: number | null;
  /** The first nonce that was not tried. Greater than `to` when the range is exhausted. */
  readonly next: number;
  readonly hashes: number;
}

export interface Kernel {
  readonly name: string;
  readonly algorithm: Algorithm;
  /**
   * Tries the nonces from..to (both inclusive, integers below 2^53) in ascending order, at most `budget` of them,
   * and stops at the first that solves the job. Call again with `next` to go on.
   */
  search(job: SearchJob, from: number, to: number, budget: number): SearchProgress;
}

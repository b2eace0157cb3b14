// What every hash kernel does: search a range of nonces, a bounded piece at a time.

export interface DucoS1Job {
  readonly algorithm: "duco-s1";
  /** The last block hash, 40 hex digits, hashed as ASCII. */
  readonly prefix: string;
  /** SHA-1 of prefix followed by the decimal nonce, 40 hex digits. */
  readonly target: string;
}

/** What to search for, by `algorithm`: each has a job of its own form. */
export type SearchJob = DucoS1Job;

export interface SearchProgress {
  /** The lowest nonce in [from, next) that solves the job, or null. */
  readonly nonce: number | null;
  /** The first nonce that was not tried. Greater than `to` when the range is exhausted. */
  readonly next: number;
  readonly hashes: number;
}

export interface Kernel {
  readonly name: string;
  readonly algorithm: SearchJob["algorithm"];
  /**
   * Tries the nonces from..to (both inclusive, integers below 2^53) in ascending order, at most `budget` of them,
   * and stops at the first that solves the job. Call again with `next` to go on.
   */
  search(job: SearchJob, from: number, to: number, budget: number): SearchProgress;
}

/** Kernels, the preferred tier first. Which one of a tier is best is found by measuring. */
export type Tiers = readonly (readonly Kernel[])[];

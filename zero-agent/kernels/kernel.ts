// What every hash kernel does: search a range of nonces, a bounded piece at a time.

export interface DucoS1Job {
  readonly algorithm: "duco-s1";
  /** The last block hash, 40 hex digits, hashed as ASCII. */
  readonly prefix: string;
  /** SHA-1 of prefix followed by the decimal nonce, 40 hex digits. */
  readonly target: string;
}

/** What a block header's jobs have in common. Nonces are below 2^32. */
interface HeaderFields {
  /** The 80 bytes of the header less the nonce at their end, as they are hashed: 152 hex digits. */
  readonly header: string;
  /** The most that the digest may be, both read as little-endian numbers: 32 bytes, 64 hex digits. */
  readonly target: string;
}

/** SHA-256 of the SHA-256 of the header. */
export interface Sha256dJob extends HeaderFields {
  readonly algorithm: "sha256d";
}

/** Scrypt of the header, with itself as the salt: N = 1024, r = 1, p = 1, 32 bytes. */
export interface ScryptJob extends HeaderFields {
  readonly algorithm: "scrypt";
}

export type HeaderJob = Sha256dJob | ScryptJob;

/** What to search for, by `algorithm`: each has a job of its own form. */
export type SearchJob = DucoS1Job | HeaderJob;

export type Algorithm = SearchJob["algorithm"];

export interface SearchProgress {
  /** The lowest nonce in [from, next) that solves the job, or null. */
  readonly nonce: number | null;
  /** The first nonce that was not tried. Greater than `to` when the range is exhausted. */
  readonly next: number;
  readonly hashes: number;
}

export interface Kernel<Job extends SearchJob = SearchJob> {
  readonly name: string;
  readonly algorithm: Job["algorithm"];
  /**
   * Tries the nonces from..to (both inclusive, integers below 2^53, of a header below 2^32) in ascending order, at most
   * `budget` of them, and stops at the first that solves the job. Call again with `next` to go on.
   */
  search(job: Job, from: number, to: number, budget: number): SearchProgress;
}

/** Kernels, the preferred tier first. Which one of a tier is best is found by measuring. */
export type Tiers = readonly (readonly Kernel[])[];

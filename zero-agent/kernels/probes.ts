// What a kernel is measured with: for each algorithm a job that nothing solves.

import { NONCE_MAX } from "./header.ts";
import type { Algorithm, SearchJob } from "./kernel.ts";

/** The nonce that a measure begins with: of six digits. */
export const MEASURED_FROM = 100_000;

interface Probe {
  /** A job that nothing solves: the target is no SHA-1 of these messages, or lower than all that will be found. */
  readonly job: SearchJob;
  /** The highest nonce that there is. */
  readonly last: number;
  /** A piece grows from so many hashes until it takes a millisecond: then what a call costs beside the hashing does not count. */
  readonly firstPiece: number;
  /** Before so many hashes the rate may be steady too, but it is the interpreter's: 50 times less. */
  readonly warmHashes: number;
}

const HEADER = { header: "0".repeat(152), target: "0".repeat(64) };
export const PROBES: Readonly<Record<Algorithm, Probe>> = {
  "duco-s1": {
    job: {
      algorithm: "duco-s1",
      prefix: "c5a8787a9c6392560df7ed9c0f253f89092d8cd2",
      target: "0000000000000000000000000000000000000000",
    },
    last: Number.MAX_SAFE_INTEGER,
    firstPiece: 100,
    warmHashes: 10_000,
  },
  sha256d: {
    job: { algorithm: "sha256d", ...HEADER },
    last: NONCE_MAX,
    firstPiece: 100,
    warmHashes: 10_000,
  },
  scrypt: {
    job: { algorithm: "scrypt", ...HEADER },
    last: NONCE_MAX,
    firstPiece: 4,
    warmHashes: 20,
  },
};

// Runs a kernel over the known answers, and over the same jobs with the answer left out of the range.

import { NONCE_MAX } from "./header.ts";
import { SCRYPT_VECTORS, SHA256D_VECTORS } from "./header-vectors.ts";
import type { Algorithm, Kernel } from "./kernel.ts";
import { DUCO_S1_VECTORS, type Vector } from "./vectors.ts";

interface KnownAnswers {
  readonly vectors: readonly Vector[];
  /** How far to either side of the answer the search goes. */
  readonly reach: number;
  readonly last: number;
}

const KNOWN: Readonly<Record<Algorithm, KnownAnswers>> = {
  // Far enough to cross a change of length.
  "duco-s1": { vectors: DUCO_S1_VECTORS, reach: 15, last: Number.MAX_SAFE_INTEGER },
  sha256d: { vectors: SHA256D_VECTORS, reach: 15, last: NONCE_MAX },
  // A Zero takes some milliseconds for each.
  scrypt: { vectors: SCRYPT_VECTORS, reach: 3, last: NONCE_MAX },
};

function check(kernel: Kernel, { job, nonce }: Vector): string | null {
  const { reach, last } = KNOWN[kernel.algorithm];
  const from = Math.max(0, nonce - reach);
  const to = Math.min(nonce + reach, last);
  const found = kernel.search(job, from, to, 1000);
  const hashes = nonce - from + 1;
  if (found.nonce !== nonce || found.next !== nonce + 1 || found.hashes !== hashes) {
    return `nonce ${nonce}: found ${found.nonce} after ${found.hashes} hashes`;
  }
  if (nonce === last) return null;
  const beyond = kernel.search(job, nonce + 1, to, 1000);
  if (beyond.nonce !== null || beyond.next !== to + 1 || beyond.hashes !== to - nonce) {
    return `nonce ${nonce}: found ${beyond.nonce} where no answer is`;
  }
  return null;
}

/** What the kernel got wrong, one line each; empty if it may be trusted. Compiles what the kernel has of code; else it takes some milliseconds. */
export function selfTest(kernel: Kernel): readonly string[] {
  return KNOWN[kernel.algorithm].vectors.flatMap((vector) => {
    try {
      return check(kernel, vector) ?? [];
    } catch (error) {
      return `nonce ${vector.nonce}: ${(error as Error).message}`;
    }
  });
}

// Runs a kernel over the known answers, and over the same jobs with the answer left out of the range.

import type { Kernel } from "./kernel.ts";
import { DUCO_S1_VECTORS, type Vector } from "./vectors.ts";

/** How far to either side of the answer the search goes: far enough to cross a change of length. */
const REACH = 15;

function check(kernel: Kernel, vector: Vector): string | null {
  const { job, nonce } = vector;
  const from = Math.max(0, nonce - REACH);
  const found = kernel.search(job, from, nonce + REACH, 1000);
  const hashes = nonce - from + 1;
  if (found.nonce !== nonce || found.next !== nonce + 1 || found.hashes !== hashes) {
    return `nonce ${nonce}: found ${found.nonce} after ${found.hashes} hashes`;
  }
  const beyond = kernel.search(job, nonce + 1, nonce + REACH, 1000);
  if (beyond.nonce !== null || beyond.next !== nonce + REACH + 1 || beyond.hashes !== REACH) {
    return `nonce ${nonce}: found ${beyond.nonce} where no answer is`;
  }
  return null;
}

/** What the kernel got wrong, one line each; empty if it may be trusted. Compiles what the kernel has of code; else it takes about a millisecond. */
export function selfTest(kernel: Kernel): readonly string[] {
  return DUCO_S1_VECTORS.flatMap((vector) => {
    try {
      return check(kernel, vector) ?? [];
    } catch (error) {
      return `nonce ${vector.nonce}: ${(error as Error).message}`;
    }
  });
}

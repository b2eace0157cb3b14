// The plain reference: one SHA-1 by Node's OpenSSL per nonce. Slow, obviously right; it verifies shares and judges the fast kernels.

import { createHash } from "node:crypto";
import type { Kernel, SearchJob, SearchProgress } from "./kernel.ts";

/** Whether the nonce solves the job. */
export function solves(job: SearchJob, nonce: number): boolean {
  return createHash("sha1").update(`${job.prefix}${nonce}`).digest("hex") === job.target;
}

function search(job: SearchJob, from: number, to: number, budget: number): SearchProgress {
  const end = Math.min(to, from + budget - 1);
  for (let nonce = from; nonce <= end; nonce++) {
    if (solves(job, nonce)) return { nonce, next: nonce + 1, hashes: nonce - from + 1 };
  }
  return { nonce: null, next: end + 1, hashes: Math.max(0, end - from + 1) };
}

export const referenceKernel: Kernel = { name: "reference", algorithm: "duco-s1", search };

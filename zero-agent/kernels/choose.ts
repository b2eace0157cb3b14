// Picks the kernel to work with: the fastest here of those that give the known answers.

import type { Kernel, SearchJob } from "./kernel.ts";
import { selfTest } from "./self-test.ts";

export interface Measured {
  readonly kernel: Kernel;
  /** On one thread. */
  readonly hashrateHs: number;
}

export interface Choice {
  /** Null when no kernel passed its self-test. */
  readonly best: Measured | null;
  /** Kernels that failed, each with what it got wrong first. */
  readonly failed: readonly { readonly name: string; readonly why: string }[];
}

/** A job that nothing solves: the target is no SHA-1 of these messages. */
const UNSOLVABLE: SearchJob = {
  algorithm: "duco-s1",
  prefix: "c5a8787a9c6392560df7ed9c0f253f89092d8cd2",
  target: "0000000000000000000000000000000000000000",
};
const MEASURED_FROM = 100_000;
const PIECE_HASHES = 500;
/** Enough for V8 to compile the loop and for a few pieces after that. */
const MEASURE_MS = 50;

/** The rate of the better half of the time: the first half is spent on slow, not yet optimised code. */
function measure(kernel: Kernel, nowMs: () => number): number {
  const start = nowMs();
  let warm = start;
  let hashes = 0;
  let from = MEASURED_FROM;
  for (;;) {
    const piece = kernel.search(UNSOLVABLE, from, Number.MAX_SAFE_INTEGER, PIECE_HASHES);
    const now = nowMs();
    from = piece.next;
    if (now - start < MEASURE_MS / 2) {
      warm = now;
      continue;
    }
    hashes += piece.hashes;
    if (now - start >= MEASURE_MS) return (hashes * 1000) / (now - warm);
  }
}

/** Tests and measures the kernels, about 50 ms each. `nowMs` is a monotonic clock. */
export function chooseKernel(kernels: readonly Kernel[], nowMs: () => number): Choice {
  let best: Measured | null = null;
  const failed: { name: string; why: string }[] = [];
  for (const kernel of kernels) {
    const [why] = selfTest(kernel);
    if (why !== undefined) {
      failed.push({ name: kernel.name, why });
      continue;
    }
    const hashrateHs = measure(kernel, nowMs);
    if (best === null || hashrateHs > best.hashrateHs) best = { kernel, hashrateHs };
  }
  return { best, failed };
}

// Picks the kernel to work with: the fastest here of those that give the known answers.

import type { Kernel, SearchJob } from "./kernel.ts";
import { selfTest } from "./self-test.ts";

interface Measured {
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

/**
 * The rate of compiled code that is let alone: the ninth decile of the pieces in the second half of the time. The first half
 * goes by while V8 compiles, and on a slow or busy machine some of the second does too.
 */
function measure(kernel: Kernel, nowMs: () => number): number {
  const start = nowMs();
  const rates: number[] = [];
  let from = MEASURED_FROM;
  for (let began = start; began - start < MEASURE_MS || rates.length === 0; ) {
    const piece = kernel.search(UNSOLVABLE, from, Number.MAX_SAFE_INTEGER, PIECE_HASHES);
    const ended = nowMs();
    // A clock too coarse to see the piece would make it infinitely fast.
    const tookMs = Math.max(ended - began, 0.001);
    if (ended - start >= MEASURE_MS / 2) rates.push((piece.hashes * 1000) / tookMs);
    from = piece.next;
    began = ended;
  }
  rates.sort((a, b) => a - b);
  return rates[Math.floor(rates.length * 0.9)] as number;
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

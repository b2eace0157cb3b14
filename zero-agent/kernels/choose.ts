// Picks the kernel to work with: of those that give the known answers, the fastest of the first tier.

import type { Kernel, Tiers } from "./kernel.ts";
import { MEASURED_FROM, PROBES } from "./probes.ts";
import { selfTest } from "./self-test.ts";

interface Measured {
  readonly kernel: Kernel;
  /** On one thread. */
  readonly hashrateHs: number;
}

export interface Choice {
  /** Null when no kernel passed its self-test. */
  readonly best: Measured | null;
  /** Kernels that failed, of the best one's tier and those before it, each with what it got wrong first. */
  readonly failed: readonly { readonly name: string; readonly why: string }[];
}

const PIECE_MS = 1;
const WINDOW_MS = 10;
/** On a fast machine V8 has compiled the loop by then. */
const MEASURE_MIN_MS = 50;
/** Of the best window: what two windows in a row have to reach. */
const SETTLED_SHARE = 0.9;
/** A slow or busy machine may need longer than this to compile; its rate is then too low until the work itself shows it. */
const MEASURE_MAX_MS = 300;

/** The rate of compiled code that is let alone: that of the best window, once the rate has settled or time is up. */
function measure(kernel: Kernel, nowMs: () => number): number {
  const { job, last, firstPiece, warmHashes } = PROBES[kernel.algorithm];
  const start = nowMs();
  let from = MEASURED_FROM;
  let piece = firstPiece;
  let before = 0;
  let best = 0;
  for (let began = start; ; ) {
    const first = from;
    let now = began;
    do {
      const at = now;
      from = kernel.search(job, from, last, piece).next;
      now = nowMs();
      if (now - at < PIECE_MS / 2) piece *= 2;
    } while (now - began < WINDOW_MS);
    const rate = ((from - first) * 1000) / (now - began);
    best = Math.max(best, rate);
    const isWarm = now - start >= MEASURE_MIN_MS && from - MEASURED_FROM >= warmHashes;
    const isSettled = Math.min(rate, before) >= SETTLED_SHARE * best;
    if ((isWarm && isSettled) || now - start >= MEASURE_MAX_MS) return best;
    before = rate;
    began = now;
  }
}

/**
 * Tests the kernels, of which the wanted ones come first, and measures those of the first tier in which one passes: a race
 * of all could let a slow one win on a busy machine. A measure takes about 60 ms, on a slow machine 300 ms. `nowMs` is a
 * monotonic clock.
 */
export function chooseKernel(tiers: Tiers, nowMs: () => number): Choice {
  const failed: { name: string; why: string }[] = [];
  let best: Measured | null = null;
  for (const tier of tiers) {
    const passed = tier.filter((kernel) => {
      const [why] = selfTest(kernel);
      if (why !== undefined) failed.push({ name: kernel.name, why });
      return why === undefined;
    });
    for (const kernel of passed) {
      const hashrateHs = measure(kernel, nowMs);
      if (best === null || hashrateHs > best.hashrateHs) best = { kernel, hashrateHs };
    }
    // Each of the others would have to be compiled to be tested.
    if (best !== null) break;
  }
  return { best, failed };
}

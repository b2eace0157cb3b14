// The kernels that an agent works with: one for each algorithm, the best that this machine can run and that can be trusted.

import { kernelsFor } from "../kernels/all.ts";
import { type Choice, chooseKernel } from "../kernels/choose.ts";
import type { Algorithm } from "../kernels/kernel.ts";
import type { KernelChoice } from "../kernels/names.ts";
import { ALGORITHMS } from "../kernels/names.ts";
import { nowMs } from "./clock.ts";
import type { WorkerKernel } from "./hash-worker.ts";
import type { Logger } from "./log.ts";

/** What the agent cannot do without: the controller's self-test is a job of it. */
const NEEDED: Algorithm = "duco-s1";

/** A chunk is about this long for one worker: short enough to share out evenly, long enough to be little talk. */
const CHUNK_MS = 1000;
const CHUNK_MIN_HASHES = 1000;

export interface ChosenKernels {
  /** Of one worker. */
  readonly kernels: readonly WorkerKernel[];
  /** The most nonces of one chunk. */
  readonly chunkHashes: Partial<Record<Algorithm, number>>;
}

/** What one worker does, rests included. */
export function workerHs({ hashrateHs, maxHashrateHs }: WorkerKernel): number {
  return maxHashrateHs === 0 ? hashrateHs : Math.min(hashrateHs, maxHashrateHs);
}

function choose(algorithm: Algorithm, choice: KernelChoice, log: Logger): Choice["best"] {
  const wanted = kernelsFor(choice, algorithm);
  // The other algorithms do not have all the kernels that DUCO-S1 has.
  const tiers = wanted.length > 0 ? wanted : kernelsFor("auto", algorithm);
  const { best, failed } = chooseKernel(tiers, nowMs);
  for (const { name, why } of failed)
    log.error({ ev: "kernel.failed", algorithm, kernel: name, why });
  return best;
}

/**
 * Chooses and measures those of these algorithms: 60 to 300 ms for each algorithm. Null when there is none for DUCO-S1. `maxHashrateHs` limits the
 * DUCO-S1 rate of all workers together, 0 = all there is; the other algorithms are held to the same share of what they can.
 */
export function chooseKernels(
  algorithms: readonly Algorithm[],
  choice: KernelChoice,
  workers: number,
  maxHashrateHs: number,
  log: Logger,
): ChosenKernels | null {
  const kernels: WorkerKernel[] = [];
  const chunkHashes: Partial<Record<Algorithm, number>> = {};
  let share = 0;
  for (const algorithm of ALGORITHMS) {
    if (!algorithms.includes(algorithm)) continue;
    const best = choose(algorithm, choice, log);
    if (best === null && algorithm === NEEDED) return null;
    if (best === null) continue;
    const { hashrateHs } = best;
    const { name } = best.kernel;
    if (algorithm === NEEDED) share = maxHashrateHs / workers / hashrateHs;
    const limitHs = share * hashrateHs;
    const kernel = { algorithm, name, hashrateHs, maxHashrateHs: limitHs };
    const ownHs = workerHs(kernel);
    kernels.push(kernel);
    chunkHashes[algorithm] = Math.max(CHUNK_MIN_HASHES, Math.round((ownHs * CHUNK_MS) / 1000));
    const measuredHs = Math.round(hashrateHs);
    const totalHs = Math.round(ownHs * workers);
    log.info({ ev: "kernel.chosen", algorithm, kernel: name, measuredHs, workers, totalHs });
  }
  return { kernels, chunkHashes };
}

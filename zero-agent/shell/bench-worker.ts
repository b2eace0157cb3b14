// A thread of `zero-agent bench`: hashes on and on, says once how fast it was, and is ended from outside.

import type { MessagePort } from "node:worker_threads";
import type { Algorithm, Kernel } from "../kernels/kernel.ts";
import { MEASURED_FROM, PROBES } from "../kernels/probes.ts";
import { selfTest } from "../kernels/self-test.ts";
import { nowMs } from "./clock.ts";

/** What the thread is started with. */
export interface BenchWorkerData {
  readonly role: "bench";
  readonly algorithm: Algorithm;
  readonly name: string;
  readonly forMs: number;
}

/** Hashes per second, or what is wrong with the kernel. */
export type FromBenchWorker = { readonly hashrateHs: number } | { readonly why: string };

/** Before that V8 may still be compiling. */
const WARM_MS = 400;
const PIECE_MS = 10;

/** Hashes per second while it runs. The pieces grow until they take some milliseconds. */
function measureFor(kernel: Kernel, forMs: number): number {
  const { job, last, firstPiece } = PROBES[kernel.algorithm];
  let piece = firstPiece;
  let from = MEASURED_FROM;
  let hashes = 0;
  const startedAt = nowMs();
  for (let before = startedAt; ; ) {
    const progress = kernel.search(job, from, last, piece);
    hashes += progress.hashes;
    from = progress.next > last ? MEASURED_FROM : progress.next;
    const now = nowMs();
    if (now - startedAt >= forMs) return (hashes * 1000) / (now - startedAt);
    if (now - before < PIECE_MS / 2) piece *= 2;
    before = now;
  }
}

/** Does not return unless the kernel is wrong: other threads are still measured, beside this one. */
export function runBenchWorker(
  kernelOf: (name: string, algorithm: Algorithm) => Kernel | undefined,
  port: MessagePort,
  { name, algorithm, forMs }: BenchWorkerData,
): void {
  const kernel = kernelOf(name, algorithm);
  if (kernel === undefined) throw new Error(`no kernel named ${name} for ${algorithm}`);
  const say = (message: FromBenchWorker): void => port.postMessage(message);
  const [why] = selfTest(kernel);
  if (why !== undefined) {
    say({ why });
    return;
  }
  measureFor(kernel, WARM_MS);
  say({ hashrateHs: measureFor(kernel, forMs) });
  for (;;) measureFor(kernel, forMs);
}

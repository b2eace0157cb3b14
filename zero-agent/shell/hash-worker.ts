// A worker thread: searches its chunk slice by slice, hears messages between slices, reports several times a second.

import { setPriority } from "node:os";
import type { MessagePort } from "node:worker_threads";
import type { Chunk } from "../core/chunk.ts";
import type { Algorithm, Kernel } from "../kernels/kernel.ts";
import { selfTest } from "../kernels/self-test.ts";
import { nowMs } from "./clock.ts";
import { afterSlice, fromNow, type Pace, sliceHashes } from "./pace.ts";

export type ToWorker =
  | { readonly type: "search"; readonly chunk: Chunk }
  | { readonly type: "abort" };

export type FromWorker =
  | { readonly type: "worker-up" }
  | { readonly type: "progress"; readonly chunkId: number; readonly hashes: number }
  | {
      readonly type: "chunk-done";
      readonly chunkId: number;
      readonly hashes: number;
      readonly nonce: number | null;
    };

/** A kernel by its name, and how fast one worker is with it. */
export interface WorkerKernel {
  readonly algorithm: Algorithm;
  readonly name: string;
  readonly hashrateHs: number;
  /** 0 = all there is. */
  readonly maxHashrateHs: number;
}

/** What the thread is started with. */
export interface HashWorkerData {
  readonly role: "hash";
  /** One for each algorithm of which there are jobs. */
  readonly kernels: readonly WorkerKernel[];
}

/** A kernel at work. */
interface Hasher {
  readonly kernel: Kernel;
  readonly maxHashrateHs: number;
  /** While it hashes; follows what is measured. */
  hashrateHs: number;
}

const REPORT_MS = 250;
/** On a Zero the beats share one core with the hashing. On Linux this is the priority of this thread alone. */
const NICENESS = 5;

class HashWorker {
  readonly #hashers: readonly Hasher[];
  readonly #port: MessagePort;
  #pace: Pace = { maxHashrateHs: 0, freeAt: 0 };
  #chunk: Chunk | null = null;
  #next = 0;
  #unreported = 0;
  #reportedAt = 0;
  #isScheduled = false;

  constructor(hashers: readonly Hasher[], port: MessagePort) {
    this.#hashers = hashers;
    this.#port = port;
  }

  #hasher(algorithm: Algorithm): Hasher {
    const hasher = this.#hashers.find(({ kernel }) => kernel.algorithm === algorithm);
    if (hasher === undefined) throw new Error(`no kernel for ${algorithm}`);
    return hasher;
  }

  hear(message: ToWorker): void {
    if (this.#chunk === null) this.#pace = fromNow(this.#pace, nowMs());
    else if (this.#unreported > 0) this.#reportProgress(this.#chunk);
    this.#chunk = message.type === "search" ? message.chunk : null;
    if (this.#chunk === null) return;
    const { maxHashrateHs } = this.#hasher(this.#chunk.job.algorithm);
    this.#pace = { ...this.#pace, maxHashrateHs };
    this.#next = this.#chunk.from;
    this.#reportedAt = nowMs();
    this.#schedule();
  }

  #reportProgress(chunk: Chunk): void {
    this.#port.postMessage({
      type: "progress",
      chunkId: chunk.id,
      hashes: this.#unreported,
    } satisfies FromWorker);
    this.#unreported = 0;
    this.#reportedAt = nowMs();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const run = () => {
      this.#isScheduled = false;
      if (this.#chunk !== null) this.#turn(this.#chunk);
    };
    const restMs = this.#restMs();
    // A turn of the event loop in any case: messages are heard in it.
    if (restMs >= 1) setTimeout(run, Math.min(restMs, REPORT_MS));
    else setImmediate(run);
  }

  #restMs(): number {
    return this.#pace.freeAt - nowMs();
  }

  #turn(chunk: Chunk): void {
    if (this.#restMs() < 1) {
      this.#slice(chunk);
      return;
    }
    // While it rests it reports too, with no hashes: at a very slow pace one hash is followed by many seconds of rest, and
    // resting is not being stuck.
    this.#reportProgress(chunk);
    this.#schedule();
  }

  #slice(chunk: Chunk): void {
    const startedAt = nowMs();
    const hasher = this.#hasher(chunk.job.algorithm);
    const budget = sliceHashes(this.#pace, hasher.hashrateHs);
    const { nonce, next, hashes } = hasher.kernel.search(chunk.job, this.#next, chunk.to, budget);
    const tookMs = nowMs() - startedAt;
    // Short slices (the end of a chunk, a hit) say little about the rate.
    if (hashes === budget && tookMs > 0.1) {
      hasher.hashrateHs += 0.2 * ((hashes * 1000) / tookMs - hasher.hashrateHs);
    }
    this.#pace = afterSlice(this.#pace, hashes, startedAt);
    this.#next = next;
    this.#unreported += hashes;

    if (nonce !== null || next > chunk.to) {
      const { id: chunkId } = chunk;
      const done: FromWorker = { type: "chunk-done", chunkId, hashes: this.#unreported, nonce };
      this.#unreported = 0;
      this.#chunk = null;
      this.#port.postMessage(done);
      return;
    }
    if (nowMs() - this.#reportedAt >= REPORT_MS) this.#reportProgress(chunk);
    this.#schedule();
  }
}

/** Serves the port until the thread ends. `kernelOf` gives the kernels that the data names. */
export function runHashWorker(
  kernelOf: (name: string, algorithm: Algorithm) => Kernel | undefined,
  port: MessagePort,
  data: HashWorkerData,
): void {
  try {
    setPriority(NICENESS);
  } catch {
    // A sandbox may forbid it. Beats are then as prompt as the scheduler makes them.
  }
  const hashers = data.kernels.map(({ name, algorithm, hashrateHs, maxHashrateHs }) => {
    const kernel = kernelOf(name, algorithm);
    if (kernel === undefined) throw new Error(`no kernel named ${name} for ${algorithm}`);
    return { kernel, hashrateHs, maxHashrateHs };
  });
  // What has to be compiled is compiled now: in the first search it would look like a worker that is stuck.
  const wrong = hashers.slice(0, 1).flatMap(({ kernel }) => selfTest(kernel));
  if (wrong[0] !== undefined) throw new Error(wrong[0]);
  const worker = new HashWorker(hashers, port);
  port.on("message", (message: ToWorker) => worker.hear(message));
  port.postMessage({ type: "worker-up" } satisfies FromWorker);
}

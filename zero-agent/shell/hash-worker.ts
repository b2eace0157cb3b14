// A worker thread: searches its chunk slice by slice, hears messages between slices, reports several times a second.

import { setPriority } from "node:os";
import type { MessagePort } from "node:worker_threads";
import type { Chunk } from "../core/chunk.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { nowMs } from "./clock.ts";
import { afterSlice, fromNow, type Pace, sliceHashes } from "./pace.ts";

export type ToWorker =
  | { readonly type: "search"; readonly chunk: Chunk }
  | { readonly type: "abort" };

export type FromWorker =
  | { readonly type: "progress"; readonly chunkId: number; readonly hashes: number }
  | {
      readonly type: "chunk-done";
      readonly chunkId: number;
      readonly hashes: number;
      readonly nonce: number | null;
    };

/** What the thread is started with. */
export interface HashWorkerData {
  readonly role: "hash";
  readonly kernel: string;
  readonly hashrateHs: number;
  /** 0 = all there is. */
  readonly maxHashrateHs: number;
}

const REPORT_MS = 250;
/** On a Zero the beats share one core with the hashing. On Linux this is the priority of this thread alone. */
const NICENESS = 5;

class HashWorker {
  readonly #kernel: Kernel;
  readonly #port: MessagePort;
  #hashrateHs: number;
  #pace: Pace;
  #chunk: Chunk | null = null;
  #next = 0;
  #unreported = 0;
  #reportedAt = 0;
  #isScheduled = false;

  constructor(kernel: Kernel, port: MessagePort, data: HashWorkerData) {
    this.#kernel = kernel;
    this.#port = port;
    this.#hashrateHs = data.hashrateHs;
    this.#pace = { maxHashrateHs: data.maxHashrateHs, freeAt: 0 };
  }

  hear(message: ToWorker): void {
    if (this.#chunk === null) this.#pace = fromNow(this.#pace, nowMs());
    else if (this.#unreported > 0) this.#reportProgress(this.#chunk);
    this.#chunk = message.type === "search" ? message.chunk : null;
    if (this.#chunk === null) return;
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
    const budget = sliceHashes(this.#pace, this.#hashrateHs);
    const { nonce, next, hashes } = this.#kernel.search(chunk.job, this.#next, chunk.to, budget);
    const tookMs = nowMs() - startedAt;
    // Short slices (the end of a chunk, a hit) say little about the rate.
    if (hashes === budget && tookMs > 0.1) {
      this.#hashrateHs += 0.2 * ((hashes * 1000) / tookMs - this.#hashrateHs);
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

/** Serves the port until the thread ends. */
export function runHashWorker(kernel: Kernel, port: MessagePort, data: HashWorkerData): void {
  try {
    setPriority(NICENESS);
  } catch {
    // A sandbox may forbid it. Beats are then as prompt as the scheduler makes them.
  }
  const worker = new HashWorker(kernel, port, data);
  port.on("message", (message: ToWorker) => worker.hear(message));
}

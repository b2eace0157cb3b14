// The worker threads: this same program file, entered again off the main thread.

import type { Worker } from "node:worker_threads";
import type { Chunk } from "../core/chunk.ts";
import type { WorkerEvent } from "../core/workload.ts";
import type { FromWorker, HashWorkerData, ToWorker } from "./hash-worker.ts";
import { startThread } from "./thread.ts";

export interface PoolOptions {
  /** The program file. */
  readonly file: string;
  readonly workers: number;
  readonly data: HashWorkerData;
  readonly onEvent: (event: WorkerEvent) => void;
}

export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #workers: Worker[];

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#workers = Array.from({ length: options.workers }, (_, index) => this.#start(index));
  }

  #start(index: number): Worker {
    const { file, data, onEvent } = this.#options;
    const worker = startThread(file, { workerData: data });
    let why: string | null = null;
    worker.on("message", (message: FromWorker) => onEvent({ ...message, worker: index }));
    worker.on("error", (error) => {
      why = error.message;
    });
    worker.on("exit", (code) => {
      if (this.#workers[index] !== worker) return;
      onEvent({ type: "worker-died", worker: index, why: why ?? `it ended with code ${code}` });
    });
    return worker;
  }

  #post(index: number, message: ToWorker): void {
    this.#workers[index]?.postMessage(message);
  }

  search(index: number, chunk: Chunk): void {
    this.#post(index, { type: "search", chunk });
  }

  abort(index: number): void {
    this.#post(index, { type: "abort" });
  }

  /** Ends the thread, even one in an endless loop, and starts another in its place. */
  restart(index: number): void {
    const old = this.#workers[index];
    this.#workers[index] = this.#start(index);
    old?.removeAllListeners("message");
    void old?.terminate();
  }

  async close(): Promise<void> {
    const workers = this.#workers.splice(0);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

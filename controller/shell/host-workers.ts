// The controller's own worker threads, as workers like any Zero.

import { Worker } from "node:worker_threads";
import type { JobMessage } from "../../zero-agent/protocol/messages.ts";
import type { HostJob } from "./host-worker.ts";
import type { Untimed } from "./loop.ts";

interface HostResult {
  readonly jobId: string;
  readonly epoch: number;
  readonly nonce: number | null;
  readonly hashes: number;
  readonly elapsedMs: number;
}

export class HostWorkers {
  readonly #script: URL;
  readonly #post: (event: Untimed) => void;
  readonly #threads = new Map<string, Worker>();
  #closed = false;

  constructor(script: URL, post: (event: Untimed) => void) {
    this.#script = script;
    this.#post = post;
  }

  search(worker: string, message: JobMessage): void {
    const { id, epoch, algorithm, prefix, target, from, to } = message;
    const job: HostJob = { id, epoch, algorithm, prefix, target, from, to };
    const thread = this.#threads.get(worker) ?? this.#start(worker);
    thread.postMessage(job);
  }

  cancel(worker: string): void {
    this.#threads.get(worker)?.postMessage(null);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#threads.values()].map((thread) => thread.terminate()));
  }

  #start(worker: string): Worker {
    const thread = new Worker(this.#script);
    this.#threads.set(worker, thread);
    thread.on("message", (result: HostResult) => {
      this.#post({ type: "result", worker, link: null, ...result });
    });
    // A thread that dies is started anew with its next job; the job it held runs into its time limit.
    thread.on("error", () => {});
    thread.on("exit", () => {
      if (!this.#closed) this.#threads.delete(worker);
    });
    return thread;
  }
}

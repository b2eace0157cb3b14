// The controller's own worker threads, as workers like any Zero.

import { Worker } from "node:worker_threads";
import type { JobMessage } from "../../zero-agent/protocol/messages.ts";
import { messageOf } from "./error.ts";
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
  readonly #onFailure: (worker: string, detail: string) => void;
  readonly #threads = new Map<string, Worker>();
  readonly #jobs = new Map<string, HostJob>();
  #closed = false;

  constructor(
    script: URL,
    post: (event: Untimed) => void,
    onFailure: (worker: string, detail: string) => void,
  ) {
    this.#script = script;
    this.#post = post;
    this.#onFailure = onFailure;
  }

  search(worker: string, message: JobMessage): void {
    const { type: _, budgetMs: __, ...job } = message;
    const thread = this.#threads.get(worker) ?? this.#start(worker);
    this.#jobs.set(worker, job);
    thread.postMessage(job);
  }

  cancel(worker: string): void {
    this.#jobs.delete(worker);
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
      this.#jobs.delete(worker);
      this.#post({ type: "result", worker, link: null, ...result });
    });
    thread.on("error", (error) => this.#onFailure(worker, messageOf(error)));
    thread.on("exit", () => this.#onExit(worker));
    return thread;
  }

  /** A thread that died gives its job back, and is started anew with its next one. */
  #onExit(worker: string): void {
    if (this.#closed) return;
    this.#threads.delete(worker);
    const job = this.#jobs.get(worker);
    this.#jobs.delete(worker);
    if (job === undefined) return;
    this.#post({ type: "nack", worker, link: null, jobId: job.id, epoch: job.epoch });
  }
}

// A Zero as a board on a serial line: one job at a time, hashed in slices between which the line is heard.

import type { Kernel } from "../kernels/kernel.ts";
import { nowMs } from "../shell/clock.ts";
import { encodeAnswer, lastNonce, type SerialJob, takeSerial } from "./codec.ts";

/** Long enough to be little talk, short enough that a new job does not wait. */
const SLICE_MS = 20;
const FIRST_SLICE = 2000;

export interface BoardOptions {
  readonly kernel: Kernel;
  /** 16 hex digits. */
  readonly id: string;
  readonly answer: (text: string) => void;
  readonly onJob?: (job: SerialJob, nonce: number | null, elapsedMs: number) => void;
}

export class SerialBoard {
  readonly #options: BoardOptions;
  #rest = "";
  #job: SerialJob | null = null;
  #next = 0;
  #begunAt = 0;
  #slice = FIRST_SLICE;

  constructor(options: BoardOptions) {
    this.#options = options;
  }

  hear(text: string): void {
    const { jobs, rest } = takeSerial(this.#rest, text);
    this.#rest = rest;
    const job = jobs.at(-1);
    if (job === undefined) return;
    const known = this.#job;
    // The host asks again when it has waited for 10 s; what it asked for is being searched.
    if (known?.prefix === job.prefix && known.target === job.target) return;
    this.#job = job;
    this.#next = 0;
    this.#begunAt = nowMs();
    if (known === null) setImmediate(() => this.#turn());
  }

  /** The line is gone, and with it who waits for the answer. */
  forget(): void {
    this.#job = null;
    this.#rest = "";
  }

  #turn(): void {
    const job = this.#job;
    if (job === null) return;
    const { prefix, target } = job;
    const search = { algorithm: "duco-s1", prefix, target } as const;
    const last = lastNonce(job);
    const startedAt = nowMs();
    const { nonce, next } = this.#options.kernel.search(search, this.#next, last, this.#slice);
    const tookMs = Math.max(0.1, nowMs() - startedAt);
    this.#slice = Math.max(FIRST_SLICE, Math.round((this.#slice * SLICE_MS) / tookMs));
    this.#next = next;
    if (nonce === null && next <= last) {
      setImmediate(() => this.#turn());
      return;
    }
    this.#job = null;
    const elapsedMs = nowMs() - this.#begunAt;
    this.#options.onJob?.(job, nonce, elapsedMs);
    this.#options.answer(encodeAnswer(nonce, elapsedMs * 1000, this.#options.id));
  }
}

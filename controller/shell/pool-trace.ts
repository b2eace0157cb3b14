// Records what goes over the pool connections, for `zerorig pool-trace`: a bounded file, without the mining key.

import { appendFileSync, statSync } from "node:fs";
import { type TraceEntry, withoutKey } from "../pools/duino/trace.ts";
import type { Clock } from "./clock.ts";
import { messageOf } from "./error.ts";

/** Some 100,000 shares. Nothing is recorded beyond. */
const MAX_BYTES = 32_000_000;

export class PoolTrace {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #begunAt: number;
  readonly #onEnd: (why: string) => void;
  #left: number;

  /** Goes on with a file that is there. `onEnd` is called once, when it is full or cannot be written. */
  constructor(path: string, clock: Clock, onEnd: (why: string) => void) {
    this.#path = path;
    this.#clock = clock;
    this.#begunAt = clock.now();
    this.#onEnd = onEnd;
    this.#left = MAX_BYTES - sizeOf(path);
  }

  take(seat: string, dir: TraceEntry["dir"], text: string): void {
    if (this.#left <= 0) return;
    const at_ms = Math.round((this.#clock.now() - this.#begunAt) * 10) / 10;
    const entry: TraceEntry = { at_ms, seat, dir, text: dir === "out" ? withoutKey(text) : text };
    const line = `${JSON.stringify(entry)}\n`;
    this.#left -= Buffer.byteLength(line);
    if (this.#left <= 0) {
      this.#onEnd("the file is full");
      return;
    }
    try {
      appendFileSync(this.#path, line, { mode: 0o600 });
    } catch (error) {
      this.#left = 0;
      this.#onEnd(messageOf(error));
    }
  }
}

/** 0 where there is no such file yet, or none can be: the first write tells. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

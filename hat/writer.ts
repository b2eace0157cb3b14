// The order of calls on one board: one after the other, and each write under the board's lock.

import { acquireLock, type HeldLock } from "./lock.ts";

export class Writer {
  readonly #lockPath: string;
  #held: HeldLock | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(lockPath: string) {
    this.#lockPath = lockPath;
  }

  /** Takes the lock until `close`. Rejects with `locked` if another process has it. */
  async hold(): Promise<void> {
    this.#held = await acquireLock(this.#lockPath);
  }

  /** Runs a call that writes nothing after all earlier calls. */
  read<T>(call: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(call, call);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** The same, under the lock. */
  write<T>(call: () => Promise<T>): Promise<T> {
    return this.read(async () => {
      if (this.#held !== null) return await call();
      const lock = await acquireLock(this.#lockPath);
      try {
        return await call();
      } finally {
        await lock.release();
      }
    });
  }

  /** Waits for the calls under way and lets the lock go. */
  async close(): Promise<void> {
    await this.#last;
    await this.#held?.release();
    this.#held = null;
  }
}

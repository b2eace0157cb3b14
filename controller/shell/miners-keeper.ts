// Keeps the totals of ordinary miners over a restart: once a minute at most, all that changed together.

import type { Ledger } from "../pools/stratum-server/ledger.ts";
import type { WorkerTotals } from "../pools/stratum-server/worker-record.ts";
import type { Clock } from "./clock.ts";
import { messageOf } from "./error.ts";

/** Where they are kept. What it does not take it throws. */
export interface MinersMemory {
  recall(algorithm: string): readonly WorkerTotals[];
  write(algorithm: string, rows: readonly WorkerTotals[], isAll: boolean): void;
}

export interface KeeperParts {
  readonly algorithm: string;
  readonly ledger: Ledger;
  readonly memory: MinersMemory;
  readonly clock: Pick<Clock, "now" | "after">;
  /** The wall clock, as far as it may be believed. */
  readonly wallMs: () => number;
  readonly note: (ev: string, detail: Readonly<Record<string, string>>) => void;
}

const LOOK_EVERY_MS = 1000;
const WRITE_EVERY_MS = 60_000;

export class MinersKeeper {
  readonly #parts: KeeperParts;
  #writeAt = Number.NEGATIVE_INFINITY;
  #error: string | null = null;
  #isRestored = false;
  #cancel: () => void = () => {};

  /** Restores what is kept: before anybody is served. Where it cannot be read counting begins anew, and nothing is written over it. */
  constructor(parts: KeeperParts) {
    const { algorithm, ledger, memory, clock } = parts;
    this.#parts = parts;
    this.#try(() => {
      ledger.restore(memory.recall(algorithm), clock.now());
      this.#isRestored = true;
    });
    if (this.#isRestored) this.#look();
  }

  /** Writes what came since. */
  stop(): void {
    this.#cancel();
    if (this.#isRestored) this.#write();
  }

  /** What comes after a quiet minute is kept at once. */
  #look(): void {
    const { clock } = this.#parts;
    if (clock.now() >= this.#writeAt && this.#write()) this.#writeAt = clock.now() + WRITE_EVERY_MS;
    this.#cancel = clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  /** Whether there was anything; what is not taken is tried again with what comes until then. */
  #write(): boolean {
    const { algorithm, ledger, memory, clock, wallMs } = this.#parts;
    const changes = ledger.changes(clock.now(), wallMs());
    if (changes === null) return false;
    this.#try(() => {
      memory.write(algorithm, changes.rows, changes.isAll);
      ledger.saved();
    });
    return true;
  }

  #try(act: () => void): void {
    try {
      act();
      this.#error = null;
    } catch (error) {
      // The same once more is no news.
      const message = messageOf(error);
      if (message !== this.#error) this.#parts.note("miners.not-kept", { error: message });
      this.#error = message;
    }
  }
}

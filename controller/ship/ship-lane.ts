// Takes settled shares to a central store, batch by batch, at least once. Where it is up to is on disk, so that a restart of either end
// goes on there. It only looks on: a store that is slow or dead costs the mining nothing but a look at the table now and then.

import type { Clock } from "../shell/clock.ts";
import { messageOf, systemCode } from "../shell/error.ts";
import type { ShareSink, ShippedShare } from "./shipped-share.ts";

export interface ShipParts {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly random: () => number;
  readonly sink: ShareSink;
  /** The id of the last share that arrived. */
  readonly cursor: number;
  /** Settled shares after this id, the oldest first: as many as make a batch, at most. */
  readonly read: (after: number, limit: number) => readonly ShippedShare[];
  /** Whether the share with this id is still kept. If not, some after it may have gone with it. */
  readonly has: (id: number) => boolean;
  readonly keep: (cursor: number) => void;
  readonly note: (
    level: "info" | "warn",
    ev: string,
    detail: Readonly<Record<string, string>>,
  ) => void;
}

const BATCH = 500;
/** A store that says nothing for so long is taken for dead. */
const SEND_MS = 30_000;
const PAUSE_MS = 5000;
const PAUSE_MAX_MS = 600_000;
/** A stop waits no longer for the last batch. */
const STOP_MS = 3000;

export class ShipLane {
  readonly #parts: ShipParts;
  #cursor: number;
  #failures = 0;
  #cancel: () => void = () => {};
  #stopped = false;
  #sending: Promise<void> = Promise.resolve();

  constructor(parts: ShipParts) {
    this.#parts = parts;
    this.#cursor = parts.cursor;
  }

  start(): void {
    this.#sending = this.#turn();
  }

  /** What is under way may arrive and come again after the next start: with the same id. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#within(STOP_MS, this.#sending).catch(() => {});
    await this.#within(STOP_MS, this.#parts.sink.close()).catch(() => {});
  }

  async #turn(): Promise<void> {
    const { clock, everyMs } = this.#parts;
    let pauseMs = everyMs;
    try {
      const isFull = await this.#ship();
      if (isFull) pauseMs = 0;
      if (this.#failures > 0) this.#parts.note("info", "ship.back", {});
      this.#failures = 0;
    } catch (error) {
      pauseMs = await this.#fail(error);
    }
    if (this.#stopped) return;
    this.#cancel = clock.after(pauseMs, () => {
      this.#sending = this.#turn();
    });
  }

  /** Sends one batch; tells whether there is more to send at once. */
  async #ship(): Promise<boolean> {
    const { read, keep, has, sink, note } = this.#parts;
    const shares = read(this.#cursor, BATCH);
    const last = shares.at(-1);
    if (last === undefined) return false;
    const isWhole = this.#cursor === 0 || has(this.#cursor);
    await this.#within(SEND_MS, sink.send(shares));
    if (!isWhole)
      note("warn", "ship.gap", { why: "old shares were let go of before they arrived" });
    this.#cursor = last.id;
    keep(last.id);
    return shares.length === BATCH;
  }

  async #fail(error: unknown): Promise<number> {
    const { note, random, sink } = this.#parts;
    if (this.#failures === 0) note("warn", "ship.failed", { error: faultOf(error) });
    this.#failures++;
    await this.#within(STOP_MS, sink.close()).catch(() => {});
    const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** (this.#failures - 1));
    // Not all rigs at once.
    return pauseMs * (0.5 + random() / 2);
  }

  async #within<T>(limitMs: number, what: Promise<T>): Promise<T> {
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      cancel = this.#parts.clock.after(limitMs, () =>
        reject(new Error(`no answer in ${limitMs / 1000} s`)),
      );
    });
    try {
      return await Promise.race([what, late]);
    } finally {
      cancel();
    }
  }
}

/** A refused connection to a name with two addresses has no message of its own. */
function faultOf(error: unknown): string {
  return messageOf(error) || systemCode(error) || "unknown";
}

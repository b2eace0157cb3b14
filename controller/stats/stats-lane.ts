// Looks at the rig's counters once a second and keeps what was added. It only looks on: whatever goes wrong here, the rig does not notice.
// A sample is held by the monotonic clock until it is written; then it gets its place on the wall clock.

import type { RigStatus } from "../core/status.ts";
import type { Clock } from "../shell/clock.ts";
import { messageOf } from "../shell/error.ts";
import type { WorkSums } from "../shell/work-figures.ts";
import type { Past } from "./answers.ts";
import { SECONDS, THIN_EVERY_MS } from "./levels.ts";
import type { MinerStore } from "./miner-store.ts";
import { RIG, readingsOf } from "./reading.ts";
import { type Growth, merge, type Sample, Sampler } from "./sampler.ts";
import type { StatsReader } from "./stats-reader.ts";
import type { StatsStore } from "./stats-store.ts";

export interface StatsParts {
  readonly clock: Clock;
  readonly isClockSet: (wall: Date) => boolean;
  readonly store: StatsStore;
  readonly status: () => RigStatus;
  readonly work: () => Readonly<Record<string, WorkSums>>;
  readonly note: (ev: string, detail: Readonly<Record<string, string>>) => void;
}

const LOOK_EVERY_MS = 1000;
const WRITE_EVERY_MS = 60_000;
/** A clock that is not set by then may never be. */
const CLOCK_PATIENCE_MS = 10 * 60_000;
/** Samples that are held while they cannot be written; beyond, the oldest become one. */
const HELD_MAX = 900;

export class StatsLane implements Past {
  readonly #parts: StatsParts;
  readonly #sampler: Sampler;
  readonly #startedAt: number;
  #held: Sample[] = [];
  #writeAt: number;
  #thinAt = 0;
  #error: string | null = null;
  /** Where this run begins while the clock is not set: after all that earlier runs wrote. */
  readonly #unsetStart: number;
  #cancel: () => void = () => {};

  constructor(parts: StatsParts) {
    const now = parts.clock.now();
    this.#parts = parts;
    this.#startedAt = now;
    this.#writeAt = now + WRITE_EVERY_MS;
    this.#sampler = new Sampler(now, parts.store.baseline());
    this.#unsetStart = (parts.store.reader.lastAt(RIG) ?? 0) + SECONDS.stepMs;
  }

  start(): void {
    this.#look();
    // In a new file nothing has grown yet. What it grows from is written at once, or a kill in the first minute would forget it.
    const { store } = this.#parts;
    if (Object.keys(store.baseline()).length === 0)
      this.#try(() => store.write([], this.#sampler.baseline()));
  }

  /** Writes what is held, and closes the file. */
  stop(): void {
    this.#cancel();
    this.#take();
    this.#write(true);
    this.#parts.store.close();
  }

  /** The wall clock as far as it may be believed: while it is not set, time goes on from the last that was written. */
  get nowMs(): number {
    const { clock, isClockSet } = this.#parts;
    const wall = clock.wall();
    if (isClockSet(wall)) return wall.getTime();
    return Math.max(wall.getTime(), this.#unsetStart + (clock.now() - this.#startedAt));
  }

  /** Of every series that is counted. */
  names(): readonly string[] {
    const held = this.#held.flatMap(({ series }) => [...series.keys()]);
    const written = this.#parts.store.reader.series().map(({ name }) => name);
    return [...new Set([...written, ...held])];
  }

  /** What is not written yet of a series, each with its place on the wall clock (ms). */
  held(name: string): readonly (readonly [atMs: number, Growth])[] {
    return this.#placed().flatMap(([at, { series }]) => {
      const growth = series.get(name);
      return growth === undefined ? [] : [[at, growth] as const];
    });
  }

  /** What ordinary miners came to. */
  get miners(): MinerStore {
    return this.#parts.store.miners;
  }

  get reader(): StatsReader {
    return this.#parts.store.reader;
  }

  #look(): void {
    const { clock } = this.#parts;
    this.#take();
    if (clock.now() >= this.#writeAt) {
      this.#writeAt = clock.now() + WRITE_EVERY_MS;
      this.#write(false);
    }
    this.#cancel = clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  #take(): void {
    const { clock, status, work } = this.#parts;
    this.#held.push(this.#sampler.take(clock.now(), readingsOf(status(), work())));
    while (this.#held.length > HELD_MAX) {
      const [first, second, ...rest] = this.#held;
      if (first !== undefined && second !== undefined) this.#held = [merge(first, second), ...rest];
    }
  }

  #placed(): readonly (readonly [number, Sample])[] {
    const [wall, now] = [this.nowMs, this.#parts.clock.now()];
    return this.#held.map((sample) => [wall - (now - sample.at), sample]);
  }

  #write(last: boolean): void {
    const { clock, isClockSet, store } = this.#parts;
    const waits = clock.now() - this.#startedAt < CLOCK_PATIENCE_MS;
    if (!last && waits && !isClockSet(clock.wall())) return;
    this.#try(() => {
      store.write(this.#placed(), this.#sampler.baseline());
      // From here on they are written, whatever comes of the thinning.
      this.#held = [];
      if (clock.now() < this.#thinAt) return;
      this.#thinAt = clock.now() + THIN_EVERY_MS;
      store.thin(this.nowMs);
    });
  }

  #try(write: () => void): void {
    try {
      write();
      this.#error = null;
    } catch (error) {
      // The same once more is no news.
      const message = messageOf(error);
      if (message !== this.#error) this.#parts.note("stats.failed", { error: message });
      this.#error = message;
    }
  }
}

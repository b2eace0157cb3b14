// Polls the account's balance, seldom, and keeps what it saw. It only looks on: whatever goes wrong here, the mining does not notice.

import type { BalanceStatus } from "../core/status.ts";
import { addSample, type BalanceSample, earningsOf } from "../pools/balance.ts";
import type { FetchFault } from "../pools/duino/codec-picker.ts";
import type { Clock } from "./clock.ts";
import { messageOf } from "./error.ts";

/** A sample as it is written down: by the wall clock, for that goes on while no controller runs. */
export interface StoredBalance {
  readonly atMs: number;
  readonly duco: number;
  readonly joules: number;
}

export interface BalanceParts {
  readonly pollMs: number;
  readonly clock: Clock;
  readonly isClockSet: (wall: Date) => boolean;
  readonly ask: () => Promise<{ readonly ok: true; readonly duco: number } | FetchFault>;
  /** What the Zeros have used, ever. */
  readonly joules: () => number;
  readonly recall: (sinceMs: number) => readonly StoredBalance[];
  readonly keep: (sample: StoredBalance) => void;
  readonly note: (ev: string, detail: Readonly<Record<string, string>>) => void;
}

/** What the composition root gives of it. */
export type BalanceSide = Omit<BalanceParts, "clock" | "isClockSet" | "joules" | "note">;

const DAY_MS = 86_400_000;
/** After n failures in a row the pause is 2^n polls, half an hour at most: who limits us is not to be asked more. */
const PAUSE_MAX_MS = 1_800_000;

export class BalanceLane {
  readonly #parts: BalanceParts;
  #samples: readonly BalanceSample[] = [];
  #recalled = false;
  #failures = 0;
  #error: string | null = null;
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(parts: BalanceParts) {
    this.#parts = parts;
  }

  start(): void {
    void this.#poll();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  status(): BalanceStatus {
    const last = this.#samples.at(-1);
    return {
      duco: last?.duco ?? null,
      age_ms: last === undefined ? null : Math.round(this.#parts.clock.now() - last.at),
      error: this.#error,
      ...earningsOf(this.#samples),
    };
  }

  async #poll(): Promise<void> {
    const { ask, pollMs, clock } = this.#parts;
    const got = await ask();
    if (this.#stopped) return;
    if (got.ok) this.#take(got.duco);
    else {
      this.#failures++;
      this.#fail(`${got.code}: ${got.detail}`);
    }
    const pauseMs = Math.max(pollMs, Math.min(PAUSE_MAX_MS, pollMs * 2 ** this.#failures));
    this.#cancel = clock.after(pauseMs, () => void this.#poll());
  }

  #take(duco: number): void {
    const { clock, joules } = this.#parts;
    this.#failures = 0;
    const sample = { at: clock.now(), duco, joules: joules() };
    try {
      this.#recall();
      this.#samples = addSample(this.#samples, sample);
      this.#store(sample);
      this.#error = null;
    } catch (error) {
      this.#fail(`store: ${messageOf(error)}`);
    }
  }

  #fail(error: string): void {
    // The same once more is no news.
    if (error !== this.#error) this.#parts.note("balance.failed", { error });
    this.#error = error;
  }

  /** What earlier runs saw, once the clock tells how long ago that was. */
  #recall(): void {
    const { clock, isClockSet, recall } = this.#parts;
    const wall = clock.wall();
    if (this.#recalled || !isClockSet(wall)) return;
    this.#recalled = true;
    const offset = clock.now() - wall.getTime();
    const known = recall(wall.getTime() - DAY_MS).map(({ atMs, duco, joules }) => ({
      at: atMs + offset,
      duco,
      joules,
    }));
    // What this run has seen before the clock was set comes after.
    const all = [...known, ...this.#samples];
    this.#samples = all.reduce(addSample, [] as readonly BalanceSample[]);
  }

  #store({ duco, joules }: BalanceSample): void {
    const { clock, isClockSet, keep } = this.#parts;
    const wall = clock.wall();
    if (isClockSet(wall)) keep({ atMs: wall.getTime(), duco, joules });
  }
}

// Wakes its owner at one moment of the wall clock. Not to be relied on: after a clock step it fires late or not at all.

import { CronJob } from "cron";

/** A job that is set up this close to its time might find it past, and say so on the console. */
const LEAST_AHEAD_MS = 1000;

export class EdgeAlarm {
  readonly #wake: () => void;
  readonly #failed: (error: unknown) => void;
  #job: CronJob | null = null;
  #atMs: number | null = null;

  constructor(wake: () => void, failed: (error: unknown) => void) {
    this.#wake = wake;
    this.#failed = failed;
  }

  /** Rings once at this time, a whole second in ms since 1970, and no more at the one that was set before. */
  set(atMs: number): void {
    if (atMs === this.#atMs) return;
    this.stop();
    if (atMs < Date.now() + LEAST_AHEAD_MS) return;
    const at = new Date(atMs);
    // As an expression in UTC: the package's own zones go wrong around summer time, and its one-off dates throw inside a timer
    // when that comes a millisecond early.
    const clock = `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()}`;
    this.#job = CronJob.from({
      cronTime: `${clock} ${at.getUTCDate()} ${at.getUTCMonth() + 1} *`,
      timeZone: "UTC",
      start: true,
      unrefTimeout: true,
      errorHandler: this.#failed,
      onTick: () => {
        this.stop();
        this.#wake();
      },
    });
    this.#atMs = atMs;
  }

  /** Forgets the time that was set. */
  stop(): void {
    void this.#job?.stop();
    this.#job = null;
    this.#atMs = null;
  }
}

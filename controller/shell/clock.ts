// Time as a value: monotonic for every interval, wall clock for display and logs only.

export interface Clock {
  /** Monotonic ms. */
  now(): number;
  wall(): Date;
  /** Calls back once after this many ms; returns a way to call it off. */
  after(ms: number, callback: () => void): () => void;
}

/** setTimeout fires at once above this (its delay is a signed 32-bit number). */
const TIMER_MAX_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => new Date(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(TIMER_MAX_MS, Math.max(0, ms)));
    return () => clearTimeout(timer);
  },
};

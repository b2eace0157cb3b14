// A cron expression's times on a plain calendar. The cron package reads the expression and walks the calendar, in UTC only: there
// it has no summer time to get wrong. It has no question for the past, so the latest time is found by asking for the next ones.

import { CronTime } from "cron";

/** Locals are ms on a clock without summer time; they are whole seconds in every answer. */
export interface CronLine {
  /** The first time after this second. */
  next(localMs: number): number;
  /** The last time up to and with this second; -Infinity where there was none in ten years. */
  latest(localMs: number): number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How far to look back, step by step. The rarest date, 29 February, comes every four or eight years. */
const BACK_MS = [HOUR_MS, DAY_MS, 24 * DAY_MS, 400 * DAY_MS, 4000 * DAY_MS];

/** Throws an Error that says what is wrong with it. Presets such as `@daily` are refused. */
export function parseCron(expression: string): CronLine {
  const count = expression.trim().split(/\s+/).length;
  if (count !== 5 && count !== 6) throw new Error(`it has ${count} fields`);
  const time = new CronTime(expression, "UTC");
  const next = (localMs: number) => time.getNextDateFrom(new Date(localMs), "UTC").toMillis();

  /** From a time that is there, leaps forward by halves and steps by one until the next would be too late. */
  function latestFrom(known: number, localMs: number): number {
    let found = known;
    let late = localMs;
    for (;;) {
      const following = next(found);
      if (following > localMs) return found;
      const middle = following + Math.floor((late - following) / 2);
      const leap = next(middle);
      if (leap <= localMs) found = leap;
      else {
        found = following;
        late = middle;
      }
    }
  }

  return {
    next,
    latest(localMs) {
      for (const back of BACK_MS) {
        const found = next(localMs - back);
        if (found <= localMs) return latestFrom(found, localMs);
      }
      return Number.NEGATIVE_INFINITY;
    },
  };
}

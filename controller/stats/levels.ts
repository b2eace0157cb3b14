// How finely samples are kept, and for how long: the finer, the shorter.

export interface Level {
  readonly stepMs: number;
  /** Older ones become part of the next level's; of the last they go. */
  readonly keepMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Of hours alone a rig could come to so many that a small card feels it: with many Zeros they are kept for a shorter time. */
const HOUR_ROWS_MAX = 400_000;

export const SECONDS: Level = { stepMs: 1000, keepMs: 15 * MINUTE_MS };
export const MINUTES: Level = { stepMs: MINUTE_MS, keepMs: 3 * DAY_MS };
const HOURS: Level = { stepMs: HOUR_MS, keepMs: 2 * 365 * DAY_MS };
/** Kept by number, not by age: a clock that is years ahead for a day costs no year. */
export const DAYS = { stepMs: DAY_MS, rowsOfSeries: 20 * 365 };

/** How often they are folded. Each time costs the card some pages. */
export const THIN_EVERY_MS = 5 * MINUTE_MS;

/** What lies further ahead than this was written by a clock that was wrong. */
export const AHEAD_MS = HOUR_MS;

/** The levels, the finest first, that become part of the next; for a rig with so many series. */
export function foldedLevels(series: number): readonly Level[] {
  const hours = Math.floor(HOUR_ROWS_MAX / Math.max(1, series));
  return [SECONDS, MINUTES, { ...HOURS, keepMs: Math.min(HOURS.keepMs, hours * HOUR_MS) }];
}

/** The step of the level that this one becomes part of. */
export function coarserStepMs(level: number): number {
  return [MINUTES.stepMs, HOURS.stepMs][level] ?? DAYS.stepMs;
}

/** The most rows of samples that a rig with so many series comes to. */
export function rowsMax(series: number): number {
  const folded = foldedLevels(series).reduce((sum, { stepMs, keepMs }, level) => {
    // A coarser step is only folded when it is whole, on both ends.
    return sum + (keepMs + THIN_EVERY_MS + 2 * coarserStepMs(level) + AHEAD_MS) / stepMs;
  }, 0);
  return series * (folded + DAYS.rowsOfSeries);
}

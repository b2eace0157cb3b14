// The coming week by days, each with the limits that hold in it.

import type { Interval } from "../shell/coming-week.ts";

/** A part of a day in which one limit holds; its place in the day from 0 to 1. */
export interface Stretch {
  readonly interval: Interval;
  readonly start: number;
  readonly end: number;
}

export interface Day {
  /** Where it begins, in ms since 1970. */
  readonly at: number;
  readonly stretches: readonly Stretch[];
}

/** The intervals by the days of this browser's zone, from the day of `now` on. */
export function daysOf(intervals: readonly Interval[], now: number): readonly Day[] {
  const first = new Date(now);
  const midnight = (day: number) =>
    new Date(first.getFullYear(), first.getMonth(), first.getDate() + day).getTime();
  return [0, 1, 2, 3, 4, 5, 6].map((day) => {
    const [at, end] = [midnight(day), midnight(day + 1)];
    const place = (time: string) => Math.min(1, Math.max(0, (Date.parse(time) - at) / (end - at)));
    const stretches = intervals
      .map((interval) => ({ interval, start: place(interval.from), end: place(interval.until) }))
      .filter((stretch) => stretch.end > stretch.start);
    return { at, stretches };
  });
}

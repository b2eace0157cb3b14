// A clock that a test turns by hand; promises are kept in between.

import type { Clock } from "./clock.ts";

export interface HandClock extends Clock {
  /** Lets time go by, timer by timer. */
  pass(ms: number): Promise<void>;
}

/** Begins at 0, by both clocks. */
export function handClock(): HandClock {
  let now = 0;
  let timers: { at: number; callback: () => void }[] = [];
  return {
    now: () => now,
    wall: () => new Date(now),
    after(ms: number, callback: () => void) {
      const timer = { at: now + ms, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    async pass(ms: number) {
      const end = now + ms;
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers = timers.filter((each) => each !== due);
        now = Math.max(now, due.at);
        due.callback();
      }
      now = end;
    },
  };
}

// A log that strangers can write to, so that it does not fill up.

import type { Clock } from "./clock.ts";

/** Log lines that a stranger can cause: so many in a window, and then only their number. */
const LOG_WINDOW_MS = 10_000;
const LOG_WINDOW_LINES = 20;

export type ThinLog = (ev: string, detail: Record<string, string>) => void;

export function thinned(clock: Clock, log: ThinLog): ThinLog {
  let windowAt = clock.now();
  let lines = 0;
  return (ev, detail) => {
    if (clock.now() - windowAt >= LOG_WINDOW_MS) {
      if (lines > LOG_WINDOW_LINES)
        log("link.thinned", { lines: String(lines - LOG_WINDOW_LINES) });
      windowAt = clock.now();
      lines = 0;
    }
    lines += 1;
    if (lines <= LOG_WINDOW_LINES) log(ev, detail);
  };
}

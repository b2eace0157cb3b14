// [schedule.NAME]: the windows of the power ceiling. Any number of them, each a table of these keys, in the file only.

import { parseCron } from "../shell/cron-line.ts";
import type { Window } from "../shell/window.ts";
import { zoneTime } from "../shell/zone-time.ts";
import { optional, required, section, type ValuesOf } from "./key.ts";
import { fraction, text } from "./kind.ts";

/** What the headers of windows begin with. */
export const WINDOW_PREFIX = "schedule.";

const cron = text(
  'a cron expression of five or six fields such as "0 22 * * *", whose time comes',
  isCron,
);
const watts = fraction(0, 1000, "watts");

export const WINDOW = section(
  "A ceiling by the time of day. Any number of them, each by a name of its own; they have no environment variables.",
  {
    from: required(cron, "0 22 * * *", "When it opens: minute, hour, day, month, day of the week."),
    to: required(cron, "0 6 * * *", "When it closes."),
    zone: required(
      text('an IANA time zone such as "Europe/Berlin"', isZone),
      "Europe/Berlin",
      "The time zone that this is told in.",
    ),
    watts: optional(watts, 2, "The ceiling while it is open."),
    outside_watts: optional(watts, 4, "The ceiling while it is closed."),
  },
);

/** A window as the program knows it. */
export function windowOf(name: string, settings: ValuesOf<typeof WINDOW.keys>): Window {
  const { from, to, zone, watts, outside_watts: outsideWatts } = settings;
  return { name, from, to, zone, watts, outsideWatts };
}

/** What may stand for NAME. */
export function isWindowName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,32}$/.test(name);
}

function isCron(value: string): boolean {
  return succeeds(() => parseCron(value).next(Date.now()));
}

function isZone(value: string): boolean {
  return succeeds(() => zoneTime(value));
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

// The schedule in words: the coming days line by line, each in the time of the zone that its rule is told in.

import type { Interval } from "../shell/coming-week.ts";
import type { ScheduleReport, WindowsReport } from "../shell/schedules.ts";
import { columns } from "./text-table.ts";

const BY_HAND = "set by hand; `zerorig schedule set --reset` goes back to the configuration's";

export function scheduleText({ source, clock_set, intervals }: ScheduleReport): string {
  const whose = source === "stored" ? `windows: ${BY_HAND}` : "windows: the configuration's";
  if (!clock_set) return `${whose}\n${clocklessText(intervals)}\n`;
  const zones = new Set(intervals.flatMap(({ zone }) => zone ?? []));
  const [home = "UTC"] = zones;
  const rows = intervals.map((interval) => intervalCells(interval, home, zones.size > 1));
  return `${[whose, "", ...columns([["FROM", "UNTIL", "CEILING", "BY", "OPEN"], ...rows])].join("\n")}\n`;
}

/** What can be told without a clock: nothing, unless there is no window to open or close. */
function clocklessText([only]: readonly Interval[]): string {
  if (only === undefined) return "The clock is not set, so nobody knows what is open.";
  const ceiling = only.watts === null ? "there is no ceiling" : `the ceiling is ${only.watts} W`;
  return `There are none, so ${ceiling} at any time. (The clock is not set; nothing here waits for it.)`;
}

function intervalCells(
  { from, until, watts, rule, zone, open }: Interval,
  home: string,
  showsZone: boolean,
): readonly string[] {
  const shown = zone ?? home;
  const by = showsZone && zone !== null ? `${rule} (${zone})` : (rule ?? "-");
  return [
    localTime(from, shown),
    localTime(until, shown),
    watts === null ? "none" : `${watts} W`,
    by,
    open.length === 0 ? "-" : open.join(", "),
  ];
}

/** `Sun 22 Nov 06:00 GMT+1`: the offset too, for the hour that summer time ends with comes twice. */
function localTime(iso: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "2-digit",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "shortOffset",
  }).formatToParts(new Date(iso));
  const part = (name: Intl.DateTimeFormatPartTypes) =>
    parts.find(({ type }) => type === name)?.value ?? "";
  const date = `${part("weekday")} ${part("day")} ${part("month")}`;
  // Versions of Node differ in what they call it.
  const offset = part("timeZoneName").replace(/^GMT(\+0)?$/, "UTC");
  return `${date} ${part("hour")}:${part("minute")} ${offset}`;
}

export function windowsText({ source, windows }: WindowsReport): string {
  const whose = source === "stored" ? BY_HAND : "the configuration's";
  if (windows.length === 0) return `no windows (${whose})\n`;
  const rows = windows.map(({ name, from, to, zone, watts, outside_watts: outside }) => [
    name,
    from,
    to,
    zone,
    watts === null ? "-" : `${watts} W`,
    outside === null ? "-" : `${outside} W`,
  ]);
  const head = ["WINDOW", "FROM", "TO", "ZONE", "OPEN", "CLOSED"];
  return `${[`windows: ${whose}`, "", ...columns([head, ...rows])].join("\n")}\n`;
}

// Windows as people think of them: a time of day on some days, until another time of day. What cron says beyond that stays cron.

import type { ListedWindow } from "../config/window-list.ts";

/** From Sunday, as cron counts. */
export const DAYS: readonly string[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const EVERY = [0, 1, 2, 3, 4, 5, 6];

/** Opens at `from` on these days, and closes at the next `to`; times as "22:00". */
export interface PlainTimes {
  readonly from: string;
  readonly to: string;
  readonly days: readonly number[];
}

const DAILY = /^(\d{1,2}) (\d{1,2}) \* \* (\S+)$/;

function timeOf(minute = "", hour = ""): string {
  return `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
}

function dayNumber(text: string): number {
  const named = DAYS.indexOf(text.toLowerCase().slice(0, 3));
  return named >= 0 ? named : Number(text) % 7;
}

/** "mon-fri,0" -> [0, 1, 2, 3, 4, 5]; null for what is no list of days. */
function daysOf(text: string): readonly number[] | null {
  if (text === "*") return EVERY;
  const days = text.split(",").flatMap((part) => {
    const [first = "", last = first] = part.split("-");
    const [from, to] = [dayNumber(first), dayNumber(last)];
    // Around the end of the week, as in fri-mon or 5-7.
    return EVERY.map((step) => (from + step) % 7).slice(0, ((to - from + 7) % 7) + 1);
  });
  return days.every(Number.isInteger) ? EVERY.filter((day) => days.includes(day)) : null;
}

/** Null where its cron expressions say more than that. */
export function plainTimes({ from, to }: Pick<ListedWindow, "from" | "to">): PlainTimes | null {
  const opens = DAILY.exec(from);
  const closes = DAILY.exec(to);
  const days = daysOf(opens?.[3] ?? "");
  if (opens === null || closes?.[3] !== "*" || days === null || days.length === 0) return null;
  return { from: timeOf(opens[1], opens[2]), to: timeOf(closes[1], closes[2]), days };
}

function cronOf(time: string, days: readonly number[]): string {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const names = days.length === 7 ? "*" : days.map((day) => DAYS[day]).join(",");
  return `${minute} ${hour} * * ${names}`;
}

/** It closes daily: closing what is closed does nothing. */
export function cronTimes({ from, to, days }: PlainTimes): Pick<ListedWindow, "from" | "to"> {
  return { from: cronOf(from, days), to: cronOf(to, EVERY) };
}

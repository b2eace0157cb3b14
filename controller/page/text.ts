// Figures and times as people read them. Pure, but for the zone and language of the browser.

import { formatFigure } from "../cli/power-text.ts";

/** 242113 -> ["242.1", "kH/s"]. */
export function rateParts(hashesPerSecond: number): readonly [number: string, unit: string] {
  if (hashesPerSecond >= 1e6) return [(hashesPerSecond / 1e6).toFixed(2), "MH/s"];
  if (hashesPerSecond >= 1000) return [(hashesPerSecond / 1000).toFixed(1), "kH/s"];
  return [hashesPerSecond.toFixed(0), "H/s"];
}

export function rateText(hashesPerSecond: number): string {
  return rateParts(hashesPerSecond).join(" ");
}

/** Joules per hash, as joules per million hashes. */
export function perHashText(joulesPerHash: number | null): string {
  return joulesPerHash === null ? "–" : `${formatFigure(joulesPerHash * 1e6)} J/MH`;
}

/** Largest two units, with room between: "1 h 02 m", "3 m 07 s", "42 s". */
export function spanText(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 48) return `${hours} h ${two(Math.floor((seconds % 3600) / 60))} m`;
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

/** Time of waiting, in the unit that shows it best; "–" where nothing was waited for yet. */
export function waitText(ms: number | null): string {
  if (ms === null) return "–";
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const MINUTE = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const DAY_MS = 86_400_000;

/** "20:13:05"; of another day "Sat 21 Nov, 20:13". */
export function timeText(at: number, now: number): string {
  const date = new Date(at);
  if (Math.abs(now - at) < DAY_MS && date.getDate() === new Date(now).getDate()) {
    return CLOCK.format(date);
  }
  return `${dayText(at)}, ${MINUTE.format(date)}`;
}

export function minuteText(at: number): string {
  return MINUTE.format(at);
}

export function dayText(at: number): string {
  return DAY.format(at).replace(",", "");
}

/** 1 -> "1 Zero", 3 -> "3 Zeros". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** "p1", "p1 and p2", "p1, p2 and p3". */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

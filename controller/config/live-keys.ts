// Which keys a reload applies to a controller that runs; all others wait for a restart.

import { SECTIONS } from "./keys.ts";
import { WINDOW_PREFIX } from "./window-keys.ts";

/** What the decisions are made with, but for what shaped the rig at the start: its seats, and the lines that it found. */
const LIVE_SECTIONS: ReadonlySet<string> = new Set([
  "power",
  "supply",
  "heat",
  "idle",
  "energy",
  "health",
  "jobs",
]);
const AT_START: ReadonlySet<string> = new Set(["power.restore"]);
const LIVE_KEYS: ReadonlySet<string> = new Set([
  "pool.nodes",
  "pool.picker",
  "pool.show_temperature",
  "pool.connect_gap_ms",
  "work.job_patience",
  "work.job_limit_min_ms",
  "work.job_limit_max_ms",
  "log.level",
  "proxy.on_demand",
  "proxy.idle_minutes",
]);

/** Whether a reload applies the key; a window of the schedule is a section of its own, `schedule.NAME`. */
export function isLive(section: string, name: string): boolean {
  const id = `${section}.${name}`;
  if (section.startsWith(WINDOW_PREFIX) || LIVE_KEYS.has(id)) return true;
  return LIVE_SECTIONS.has(section) && !AT_START.has(id);
}

/** Every key but those of windows, as [section, key]. */
export function everyKey(): readonly (readonly [section: string, name: string])[] {
  return Object.entries(SECTIONS).flatMap(([section, { keys }]) =>
    Object.keys(keys).map((name) => [section, name] as const),
  );
}

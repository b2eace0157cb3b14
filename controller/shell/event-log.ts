// Reads the audit of events, the newest first, a page at a time.

import type Database from "better-sqlite3";
import type { RigEvent } from "../core/status.ts";

export interface LoggedEvent extends Omit<RigEvent, "at_ms"> {
  readonly id: number;
}

export interface EventPage {
  readonly events: readonly LoggedEvent[];
  /** Where to go on, as `before`; null where there is no more. */
  readonly next: number | null;
}

export interface EventFilter {
  /** Wall-clock ms: from `since`, before `until`. */
  readonly since: number;
  readonly until: number;
  /** Only those with a smaller id. */
  readonly before: number;
  readonly limit: number;
  /** The deciding loop waits for it: no more rows than this are looked at. */
  readonly looks: number;
  readonly wants: (event: LoggedEvent) => boolean;
}

interface Row extends Omit<LoggedEvent, "detail"> {
  readonly detail: string;
}

/** They come in the order in which they happened; a clock that was set back may put a few later ones before `since`. */
const OLD_IN_A_ROW = 500;

export function readEvents(
  db: Database.Database,
  { since, until, before, limit, looks, wants }: EventFilter,
): EventPage {
  const rows = db
    .prepare<[number], Row>(
      "SELECT id, at, level, ev, slot, why, detail FROM events WHERE id < ? ORDER BY id DESC",
    )
    .iterate(before);
  const events: LoggedEvent[] = [];
  let [looked, old] = [0, 0];
  for (const { detail, ...row } of rows) {
    const at = Date.parse(row.at);
    old = at < since ? old + 1 : 0;
    if (old > OLD_IN_A_ROW) break;
    looked++;
    if (at >= since && at < until) {
      const event: LoggedEvent = { ...row, detail: JSON.parse(detail) as LoggedEvent["detail"] };
      if (wants(event)) events.push(event);
    }
    if (events.length >= limit || looked >= looks) return { events, next: row.id };
  }
  return { events, next: null };
}

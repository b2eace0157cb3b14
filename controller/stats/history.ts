// The rig's events for people: the newest first, each with its kind.

import type { EventFilter, EventPage, LoggedEvent } from "../shell/event-log.ts";
import { type EventKind, kindOf, SHOWN_KINDS } from "./event-kind.ts";

export interface HistoryEvent extends LoggedEvent {
  readonly kind: EventKind;
}

export interface History {
  readonly events: readonly HistoryEvent[];
  /** Where to go on, as `before`; null where there is no more. */
  readonly next: number | null;
}

export interface HistoryQuestion {
  /** ISO 8601: from `since`, before `until`. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly slot?: string | undefined;
  /** Those of a timeline where none is named. */
  readonly kinds?: readonly EventKind[] | undefined;
  readonly limit?: number | undefined;
  readonly before?: number | undefined;
}

export const HISTORY_LIMIT_MAX = 1000;
const HISTORY_LIMIT = 100;
const LOOKS = 20_000;

/** What of the store reads them. */
export interface EventSource {
  readEvents(filter: EventFilter): EventPage;
}

export function historyOf(source: EventSource, question: HistoryQuestion): History {
  const { since, until, slot, kinds = SHOWN_KINDS, limit = HISTORY_LIMIT, before } = question;
  const { events, next } = source.readEvents({
    since: since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since),
    until: until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until),
    before: before ?? Number.MAX_SAFE_INTEGER,
    limit,
    looks: LOOKS,
    wants: (event) => (slot === undefined || event.slot === slot) && kinds.includes(kindOf(event)),
  });
  return { events: events.map((event) => ({ ...event, kind: kindOf(event) })), next };
}

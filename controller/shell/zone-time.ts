// A time zone's clock: what it shows at an instant, and the first instant at which it shows a time or has gone past it.
// A "local" is what the clock shows, in ms, counted as if the zone were UTC.

export interface ZoneTime {
  /** The furthest that the zone's clock has come by then: when an hour repeats, it waits at the hour's end. */
  reached(instantMs: number): number;
  /** The first instant at which the clock shows this local or a later one: in a gap its end, in a repeat the first pass. */
  firstAt(localMs: number): number;
}

const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;
/** Zones lie between 12 hours behind UTC and 14 ahead: within this of a local taken for UTC lies its instant. */
const BEFORE_MS = 15 * HOUR_MS;
const AFTER_MS = 13 * HOUR_MS;
/** No clock was ever put back by more than a day. */
const REPEAT_MAX_MS = 26 * HOUR_MS;

/** Throws a RangeError when there is no such zone. Takes it that no zone changes its offset twice within 28 hours. */
export function zoneTime(zone: string): ZoneTime {
  const fields = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });

  function offsetAt(instantMs: number): number {
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of fields.formatToParts(instantMs)) shown[type] = Number(value);
    const { year = 0, month = 0, day, hour, minute, second } = shown;
    const local = Date.UTC(year, month - 1, day, hour, minute, second);
    return local - Math.floor(instantMs / SECOND_MS) * SECOND_MS;
  }

  /** The instant between the two at which the offset changes. */
  function changeWithin(startMs: number, endMs: number): number {
    const before = offsetAt(startMs);
    let early = Math.floor(startMs / SECOND_MS);
    let late = Math.ceil(endMs / SECOND_MS);
    while (late - early > 1) {
      const middle = Math.floor((early + late) / 2);
      if (offsetAt(middle * SECOND_MS) === before) early = middle;
      else late = middle;
    }
    return late * SECOND_MS;
  }

  return {
    reached(instantMs) {
      const now = offsetAt(instantMs);
      const before = offsetAt(instantMs - REPEAT_MAX_MS);
      if (before <= now) return instantMs + now;
      const change = changeWithin(instantMs - REPEAT_MAX_MS, instantMs);
      return Math.max(instantMs + now, change + before - SECOND_MS);
    },
    firstAt(localMs) {
      const start = localMs - BEFORE_MS;
      const end = localMs + AFTER_MS;
      const before = offsetAt(start);
      const after = offsetAt(end);
      if (before === after) return localMs - before;
      const change = changeWithin(start, end);
      if (localMs - before < change) return localMs - before;
      return Math.max(change, localMs - after);
    },
  };
}

// The windows that hold: those of the file, or those that were set by hand, which are kept in the store until they are taken back.

import { type ListedWindow, listed, parseWindows } from "../config/window-list.ts";
import { comingCeilings, type Interval, until } from "./coming-week.ts";
import { SCHEDULE_DAYS_MAX } from "./control-limits.ts";
import type { Refusal } from "./control-protocol.ts";
import { messageOf } from "./error.ts";
import { ScheduleLane, type ScheduleParts } from "./schedule-lane.ts";
import type { Store } from "./store.ts";
import type { Window } from "./window.ts";

export interface SchedulesParts extends Omit<ScheduleParts, "alarmFailed"> {
  readonly store: Pick<Store, "readWindows" | "writeWindows">;
  /** `[power] ceiling_watts`. */
  readonly configuredWatts: () => number | null;
  readonly note: (ev: string, detail: Readonly<Record<string, string>>) => void;
}

export interface WindowsReport {
  /** Whose windows hold. */
  readonly source: "file" | "stored";
  readonly windows: readonly ListedWindow[];
  /** Those of the file, whichever hold. */
  readonly file: readonly ListedWindow[];
}

export interface ScheduleReport {
  readonly source: WindowsReport["source"];
  /** Without a clock that can be believed there are no intervals, but where no window waits for it: then there is one. */
  readonly clock_set: boolean;
  readonly at: string;
  /** What was asked for, or where the intervals end if there are too many. */
  readonly until: string;
  readonly intervals: readonly Interval[];
}

export type WindowsReply = { readonly ok: true; readonly windows: WindowsReport } | Refusal;
export type ScheduleReply = { readonly ok: true; readonly schedule: ScheduleReport };

const DAY_MS = 86_400_000;
/** What was worked out answers for so long: anybody may ask, and it costs time. */
const FRESH_MS = 60_000;
const WEEK_DAYS = 7;

interface Known {
  readonly watts: number | null;
  readonly at: number;
  readonly report: Promise<ScheduleReport>;
}

export class Schedules {
  readonly #parts: SchedulesParts;
  readonly #lane: ScheduleLane;
  #file: readonly Window[];
  /** Null where the file's hold. */
  #stored: readonly Window[] | null = null;
  /** By how many days it goes ahead: a week, or all that may be asked. Who asks for less is given a part: many cost no more than one. */
  readonly #known = new Map<number, Known>();

  constructor(parts: SchedulesParts) {
    this.#parts = parts;
    this.#file = parts.windows;
    this.#stored = this.#recall();
    this.#lane = new ScheduleLane({
      ...parts,
      windows: this.#windows,
      alarmFailed: (error) => parts.note("schedule.alarm-failed", { error: messageOf(error) }),
    });
  }

  start(): void {
    this.#lane.start();
  }

  stop(): void {
    this.#lane.stop();
  }

  /** Other windows in the file. Those that were set by hand still hold before them. */
  replaceFile(windows: readonly Window[]): void {
    this.#file = windows;
    if (this.#stored === null) this.#hold();
    else this.#parts.note("schedule.file-set-aside", { todo: "`zerorig schedule set --reset`" });
  }

  windows(): WindowsReply {
    const source = this.#stored === null ? "file" : "stored";
    const windows = this.#windows.map(listed);
    return { ok: true, windows: { source, windows, file: this.#file.map(listed) } };
  }

  /** Keeps other windows, and goes by them at once; null goes back to those of the file. */
  set(list: readonly unknown[] | null, reason: string): WindowsReply {
    const { store, clock, note } = this.#parts;
    const parsed = list === null ? null : parseWindows(list, clock.wall().getTime());
    if (parsed !== null && !parsed.ok) {
      return { ok: false, code: "bad-request", error: parsed.error };
    }
    const windows = parsed?.windows ?? null;
    try {
      store.writeWindows(windows && JSON.stringify(windows.map(listed)));
    } catch (error) {
      const text = `the windows could not be written down: ${messageOf(error)}`;
      return { ok: false, code: "failed", error: text };
    }
    this.#stored = windows;
    const names = this.#windows.map(({ name }) => name).join(", ");
    const source = windows === null ? "file" : "stored";
    note("schedule.windows-set", { source, windows: names, reason });
    this.#hold();
    return this.windows();
  }

  /** The ceilings of the coming days, by the windows and `[power] ceiling_watts`; as they were worked out a minute ago at most. */
  async coming(days: number): Promise<ScheduleReply> {
    const { clock, configuredWatts } = this.#parts;
    const watts = configuredWatts();
    const ahead = days <= WEEK_DAYS ? WEEK_DAYS : SCHEDULE_DAYS_MAX;
    let known = this.#known.get(ahead);
    if (known?.watts !== watts || clock.now() - known.at >= FRESH_MS) {
      known = { watts, at: clock.now(), report: this.#workOut(watts, ahead) };
      this.#known.set(ahead, known);
    }
    const report = await known.report;
    const endMs = Math.min(Date.parse(report.at) + days * DAY_MS, Date.parse(report.until));
    const intervals = until(report.intervals, endMs);
    return { ok: true, schedule: { ...report, until: new Date(endMs).toISOString(), intervals } };
  }

  get #windows(): readonly Window[] {
    return this.#stored ?? this.#file;
  }

  #hold(): void {
    this.#known.clear();
    this.#lane.replace(this.#windows);
  }

  async #workOut(watts: number | null, days: number): Promise<ScheduleReport> {
    const { clock, isClockSet } = this.#parts;
    const wall = clock.wall();
    const clockSet = isClockSet(wall);
    const fromMs = wall.getTime();
    const span = { fromMs, untilMs: fromMs + days * DAY_MS };
    const isKnown = clockSet || this.#windows.length === 0;
    const intervals = isKnown ? await comingCeilings(this.#windows, watts, span, nextTurn) : [];
    return {
      source: this.#stored === null ? "file" : "stored",
      clock_set: clockSet,
      at: wall.toISOString(),
      until: intervals.at(-1)?.until ?? new Date(span.untilMs).toISOString(),
      intervals,
    };
  }

  /** What an earlier run kept; null where it kept nothing, or what cannot be understood any more. */
  #recall(): readonly Window[] | null {
    const { store, clock, note } = this.#parts;
    const text = store.readWindows();
    if (text === null) return null;
    const parsed = parseWindows(jsonOf(text), clock.wall().getTime());
    if (parsed.ok) return parsed.windows;
    note("schedule.windows-unreadable", { error: parsed.error, todo: "the file's hold" });
    return null;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

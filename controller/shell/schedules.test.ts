import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ScheduleReading } from "../core/schedule.ts";
import { systemClock } from "./clock.ts";
import { Schedules } from "./schedules.ts";
import type { Window } from "./window.ts";

const night: Window = {
  name: "night",
  from: "0 22 * * *",
  to: "0 6 * * *",
  zone: "UTC",
  watts: 2,
  outsideWatts: 8,
};
const DAY = { name: "day", from: "0 8 * * *", to: "0 20 * * *", zone: "UTC", watts: 3 };

let kept: string | null = null;
let full = false;
let clockSet = true;
let readings: ScheduleReading[] = [];
let notes: string[] = [];
let running: Schedules[] = [];

beforeEach(() => {
  vi.useFakeTimers({
    now: Date.parse("2026-12-01T12:00:00Z"),
    toFake: ["Date", "setTimeout", "performance"],
  });
  [kept, full, clockSet, readings, notes, running] = [null, false, true, [], [], []];
});
afterEach(() => {
  for (const each of running) each.stop();
  vi.useRealTimers();
});

function started(windows: readonly Window[] = [night]): Schedules {
  const schedules = new Schedules({
    windows,
    clock: systemClock,
    isClockSet: () => clockSet,
    post: (event) => {
      if (event.type === "schedule") readings.push(event.reading);
    },
    store: {
      readWindows: () => kept,
      writeWindows: (list) => {
        if (full) throw new Error("disk full");
        kept = list;
      },
    },
    configuredWatts: () => null,
    note: (ev, detail) => notes.push(`${ev} ${JSON.stringify(detail)}`),
  });
  schedules.start();
  running.push(schedules);
  return schedules;
}

const ceilings = () => readings.at(-1)?.ceilings;

test("other windows hold at once, over a restart, and until they are taken back", () => {
  const schedules = started();
  expect(schedules.windows()).toMatchObject({ windows: { source: "file" } });
  expect(schedules.set([DAY], "guests")).toMatchObject({
    ok: true,
    windows: {
      source: "stored",
      windows: [{ ...DAY, outside_watts: null }],
      file: [{ name: "night", outside_watts: 8 }],
    },
  });
  expect(notes).toEqual([
    'schedule.windows-set {"source":"stored","windows":"day","reason":"guests"}',
  ]);
  expect(ceilings()).toEqual([{ name: "day", watts: 3 }]);
  const next = started();
  expect(ceilings()).toEqual([{ name: "day", watts: 3 }]);
  expect(next.set(null, "")).toMatchObject({ windows: { source: "file" } });
  expect(ceilings()).toEqual([{ name: "night", watts: 8 }]);
  expect(kept).toBeNull();
});

test("no windows at all are windows too", () => {
  const schedules = started();
  expect(schedules.set([], "")).toMatchObject({ windows: { source: "stored", windows: [] } });
  expect(ceilings()).toEqual([]);
  expect(started().windows()).toMatchObject({ windows: { source: "stored", windows: [] } });
});

test("what is wrong, or cannot be kept, changes nothing", () => {
  const schedules = started();
  const told = readings.length;
  expect(schedules.set([DAY, { ...DAY, name: "x", zone: "Nowhere" }], "")).toEqual({
    ok: false,
    code: "bad-request",
    error: expect.stringContaining("windows[1].zone: "),
  });
  full = true;
  expect(schedules.set([DAY], "")).toMatchObject({
    code: "failed",
    error: expect.stringContaining("disk full"),
  });
  expect(schedules.windows()).toMatchObject({ windows: { source: "file" } });
  expect(readings).toHaveLength(told);
});

test("other windows in the file wait while those that were set by hand hold", () => {
  const schedules = started();
  schedules.replaceFile([{ ...night, watts: 1, outsideWatts: 7 }]);
  expect(ceilings()).toEqual([{ name: "night", watts: 7 }]);
  schedules.set([DAY], "");
  schedules.replaceFile([]);
  expect(ceilings()).toEqual([{ name: "day", watts: 3 }]);
  expect(notes.at(-1)).toContain("schedule.file-set-aside");
  expect(schedules.windows()).toMatchObject({ windows: { file: [] } });
});

test.each(["{", "[]x", '[{"name":"x"}]', "{}"])(
  "what was kept as %j is not understood: the file's hold",
  (text) => {
    kept = text;
    expect(started().windows()).toMatchObject({ windows: { source: "file" } });
    expect(notes[0]).toContain("schedule.windows-unreadable");
  },
);

test("the coming days follow the windows that hold, and wait for a clock", async () => {
  const schedules = started();
  const days = async (count: number) => (await schedules.coming(count)).schedule;
  const first = await days(1);
  expect(first).toMatchObject({
    source: "file",
    clock_set: true,
    at: "2026-12-01T12:00:00.000Z",
    until: "2026-12-02T12:00:00.000Z",
  });
  expect(first.intervals.map(({ watts }) => watts)).toEqual([8, 2, 8]);
  // Asked again soon, also for more of it, it answers with what it worked out.
  vi.advanceTimersByTime(59_000);
  expect(await days(1)).toEqual(first);
  expect(await days(2)).toMatchObject({ at: first.at, until: "2026-12-03T12:00:00.000Z" });
  vi.advanceTimersByTime(2000);
  expect((await days(31)).until).toBe("2027-01-01T12:01:01.000Z");
  schedules.set([DAY], "");
  expect((await days(1)).intervals.map(({ watts }) => watts)).toEqual([3, null, 3]);
  clockSet = false;
  vi.advanceTimersByTime(61_000);
  expect(await days(1)).toMatchObject({ clock_set: false, intervals: [] });
  // Where there is nothing to open, nobody needs to know the time.
  schedules.set([], "");
  const [only, ...more] = (await days(1)).intervals;
  expect(only).toMatchObject({ watts: null, rule: null, open: [] });
  expect(more).toEqual([]);
});

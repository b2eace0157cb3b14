import { afterEach, beforeEach, expect, type Mock, test, vi } from "vitest";
import type { ScheduleReading } from "../core/schedule.ts";
import { systemClock } from "./clock.ts";
import { ScheduleLane } from "./schedule-lane.ts";
import type { Window } from "./window.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const night: Window = {
  name: "night",
  from: "0 22 * * *",
  to: "0 6 * * *",
  zone: "UTC",
  watts: 2,
  outsideWatts: 8,
};
const noon: Window = { ...night, name: "noon", from: "0 12 * * *", to: "0 13 * * *", watts: null };

let readings: ScheduleReading[] = [];
let believed = true;
let lane: ScheduleLane | null = null;
let printed: readonly Mock[] = [];
const failed = vi.fn();

/** A lane that starts at this time of the wall clock. */
function startAt(wall: string, windows: readonly Window[] = [night]): void {
  vi.setSystemTime(`${wall}Z`);
  lane = new ScheduleLane({
    windows,
    clock: systemClock,
    isClockSet: () => believed,
    post: (event) => {
      if (event.type === "schedule") readings.push(event.reading);
    },
    alarmFailed: failed,
  });
  lane.start();
}

const last = () => readings.at(-1);
/** What somebody does who sets the clock: no timer moves. */
const step = (ms: number) => vi.setSystemTime(Date.now() + ms);

beforeEach(() => {
  vi.useFakeTimers();
  printed = [vi.spyOn(console, "warn"), vi.spyOn(console, "error")];
  readings = [];
  believed = true;
});
afterEach(() => {
  lane?.stop();
  expect(vi.getTimerCount()).toBe(0);
  expect(failed).not.toHaveBeenCalled();
  for (const print of printed) expect(print).not.toHaveBeenCalled();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("tells at once what holds now, and again every 15 s", () => {
  startAt("2026-12-01T23:00:00", [night, noon]);
  expect(readings).toEqual([
    {
      clockSet: true,
      ceilings: [
        { name: "night", watts: 2 },
        { name: "noon", watts: 8 },
      ],
      nextEdgeMs: 7 * HOUR_MS,
      open: ["night"],
    },
  ]);
  vi.advanceTimersByTime(MINUTE_MS);
  expect(readings).toHaveLength(5);
  expect(last()?.nextEdgeMs).toBe(7 * HOUR_MS - MINUTE_MS);
});

test("a window without watts while it is open sets no ceiling then", () => {
  startAt("2026-12-01T12:30:00", [noon]);
  expect(last()).toMatchObject({ ceilings: [], open: ["noon"], nextEdgeMs: 30 * MINUTE_MS });
});

test("does nothing without windows", () => {
  startAt("2026-12-01T23:00:00", []);
  vi.advanceTimersByTime(HOUR_MS);
  expect(readings).toEqual([]);
});

test("tells of each edge in its second, day after day", () => {
  startAt("2026-12-01T21:59:07.300");
  vi.advanceTimersByTime(52_699);
  expect(last()?.open).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(last()).toMatchObject({ open: ["night"], nextEdgeMs: 8 * HOUR_MS });
  vi.advanceTimersByTime(8 * HOUR_MS);
  expect(last()).toMatchObject({ open: [], nextEdgeMs: 16 * HOUR_MS });
  vi.advanceTimersByTime(16 * HOUR_MS);
  expect(last()).toMatchObject({ open: ["night"], nextEdgeMs: 8 * HOUR_MS });
});

test("an edge so near that no alarm is set is seen at the next look", () => {
  startAt("2026-12-01T21:59:59.500");
  expect(last()?.nextEdgeMs).toBe(500);
  vi.advanceTimersByTime(16 * SECOND_MS);
  expect(last()?.open).toEqual(["night"]);
});

test("boot in 1970: no ceiling until the clock is set, then the right one within a second or two", () => {
  believed = false;
  startAt("1970-01-01T00:00:30");
  const unset = { clockSet: false, ceilings: [], nextEdgeMs: null, open: [] };
  expect(last()).toEqual(unset);
  vi.advanceTimersByTime(40 * SECOND_MS);
  expect(last()).toEqual(unset);
  vi.setSystemTime("2026-12-01T23:00:00Z");
  believed = true;
  vi.advanceTimersByTime(SECOND_MS);
  expect(last()).toMatchObject({ clockSet: true, ceilings: [{ name: "night", watts: 2 }] });
});

test("boot with the time of the last shutdown, believed once the step has come", () => {
  believed = false;
  startAt("2026-12-01T23:10:00");
  expect(last()?.ceilings).toEqual([]);
  vi.advanceTimersByTime(20 * SECOND_MS);
  step(9 * HOUR_MS);
  believed = true;
  vi.advanceTimersByTime(SECOND_MS);
  expect(last()).toMatchObject({ open: [], ceilings: [{ name: "night", watts: 8 }] });
});

test("believed with no step: seen at the next look", () => {
  believed = false;
  startAt("2026-12-01T23:00:00");
  believed = true;
  vi.advanceTimersByTime(15 * SECOND_MS);
  expect(last()?.open).toEqual(["night"]);
});

test("a step forward to just before an edge: it comes in time, not hours late", () => {
  startAt("2026-12-01T12:00:00");
  vi.advanceTimersByTime(MINUTE_MS);
  step(9 * HOUR_MS + 57 * MINUTE_MS);
  vi.advanceTimersByTime(SECOND_MS);
  expect(last()?.nextEdgeMs).toBe(2 * MINUTE_MS - SECOND_MS);
  vi.advanceTimersByTime(2 * MINUTE_MS - SECOND_MS);
  expect(last()).toMatchObject({ open: ["night"], nextEdgeMs: 8 * HOUR_MS });
});

test("a step over an edge, forward and back", () => {
  startAt("2026-12-01T21:30:00");
  vi.advanceTimersByTime(5 * SECOND_MS);
  step(HOUR_MS);
  vi.advanceTimersByTime(SECOND_MS);
  expect(last()?.open).toEqual(["night"]);
  step(-2 * HOUR_MS);
  vi.advanceTimersByTime(SECOND_MS);
  expect(last()).toMatchObject({ open: [], nextEdgeMs: 90 * MINUTE_MS - 7 * SECOND_MS });
  vi.advanceTimersByTime(90 * MINUTE_MS - 7 * SECOND_MS);
  expect(last()?.open).toEqual(["night"]);
});

test("a clock that is lost again leaves what was known", () => {
  startAt("2026-12-01T23:00:00");
  vi.setSystemTime(0);
  believed = false;
  vi.advanceTimersByTime(SECOND_MS);
  expect(last()).toEqual({
    clockSet: false,
    ceilings: [{ name: "night", watts: 2 }],
    nextEdgeMs: null,
    open: ["night"],
  });
});

test("two seconds are no step", () => {
  startAt("2026-12-01T23:00:00");
  step(2 * SECOND_MS);
  vi.advanceTimersByTime(SECOND_MS);
  expect(readings).toHaveLength(1);
  step(1);
  vi.advanceTimersByTime(SECOND_MS);
  expect(readings).toHaveLength(2);
});

test("other windows hold at once, and the old ones are forgotten", () => {
  startAt("2026-12-01T23:00:00");
  lane?.replace([noon]);
  expect(last()).toMatchObject({ ceilings: [{ name: "noon", watts: 8 }], open: [] });
  vi.advanceTimersByTime(14 * HOUR_MS);
  expect(last()?.open).toEqual([]);
  expect(readings.some(({ open }) => open.includes("noon"))).toBe(true);
  lane?.replace([]);
  expect(last()).toEqual({ clockSet: true, ceilings: [], nextEdgeMs: null, open: [] });
  const told = readings.length;
  vi.advanceTimersByTime(HOUR_MS);
  expect(readings).toHaveLength(told);
  lane?.replace([night]);
  expect(last()?.ceilings).toEqual([{ name: "night", watts: 8 }]);
});

test("other windows while no clock is set: no ceiling, not that of the old ones", () => {
  startAt("2026-12-01T23:00:00");
  believed = false;
  lane?.replace([noon]);
  expect(last()).toEqual({ clockSet: false, ceilings: [], nextEdgeMs: null, open: [] });
});

test("no windows while no clock is set: nothing waits for it, and nobody is told so for ever", () => {
  startAt("2026-12-01T23:00:00");
  believed = false;
  lane?.replace([]);
  expect(last()).toEqual({ clockSet: true, ceilings: [], nextEdgeMs: null, open: [] });
});

test("once stopped it is silent", () => {
  startAt("2026-12-01T21:59:50");
  lane?.stop();
  vi.advanceTimersByTime(MINUTE_MS);
  expect(readings).toHaveLength(1);
});

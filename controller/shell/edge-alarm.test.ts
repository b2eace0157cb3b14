import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EdgeAlarm } from "./edge-alarm.ts";

const DAY_MS = 86_400_000;
const start = Date.parse("2026-12-01T12:00:00.250Z");
const wake = vi.fn();
const failed = vi.fn();
let alarm = new EdgeAlarm(wake, failed);

beforeEach(() => {
  vi.useFakeTimers({ now: start });
  vi.resetAllMocks();
  alarm = new EdgeAlarm(wake, failed);
});
afterEach(() => {
  alarm.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test.each([
  ["soon", "2026-12-01T12:00:02Z"],
  ["on the last day of a month", "2026-12-31T23:59:59Z"],
  ["in more than 25 days, where one timer does not reach", "2027-02-28T06:30:00Z"],
])("rings once, %s", (_, text) => {
  const at = Date.parse(text);
  alarm.set(at);
  vi.advanceTimersByTime(at - start - 1);
  expect(wake).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(wake).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("a new time takes the place of the old one, the same one changes nothing", () => {
  const at = Date.parse("2026-12-01T18:00:00Z");
  alarm.set(Date.parse("2026-12-01T15:00:00Z"));
  alarm.set(at);
  expect(vi.getTimerCount()).toBe(1);
  // The clock is stepped: a timer that was set anew would ring at another time.
  vi.setSystemTime(start + 3_600_000);
  alarm.set(at);
  vi.advanceTimersByTime(at - start - 1);
  expect(wake).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(wake).toHaveBeenCalledTimes(1);
});

test.each([-DAY_MS, 0, 749])("%d ms ahead is too near", (ahead) => {
  alarm.set(start + ahead);
  expect(vi.getTimerCount()).toBe(0);
});

test("what the callback throws is told, not thrown", async () => {
  const error = new Error("no");
  wake.mockImplementation(() => {
    throw error;
  });
  alarm.set(start + 2 * DAY_MS - 250);
  await vi.advanceTimersByTimeAsync(2 * DAY_MS);
  expect(failed).toHaveBeenCalledWith(error);
});

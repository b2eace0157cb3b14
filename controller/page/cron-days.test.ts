import { expect, it } from "vitest";
import { cronTimes, plainTimes } from "./cron-days.ts";
import { daysOf } from "./schedule-week.ts";

it.each([
  ["0 22 * * *", "0 6 * * *", { from: "22:00", to: "06:00", days: [0, 1, 2, 3, 4, 5, 6] }],
  ["30 7 * * mon-fri", "5 17 * * *", { from: "07:30", to: "17:05", days: [1, 2, 3, 4, 5] }],
  ["0 9 * * 6,7", "0 20 * * *", { from: "09:00", to: "20:00", days: [0, 6] }],
  ["0 9 * * fri-Monday,3", "0 20 * * *", { from: "09:00", to: "20:00", days: [0, 1, 3, 5, 6] }],
])("%s to %s is told in times and days", (from, to, times) => {
  expect(plainTimes({ from, to })).toEqual(times);
});

it.each([
  ["0 22 1 * *", "0 6 * * *"],
  ["0 22 * jan *", "0 6 * * *"],
  ["*/5 22 * * *", "0 6 * * *"],
  ["0 0 22 * * *", "0 6 * * *"],
  ["0 22 * * *", "0 6 * * mon"],
  ["0 22 * * x", "0 6 * * *"],
])("%s to %s stays cron", (from, to) => {
  expect(plainTimes({ from, to })).toBeNull();
});

it("writes what it reads", () => {
  const times = { from: "22:05", to: "06:00", days: [1, 5] };
  expect(cronTimes(times)).toEqual({ from: "5 22 * * mon,fri", to: "0 6 * * *" });
  expect(plainTimes(cronTimes(times))).toEqual(times);
});

it("cuts the week into the days of this place", () => {
  const now = new Date(2026, 10, 21, 15).getTime();
  const interval = (from: Date, until: Date, watts: number) => ({
    from: from.toISOString(),
    until: until.toISOString(),
    watts,
    rule: "night",
    zone: "Europe/Berlin",
    open: ["night"],
  });
  const night = interval(new Date(2026, 10, 21, 18), new Date(2026, 10, 22, 6), 2);
  const [today, tomorrow, ...rest] = daysOf([night], now);
  expect(today).toEqual({
    at: new Date(2026, 10, 21).getTime(),
    stretches: [{ interval: night, start: 0.75, end: 1 }],
  });
  expect(tomorrow?.stretches).toEqual([{ interval: night, start: 0, end: 0.25 }]);
  expect(rest.map(({ stretches }) => stretches.length)).toEqual([0, 0, 0, 0, 0]);
});

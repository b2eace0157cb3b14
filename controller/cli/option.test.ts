import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "./duration.ts";
import {
  duration,
  durationRange,
  hostPort,
  moment,
  oneSlot,
  slotNames,
  wholeNumber,
} from "./option.ts";

test.each([
  ["500ms", 500],
  ["20s", 20_000],
  ["1m30s", 90_000],
  ["1.5s", 1500],
  ["2h", 7_200_000],
  ["0s", 0],
  ["20", null],
  ["-5s", null],
  ["s", null],
  ["1s2", null],
  ["", null],
])("duration %j -> %j", (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test.each([
  [0, "0s"],
  [59_999, "59s"],
  [61_000, "1m01s"],
  [3_725_000, "1h02m"],
  [200_000_000, "2d07h"],
])("%i ms is shown as %s", (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected);
});

test("durations of options are above zero", () => {
  expect(duration("60s")).toBe(60_000);
  expect(() => duration("0s")).toThrow("Expected a duration");
});

test.each(["1000h", "2147483648ms"])("%s is more than a timer holds", (text) => {
  expect(() => duration(text)).toThrow(`"${text}" is too long: 24d20h at most.`);
  expect(duration("2147483647ms")).toBe(2 ** 31 - 1);
});

test("ranges", () => {
  expect(durationRange("5m")).toEqual({ minMs: 300_000, maxMs: 300_000 });
  expect(durationRange("2s-5s")).toEqual({ minMs: 2000, maxMs: 5000 });
  expect(durationRange("3s")).toEqual({ minMs: 3000, maxMs: 3000 });
  for (const text of ["5s-2s", "2s-", "2s-3s-4s", "2-5", "", "20m", "1s-300001ms"]) {
    expect(() => durationRange(text)).toThrow("Expected a range");
  }
});

test("hosts and ports", () => {
  expect(hostPort("pool.example:2811")).toEqual({ host: "pool.example", port: 2811 });
  expect(hostPort("[::1]:1")).toEqual({ host: "::1", port: 1 });
  for (const text of ["host", "host:", ":1", "host:0", "host:65536", "::1:5", "a b:1"]) {
    expect(() => hostPort(text)).toThrow("Expected HOST:PORT");
  }
});

test("whole numbers", () => {
  const parse = wholeNumber(1, 32);
  expect(parse("32")).toBe(32);
  for (const text of ["0", "33", "1.5", "x", "", "1e1", " 2"]) {
    expect(() => parse(text)).toThrow("from 1 to 32");
  }
});

test("slots", () => {
  expect(slotNames(["all"])).toBe("all");
  expect(slotNames(["p3", "p1", "p3"])).toEqual(["p3", "p1"]);
  expect(() => slotNames(["p1", "all"])).toThrow('"all" is no slot');
});

test.each([
  ["1m30s", { sinceStartMs: 90_000 }],
  ["0s", { sinceStartMs: 0 }],
  ["2026-03-01T12:00:05Z", { wallMs: Date.UTC(2026, 2, 1, 12, 0, 5) }],
  ["2026-03-01T13:00:05.250+01:00", { wallMs: Date.UTC(2026, 2, 1, 12, 0, 5, 250) }],
])("moment %j", (text, expected) => {
  expect(moment(text)).toEqual(expected);
});

test.each(["", "12", "noon", "2026", "2026-13-01T00:00:00Z", "-5s"])("%j is no moment", (text) => {
  expect(() => moment(text)).toThrow("Expected a time");
});

test("one slot is one slot", () => {
  expect(oneSlot("p12")).toBe("p12");
  for (const text of ["all", "p0", "p1 p2", ""]) expect(() => oneSlot(text)).toThrow("is no slot");
});

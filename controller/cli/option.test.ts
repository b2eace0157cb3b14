import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "./duration.ts";
import {
  blinkTime,
  difficulty,
  duration,
  durationRange,
  hostPort,
  moment,
  nodeOrAuto,
  oneLine,
  oneSlot,
  slotNames,
  span,
  stratumUrl,
  waitTime,
  watts,
  wattsOrNone,
  wholeNumber,
} from "./option.ts";

test.each([
  ["500ms", 500],
  ["20s", 20_000],
  ["1m30s", 90_000],
  ["1.5s", 1500],
  ["2h", 7_200_000],
  ["7d", 604_800_000],
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

test("difficulties", () => {
  expect(["1e-4", "0.05", "512"].map(difficulty)).toEqual([1e-4, 0.05, 512]);
  for (const text of ["", " ", "0", "-1", "1e13", "x"]) {
    expect(() => difficulty(text)).toThrow("Expected a number");
  }
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

test("Stratum pools", () => {
  const at = { host: "pool.example", port: 3333, name: "" };
  expect(stratumUrl("stratum+tcp://pool.example:3333")).toEqual(at);
  expect(stratumUrl("stratum+ssl://pool.example:3333")).toEqual({ ...at, tls: true });
  for (const text of ["pool.example:3333", "stratum+tcp://", "http://pool.example:3333"]) {
    expect(() => stratumUrl(text)).toThrow("stratum+tcp://");
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
  expect(slotNames(["p2-p4", "p1", "p3"])).toEqual(["p2", "p3", "p4", "p1"]);
  expect(slotNames(["p3-p3"])).toEqual(["p3"]);
  for (const text of ["p3-p1", "p1-", "-p1", "p1-p2-p3", "p1-3", "p0-p2", "p1,p2", ""]) {
    expect(() => slotNames([text])).toThrow("is no slot");
  }
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

test("an LED blinks for ten minutes at most", () => {
  expect(blinkTime("10m")).toBe(600_000);
  expect(() => blinkTime("1h")).toThrow('"1h" is too long: 10 minutes at most.');
});

test("spans last from one ms to 30 days", () => {
  expect(span("2h")).toBe(7_200_000);
  expect(span("30d")).toBe(2_592_000_000);
  expect(() => span("30d1ms")).toThrow('"30d1ms" is too long: 30 days at most.');
  for (const text of ["0s", "2", "soon", "-1h", ""]) {
    expect(() => span(text)).toThrow("Expected a time");
  }
});

test("the time of --wait is no slot", () => {
  expect(waitTime("5s")).toBe(5000);
  expect(() => waitTime("p1")).toThrow("Name the slots before --wait.");
  expect(() => waitTime("all")).toThrow("Name the slots before --wait.");
  expect(() => waitTime("x")).toThrow("Expected a duration");
});

test("watts", () => {
  expect(watts("0")).toBe(0);
  expect(watts("2.5")).toBe(2.5);
  expect(wattsOrNone("none")).toBeNull();
  expect(wattsOrNone("1000")).toBe(1000);
  for (const text of ["-1", "1000.1", "1e2", "Infinity", "NaN", "2,5", ""]) {
    expect(() => wattsOrNone(text)).toThrow("Expected watts from 0 to 1000");
  }
});

test("words for others are one line that leaves their terminal alone", () => {
  const parse = oneLine(8);
  expect(parse(" new fan ")).toBe("new fan");
  for (const text of ["123456789", "a\nb", "\u001b[2J"]) {
    expect(() => parse(text)).toThrow("Expected one line of 8 characters");
  }
});

test("a pool node, or nobody's choice", () => {
  expect(nodeOrAuto("auto")).toBeNull();
  expect(nodeOrAuto("pool.example:2811")).toBe("pool.example:2811");
  for (const text of ["", "Auto", "pool.example", "1.2.3.4:0"]) {
    expect(() => nodeOrAuto(text)).toThrow("Expected a node such as");
  }
});

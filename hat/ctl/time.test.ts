import { expect, it } from "vitest";
import { UsageError } from "./exit.ts";
import { limitMilliseconds, milliseconds } from "./time.ts";

it.each([
  ["2000", 2000],
  ["2000ms", 2000],
  ["1.5s", 1500],
  ["2m", 120_000],
  ["0", 0],
])("reads %s", (text, ms) => {
  expect(milliseconds("--dwell", text)).toBe(ms);
});

it.each(["", "soon", "-1", "2h", "1e3", "86401s"])("refuses %j, and names the flag", (text) => {
  expect(() => milliseconds("--dwell", text)).toThrow(UsageError);
  expect(() => milliseconds("--dwell", text)).toThrow("--dwell takes");
});

it("gives nothing that may take a time no time at all", () => {
  expect(limitMilliseconds("--timeout", "1")).toBe(1);
  expect(() => limitMilliseconds("--timeout", "0s")).toThrow("--timeout takes a time of at least");
});

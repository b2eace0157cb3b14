import { expect, test } from "vitest";
import { parseWeather } from "./weather-option.ts";

test("times are durations, the others odds", () => {
  const text =
    "latency=800ms,jitter=1s,split=.5,coalesce=0.25,reset=0.01,silent=0,drop=1,half-open=0.1";
  expect(parseWeather(text)).toEqual({
    latencyMs: 800,
    jitterMs: 1000,
    split: 0.5,
    coalesce: 0.25,
    reset: 0.01,
    silentJob: 0,
    drop: 1,
    halfOpen: 0.1,
  });
});

test.each([
  "",
  "latency",
  "latency=",
  "latency=5",
  "reset=2",
  "reset=-1",
  "reset=x",
  "rain=1",
  "toString=1",
])("%j is refused", (text) =>
  expect(() => parseWeather(text)).toThrow("there are latency, jitter, split"),
);

import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const names = ["liveness_ms", "suspect_dwell_ms", "host", "port"];

test.each([
  ["livenes_ms", "liveness_ms"],
  ["LIVENESS_MS", "liveness_ms"],
  ["liveness_sm", "liveness_ms"],
  ["prot", "port"],
  ["suspect_dwel", "suspect_dwell_ms"],
  ["suspectdwell_ms", "suspect_dwell_ms"],
  ["colour", null],
  ["", null],
])("%s -> %s", (typed, expected) => {
  expect(nearest(typed, names)).toBe(expected);
});

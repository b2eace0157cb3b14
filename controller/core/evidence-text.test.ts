import { expect, it } from "vitest";
import { seconds } from "./evidence-text.ts";

it.each([
  [-5, "0.0 s"],
  [90_000, "90.0 s"],
  [599_900, "599.9 s"],
  [600_000, "10 min"],
  [35_999_000, "599 min"],
  [659_000, "10 min"],
  [36_000_000, "10 h"],
  [39_500_000, "10 h"],
])("%i ms is %s", (ms, text) => {
  expect(seconds(ms)).toBe(text);
});

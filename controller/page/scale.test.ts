import { expect, it } from "vitest";
import { topOf } from "./scale.ts";

it.each([
  [[], 1],
  [[0, null], 1],
  [[100, null, 300, undefined, 200], 336],
  // The newest is the highest.
  [[100, 1000], 1120],
])("of %j ends at %d", (rates, top) => {
  expect(topOf(rates)).toBeCloseTo(top);
});

// Tiers: where the pool moves us, and no further.

import { expect, test } from "vitest";
import { kindOf, movedTier, TIERS } from "./codec-reason.ts";

test("a tier moves by one where the pool says so, and ends at the ends", () => {
  expect(movedTier("LOW", kindOf("Too low starting difficulty"))).toBe("MEDIUM");
  expect(movedTier("MEDIUM", kindOf("Too high starting difficulty"))).toBe("LOW");
  expect(movedTier("LOW", kindOf("Too high starting difficulty"))).toBe("LOW");
  expect(movedTier("EXTREME", kindOf("Too low starting difficulty"))).toBe("EXTREME");
  for (const reason of ["Too low difficulty", "Incorrect result", null]) {
    expect(movedTier("NET", kindOf(reason))).toBe("NET");
  }
});

test("no tier of a microcontroller is among them", () => {
  expect(TIERS.filter((tier) => /AVR|ESP|MEGA|ARM|DUE/.test(tier))).toEqual([]);
});

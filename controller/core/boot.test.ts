import { describe, expect, it } from "vitest";
import { mining } from "../../test/sim/scene.ts";
import { bootGraceMs, bootsInGrace } from "./boot.ts";

const world = mining();
const ready = world.slot("p1");

describe("a boot", () => {
  it.each([
    [[], 0, 0],
    [[], 90_000, 90_000],
    [[60_000], 90_000, 90_000],
    [[10_000, 80_000, 20_000], 90_000, 120_000],
  ])("has a grace after boots of %o with %i ms configured: %i ms", (bootMs, given, then) => {
    expect(bootGraceMs({ ...ready, bootMs }, given)).toBe(then);
  });

  it.each([
    ["on a moment ago", { onAt: 1000 }, 90_999, true],
    ["on for its grace", { onAt: 1000 }, 91_000, false],
    ["on for the grace of its slow boots", { onAt: 1000, bootMs: [80_000] }, 120_999, true],
    ["on, and heard since", { onAt: 1000, heardAt: 1000 }, 1001, false],
    ["heard before that only", { onAt: 1000, heardAt: 999 }, 1001, true],
    ["whose boot ended", { onAt: 1000, heardAt: 999, bootPending: false }, 1001, false],
    [
      "found on, and never heard",
      { onAt: 1000, bootPending: false, bootMs: [80_000] },
      90_999,
      true,
    ],
    ["found on for the grace", { onAt: 1000, bootPending: false, bootMs: [80_000] }, 91_000, false],
  ])("may go on for a Zero %s", (_, changes, now, boots) => {
    const slot = { ...ready, bootPending: true, bootMs: [], heardAt: -Infinity, ...changes };
    expect(bootsInGrace(slot, { ...world.policy, bootGraceMs: 90_000 }, now)).toBe(boots);
  });
});

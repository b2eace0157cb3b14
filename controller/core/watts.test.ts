// The model of what Zeros draw, and what fits under a ceiling.

import { describe, expect, it } from "vitest";
import { mining } from "../../test/sim/scene.ts";
import type { Ceiling } from "./ceiling.ts";
import type { ZeroModel } from "./policy.ts";
import type { Phase, Slot } from "./slot.ts";
import { exceedsCeiling, fitsCeiling, slotWatts } from "./watts.ts";

const [ready] = mining({ zeros: 1 }).state.slots as [Slot];

/** From the sources that watts.ts names; a Zero 2 W draws four cores' worth. */
const DRAWS: [ZeroModel, number, number, number][] = [
  // model, idle, hashing, starting
  ["zero", 0.5, 1.0, 1.4],
  ["zero-w", 0.65, 1.2, 1.6],
  ["zero-2-w", 0.7, 2.4, 2.8],
];

describe.each(DRAWS)("a %s", (model, idle, hashing, starting) => {
  const phases: [Phase, number][] = [
    ["Off", 0],
    ["Quarantined", 0],
    ["PoweringOn", starting],
    ["Booting", starting],
    ["Ready", hashing],
    ["Degraded", hashing],
    ["Unknown", idle],
    ["Suspect", idle],
    ["Remediating", idle],
    ["PoweringOff", idle],
    ["Fault", idle],
  ];
  it.each(phases)("in %s draws %f W", (phase, watts) => {
    expect(slotWatts({ ...ready, phase }, model)).toBe(watts);
  });

  it.each(["Off", "PoweringOn", "Fault"] as const)(
    "in %s may have been started by a write that was reported as failed",
    (phase) => {
      const failed = { ...ready, phase, line: "off", usb: "absent", written: "on" } as const;
      expect(slotWatts(failed, model)).toBe(starting);
    },
  );

  it.each(["Unknown", "PoweringOff", "Fault"] as const)(
    "in %s draws nothing once it is proved to be off",
    (phase) => {
      const off = { ...ready, phase, line: "off" } as const;
      expect(slotWatts({ ...off, usb: "absent" }, model)).toBe(0);
      expect(slotWatts({ ...off, usb: "unknown" }, model)).toBe(0);
      expect(slotWatts({ ...off, usb: "present" }, model)).toBe(idle);
    },
  );
});

function ceiling(watts: number, zeros = Number.POSITIVE_INFINITY): Ceiling {
  return { watts, wattsBy: "configured", zeros };
}

function slots(...phases: Phase[]): Slot[] {
  return phases.map((phase) => ({ ...ready, phase }));
}

const NONE = Number.POSITIVE_INFINITY;

describe("one more Zero", () => {
  const table: [Phase[], Ceiling, boolean][] = [
    [[], ceiling(1.4), true],
    [[], ceiling(1.39), false],
    [["Ready"], ceiling(2.4), true],
    [["Ready"], ceiling(2.39), false],
    // An idle one may begin to hash.
    [["Suspect"], ceiling(2.4), true],
    [["Suspect"], ceiling(2.39), false],
    [["Booting", "Ready"], ceiling(3.8), true],
    [["Booting", "Ready"], ceiling(3.79), false],
    [["Off", "Off"], ceiling(1.4), true],
    [["Ready", "Off"], ceiling(NONE, 2), true],
    [["Ready", "Ready"], ceiling(NONE, 2), false],
    [["Ready"], ceiling(1, 2), false],
    [["Ready", "Ready", "Ready"], ceiling(NONE), true],
  ];
  it.each(table)("beside %o under %o fits: %s", (phases, limit, fits) => {
    expect(fitsCeiling(slots(...phases), "zero", limit)).toBe(fits);
  });
});

describe("what has power", () => {
  const table: [Phase[], Ceiling, boolean][] = [
    [["Ready", "Ready"], ceiling(2), false],
    [["Ready", "Ready"], ceiling(1.99), true],
    [["Booting"], ceiling(1.39), true],
    [["Ready", "Ready"], ceiling(NONE, 2), false],
    [["Ready", "Ready"], ceiling(NONE, 1), true],
    [["Ready", "Ready"], ceiling(NONE), false],
  ];
  it.each(table)("%o under %o is too much: %s", (phases, limit, exceeds) => {
    expect(exceedsCeiling(slots(...phases), "zero", limit)).toBe(exceeds);
  });
});

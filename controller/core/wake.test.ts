// When the core is looked at again: at the nearest deadline, and never later than in a second.

import { describe, expect, it } from "vitest";
import { mining, withSlot } from "../../test/sim/scene.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import { wakeAt } from "./wake.ts";

const NOW = 1_000_000;

/** A rig in which nothing is due. */
function quiet(): RigState {
  const { state } = mining({ zeros: 1 });
  const never = {
    until: Number.POSITIVE_INFINITY,
    retryAt: 0,
    restUntil: 0,
    heardAt: 0,
    task: null,
    offAt: 0,
  };
  const rig = withSlot(state, "p1", never);
  const seats = rig.seats.map((seat) => ({ ...seat, retryAt: 0 }));
  return { ...rig, seats, lastOnAt: 0, lastConnectAt: 0 };
}

describe("the next look", () => {
  const { livenessMs, offDwellMs, staggerMs, poolConnectGapMs } = quiet().policy;
  const task = { jobId: "x", seat: "p1", link: 1 };
  const slots: [string, Partial<Slot>, number][] = [
    ["nothing is due", {}, 1000],
    ["a deadline", { until: NOW + 300 }, 300],
    ["a deadline of now", { until: NOW }, 1000],
    ["a deadline that has passed", { until: NOW - 1 }, 1000],
    ["a deadline so near that it would spin the loop", { until: NOW + 3 }, 20],
    ["a deadline beyond the next look", { until: NOW + 1001 }, 1000],
    ["a second try", { retryAt: NOW + 300 }, 300],
    ["the end of a rest", { restUntil: NOW + 300 }, 300],
    ["the end of liveness", { heardAt: NOW + 300 - livenessMs }, 300],
    ["the end of a job", { task: { ...task, until: NOW + 300 } }, 300],
    ["the end of the dwell", { phase: "Off", offAt: NOW + 300 - offDwellMs }, 300],
    ["a dwell of a slot that is on", { phase: "Ready", offAt: NOW + 300 - offDwellMs }, 1000],
    ["the nearer of two", { until: NOW + 400, retryAt: NOW + 300 }, 300],
  ];
  it.each(slots)("with %s: %o", (_, changes, inMs) => {
    expect(wakeAt(withSlot(quiet(), "p1", changes), NOW)).toBe(NOW + inMs);
  });

  const rigs: [string, Partial<RigState>][] = [
    ["the stagger of power-ons", { lastOnAt: NOW + 300 - staggerMs }],
    ["the gap of pool connections", { lastConnectAt: NOW + 300 - poolConnectGapMs }],
  ];
  it.each(rigs)("comes at the end of %s", (_, changes) => {
    expect(wakeAt({ ...quiet(), ...changes }, NOW)).toBe(NOW + 300);
  });

  it("comes when a seat may connect again", () => {
    const rig = quiet();
    const seats = rig.seats.map((seat) => ({ ...seat, retryAt: NOW + 300 }));
    expect(wakeAt({ ...rig, seats }, NOW)).toBe(NOW + 300);
  });
});

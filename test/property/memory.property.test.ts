// What is remembered of the rig: times as ages, at whatever time the next controller starts.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokensAt } from "../../controller/core/bucket.ts";
import { memoryOf, NOTHING_REMEMBERED, rigMemoryOf } from "../../controller/core/memory.ts";
import type { Slot } from "../../controller/core/slot.ts";
import { initialState, type RigState } from "../../controller/core/state.ts";
import { NOW, rigs } from "./rigs.ts";
import { holds } from "./runs.ts";

const later = fc.nat({ max: 1e6 });

/** The state of a controller that starts then, on what this one wrote down at `NOW`. */
function successor({ policy, slots, ...rig }: RigState, now: number): RigState {
  const memories = slots.map((slot) => [slot.id, memoryOf(slot, NOW, 7)] as const);
  const written = { rig: rigMemoryOf({ policy, ...rig }, NOW), slots: memories };
  const read: typeof written = JSON.parse(JSON.stringify(written));
  const remembered = { ...NOTHING_REMEMBERED, rig: read.rig, slots: new Map(read.slots) };
  const shape = { slots: slots.map(({ id }) => id), hostWorkers: 0 };
  return initialState(shape, policy, remembered, now);
}

describe("the memory of a rig", () => {
  it("gives what ends by itself the time that it had left, and none to what was over", () => {
    holds([rigs, later], (rig, at) => {
      const next = successor(rig, at);
      const left = (until: number, now: number) => Math.max(0, until - now);
      for (const key of ["pause", "override", "external"] as const) {
        const [before, after] = [rig[key], next[key]];
        expect(after === null).toBe(before === null);
        if (before === null || after === null) continue;
        expect(left(after.until, at)).toBe(left(before.until, NOW));
        // Who it was and what was said, whenever it began anew.
        const { until: _, ...said } = { ...before, ...("since" in before && { since: at }) };
        expect(after).toMatchObject(said);
      }
      for (const [index, slot] of next.slots.entries()) {
        const before = rig.slots[index] as Slot;
        expect(left(slot.demandUntil, at)).toBe(left(before.demandUntil, NOW));
        if (before.hold === null) expect(slot.hold).toBeNull();
        else expect(left(slot.hold?.until ?? 0, at)).toBe(left(before.hold.until, NOW));
      }
    });
  });

  it("makes nothing younger nor older", () => {
    holds([rigs, later, fc.boolean()], (given, at, quiet) => {
      const underVoltageAt = quiet ? Number.NEGATIVE_INFINITY : given.underVoltageAt;
      const rig = { ...given, underVoltageAt };
      const next = successor(rig, at);
      expect(at - next.underVoltageAt).toBe(NOW - underVoltageAt);
      expect(next.brownOut?.zeros).toBe(rig.brownOut?.zeros);
      const unchanged = rig.brownOut && NOW - rig.brownOut.changedAt;
      expect(next.brownOut && at - next.brownOut.changedAt).toBe(unchanged);
      for (const [index, { movedAt }] of next.slots.entries()) {
        expect(at - movedAt).toBe(NOW - (rig.slots[index] as Slot).movedAt);
      }
    });
  });

  it("keeps automation's own stop, gives it no power action more, and begins no storm as a long one", () => {
    holds([rigs, later], (rig, at) => {
      const { halted, storm, switches } = successor(rig, at);
      const { switchBurst, switchesPerMinute } = rig.policy;
      const tokens = (of: typeof switches, now: number) =>
        tokensAt(of, switchBurst, switchesPerMinute, now);
      expect(halted).toBe(rig.halted);
      expect(tokens(switches, at)).toBe(tokens(rig.switches, NOW));
      expect(storm.state).toBe(rig.storm.state);
      if (storm.state === "storm") expect(storm).toMatchObject({ since: at, alerted: false });
      if (storm.state !== "cooldown" || rig.storm.state !== "cooldown") return;
      expect(storm.until - at).toBe(Math.max(0, rig.storm.until - NOW));
    });
  });
});

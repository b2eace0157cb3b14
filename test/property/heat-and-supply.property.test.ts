// Heat and a failing supply: taken at once, left slowly, whatever the thermometer and the voltage do.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Draft, draftOf } from "../../controller/core/draft.ts";
import { judgeHeat, restAfter } from "../../controller/core/heat.ts";
import { DEFAULT_POLICY } from "../../controller/core/policy.ts";
import type { HeatStep, Slot } from "../../controller/core/slot.ts";
import type { RigState } from "../../controller/core/state.ts";
import { onUnderVoltage, recoverFromBrownOut } from "../../controller/core/supply.ts";
import { NOW, rigs } from "./rigs.ts";
import { holds } from "./runs.ts";

const { heatDutyC, heatStopC, heatOffC, heatHysteresisC, heatHoldMs, heatOffMs } = DEFAULT_POLICY;
const BEGINS = [Number.NEGATIVE_INFINITY, heatDutyC, heatStopC, heatOffC, 200] as const;

const steps = fc.constantFrom<HeatStep>(0, 1, 2, 3);
const degrees = fc.integer({ min: 60, max: 95 });
const pauses = fc.constantFrom(0, 2000, 59_999, heatHoldMs, heatOffMs);

/** The first slot after this temperature, so long after it was last as hot as its step. */
function heatedTo(rig: RigState, given: Partial<Slot>, tempC: number | null, now: number): Slot {
  const [slot] = rig.slots as readonly [Slot];
  const begun = { ...slot, ...given };
  return judgeHeat(draftOf({ ...rig, slots: [begun] }, now), begun, tempC);
}

describe("heat", () => {
  it("that is more is never a lower step, and never a lower one than it asks for", () => {
    holds([rigs, steps, pauses, degrees, degrees], (rig, heat, wait, one, two) => {
      const at = (tempC: number) => heatedTo(rig, { heat, heatAt: NOW - wait }, tempC, NOW).heat;
      expect(at(Math.max(one, two))).toBeGreaterThanOrEqual(at(Math.min(one, two)));
      expect(one).toBeLessThan(BEGINS[at(one) + 1] as number);
    });
  });

  it("that wiggles within a band changes no step, however long", () => {
    const wiggles = fc.array(fc.tuple(pauses, fc.double({ min: 0, max: 1, noNaN: true })));
    holds([rigs, fc.constantFrom<HeatStep>(1, 2, 3), wiggles], (rig, heat, parts) => {
      const low = (BEGINS[heat] as number) - heatHysteresisC;
      const room = (BEGINS[heat + 1] as number) - low;
      let now = NOW;
      let slot = heatedTo(rig, { heat, heatAt: now }, low, now);
      for (const [wait, part] of parts) {
        now += wait;
        slot = heatedTo(rig, slot, low + part * room * 0.999, now);
        expect(slot.heat).toBe(heat);
      }
    });
  });

  it("falls by one step in its time at most, and a sensor that went away never makes it rise", () => {
    const readings = fc.array(fc.tuple(pauses, fc.option(degrees, { nil: null })));
    holds([rigs, steps, readings], (rig, heat, read) => {
      let now = NOW;
      let changedAt = now;
      let slot = heatedTo(rig, { heat, heatAt: now }, null, now);
      for (const [wait, tempC] of read) {
        now += wait;
        const before = slot.heat;
        slot = heatedTo(rig, slot, tempC, now);
        if (tempC === null) expect(slot.heat).toBeLessThanOrEqual(before);
        if (slot.heat < before) {
          expect(slot.heat).toBe(before - 1);
          expect(now - changedAt).toBeGreaterThanOrEqual(tempC === null ? heatOffMs : heatHoldMs);
        }
        if (slot.heat !== before) changedAt = now;
      }
    });
  });

  it("lets a Zero at the first step work half of the time at most, and keeps no other from work", () => {
    const jobs = fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1 });
    holds([rigs, steps, jobs], ({ slots: [given] }, heat, lengths) => {
      let slot = { ...(given as Slot), heat, restUntil: NOW };
      let now = NOW;
      let worked = 0;
      for (const ms of lengths) {
        now = Math.max(now, slot.restUntil) + ms;
        worked += ms;
        slot = { ...slot, restUntil: restAfter(slot, ms, now) };
      }
      expect(Math.max(now, slot.restUntil) - NOW).toBe(heat === 1 ? 2 * worked : worked);
    });
  });
});

describe("trust in the supply", () => {
  const { brownOutQuietMs, brownOutShedMs } = DEFAULT_POLICY;
  const events = fc.array(
    fc.record({
      wait: fc.constantFrom(0, 1000, brownOutShedMs, 20_000, brownOutQuietMs),
      sags: fc.boolean(),
    }),
    { minLength: 5, maxLength: 60 },
  );

  /** Which Zeros are left when what is not trusted was shed, the last first. */
  function obey({ rig }: Draft): RigState {
    const zeros = rig.brownOut?.zeros ?? rig.slots.length;
    const slots = rig.slots.map(
      (slot, index): Slot => ({
        ...slot,
        phase: index < zeros ? "Ready" : "Off",
        line: index < zeros ? "on" : "off",
        offAt: 0,
      }),
    );
    return { ...rig, slots };
  }

  it("falls by one in its time while it sags, grows by one in a quiet time, and is never for more than all", () => {
    holds([rigs, events, fc.boolean()], (given, told, obeys) => {
      let rig: RigState = obey(draftOf({ ...given, brownOut: null, underVoltageAt: 0 }, NOW));
      const all = rig.slots.length;
      let now = NOW;
      let changedAt = 0;
      let saggedAt = 0;
      for (const { wait, sags } of told) {
        now += wait;
        const draft = draftOf(rig, now);
        const before = rig.brownOut;
        if (sags) onUnderVoltage(draft);
        else recoverFromBrownOut(draft);
        const { brownOut } = draft.rig;
        const [had, has] = [before?.zeros ?? all, brownOut?.zeros ?? all];
        expect(has).toBeLessThanOrEqual(all);
        expect(has).toBeGreaterThanOrEqual(0);
        if (sags) {
          saggedAt = now;
          expect(has).toBeLessThanOrEqual(had);
          expect(brownOut).not.toBeNull();
        }
        if (has > had) expect(now - saggedAt).toBeGreaterThanOrEqual(brownOutQuietMs);
        if (has > had) expect(now - changedAt).toBeGreaterThanOrEqual(brownOutQuietMs);
        if (has < had) expect(now - changedAt).toBeGreaterThanOrEqual(brownOutShedMs);
        expect(Math.abs(has - had)).toBeLessThanOrEqual(1);
        // What is remembered of it is never behind.
        const saved = draft.effects.filter(({ type }) => type === "save-rig").length;
        if (has !== had || (before === null) !== (brownOut === null)) expect(saved).toBe(1);
        if (before === null || has !== had) changedAt = now;
        rig = obeys ? obey(draft) : draft.rig;
      }
    });
  });

  it("is whole again after so many quiet times as it has Zeros, and not before it has been quiet for one", () => {
    holds([rigs, fc.nat({ max: 5 })], (given, missing) => {
      const all = given.slots.length;
      const zeros = Math.max(0, all - 1 - missing);
      let rig: RigState = { ...given, brownOut: { zeros, changedAt: NOW }, underVoltageAt: NOW };
      let now = NOW;
      let times = 0;
      while (rig.brownOut !== null) {
        for (const early of [1, 0]) {
          const draft = draftOf(rig, now + brownOutQuietMs - early);
          recoverFromBrownOut(draft);
          if (early === 1) expect(draft.rig.brownOut).toEqual(rig.brownOut);
          else rig = draft.rig;
        }
        now += brownOutQuietMs;
        times++;
      }
      expect(times).toBe(all - zeros);
    });
  });
});

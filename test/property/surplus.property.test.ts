// Who is too much: nobody more than it takes, and nobody whom a person holds but for heat and a failing supply.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ceilingOf } from "../../controller/core/ceiling.ts";
import { draftOf } from "../../controller/core/draft.ts";
import { shedPower } from "../../controller/core/shed.ts";
import { isUp, type Slot } from "../../controller/core/slot.ts";
import { type Surplus, surpluses } from "../../controller/core/surplus.ts";
import { exceedsCeiling } from "../../controller/core/watts.ts";
import { frozen } from "./frozen.ts";
import { NOW, rigs } from "./rigs.ts";
import { holds } from "./runs.ts";

function keepsPower({ line, phase }: Slot): boolean {
  return line === "on" && phase !== "PoweringOff";
}

function isLimit({ why }: Surplus): boolean {
  return why === "ceiling" || why === "brown-out";
}

describe("the surpluses", () => {
  it("name a Zero once at most, that runs, and none that is on its way off by a person or for good", () => {
    holds([rigs], (rig) => {
      const found = surpluses(frozen(rig), NOW);
      const named = found.map(({ slot }) => slot);
      expect(new Set(named).size).toBe(named.length);
      for (const { slot, why } of found) {
        expect(rig.slots).toContain(slot);
        expect(slot.phase).not.toBe("PoweringOff");
        if (why === "idle" || why === "no-demand") expect(isUp(slot)).toBe(true);
        else {
          expect(slot.line).toBe("on");
          expect(["off", "quarantine"]).not.toContain(slot.intent?.kind);
        }
      }
    });
  });

  it("let go of no Zero that a person holds, that is not up, or in a pause, unless heat or the supply presses", () => {
    holds([rigs], (given) => {
      const policy = { ...given.policy, idleOffMs: 1000, keepUp: 0 };
      const rig = { ...given, policy };
      for (const { slot, why, waitsFor } of surpluses(rig, NOW)) {
        if (waitsFor !== null) continue;
        expect(rig.halted).toBeNull();
        expect(slot.action).toBeNull();
        expect(rig.wrongCards).not.toContain(slot.id);
        if (why === "hot") expect(slot.heat).toBe(3);
        if (why === "hot" || why === "brown-out") continue;
        expect(slot.hold).toBeNull();
        expect(rig.pause).toBeNull();
        expect(isUp(slot)).toBe(true);
      }
    });
  });

  it("leave what fits, or what is on its way already, and would not fit with one of them more", () => {
    holds([rigs], (given) => {
      // Heat takes others besides.
      const slots = given.slots.map((slot): Slot => ({ ...slot, heat: 2 }));
      const rig = { ...given, slots, policy: { ...given.policy, onDemand: [] } };
      const { model } = rig.policy;
      const ceiling = ceilingOf(rig);
      const over = surpluses(rig, NOW).filter(isLimit);
      const named = surpluses({ ...rig, policy: { ...rig.policy, idleOffMs: null } }, NOW);
      expect(named.slice(0, over.length)).toEqual(over);
      const gone = named.map(({ slot }) => slot);
      const rest = slots.filter((slot) => keepsPower(slot) && !gone.includes(slot));
      const last = gone.at(-1);
      if (last !== undefined) expect(exceedsCeiling([...rest, last], model, ceiling)).toBe(true);
      if (!exceedsCeiling(rest, model, ceiling)) return;
      for (const { intent } of rest) expect(["off", "quarantine"]).toContain(intent?.kind);
    });
  });

  it("are never more under a higher ceiling", () => {
    holds([rigs, fc.nat({ max: 9 }), fc.nat({ max: 9 })], (rig, watts, more) => {
      const at = (ceilingWatts: number) => {
        const policy = { ...rig.policy, ceilingWatts, idleOffMs: null, onDemand: [] };
        const found = surpluses({ ...rig, policy, override: null, external: null }, NOW);
        return found.map(({ slot }) => slot.id);
      };
      const [low, high] = [at(watts), at(watts + more)];
      for (const id of high) expect(low).toContain(id);
    });
  });

  it("name first who may go, the newest first, and spare the idle that are to stay up", () => {
    holds([rigs], (rig) => {
      const found = surpluses(rig, NOW);
      for (const why of ["hot", "ceiling", "idle"] as const) {
        const own = found.filter((surplus) => surplus.why === why);
        const may = own.map(({ waitsFor }) => waitsFor === null);
        expect(may).toEqual(may.toSorted((a, b) => Number(b) - Number(a)));
        for (const free of [true, false]) {
          const ons = own.filter((_, index) => may[index] === free).map(({ slot }) => slot.onAt);
          expect(ons).toEqual(ons.toSorted((a, b) => b - a));
        }
      }
      if (!found.some(({ why }) => why === "idle")) return;
      // Who waits for something else than sleep is up still.
      const gone = found.filter(({ why, waitsFor }) => why === "idle" || waitsFor === null);
      const left = rig.slots.filter((slot) => gone.every((each) => each.slot !== slot));
      const up = left.filter(isUp);
      expect(up.length).toBeGreaterThanOrEqual(rig.policy.keepUp);
    });
  });

  it("of a rig without heat, limits and idleness are none", () => {
    holds([rigs], (given) => {
      const policy = { ...given.policy, ceilingWatts: null, idleOffMs: null, onDemand: [] };
      const slots = given.slots.map((slot): Slot => ({ ...slot, heat: 2 }));
      const rig = { ...given, policy, slots, brownOut: null, override: null, external: null };
      expect(surpluses(rig, NOW)).toEqual([]);
    });
  });
});

describe("a pass of the standing rules", () => {
  it("begins with the first that each rule names, marks it with the rule, and leaves the others as they were", () => {
    holds([rigs], (rig) => {
      const draft = draftOf(frozen(rig), NOW);
      const named = surpluses(rig, NOW).filter(({ waitsFor }) => waitsFor === null);
      shedPower(draft);
      const begun = draft.effects.filter(({ type }) => type === "write-intent");
      expect(begun.length).toBeLessThanOrEqual(4);
      const [first] = named;
      if (first !== undefined) expect(begun.length).toBeGreaterThan(0);
      for (const [index, slot] of draft.rig.slots.entries()) {
        const before = rig.slots[index] as Slot;
        const mine = begun.filter((effect) => "slot" in effect && effect.slot === slot.id);
        expect(mine.length).toBeLessThanOrEqual(1);
        if (mine.length === 0) {
          expect(slot).toBe(before);
          continue;
        }
        expect(named.map((each) => each.slot.id)).toContain(slot.id);
        expect(slot).toMatchObject({
          phase: "PoweringOff",
          shed: { why: slot.why, at: NOW },
          intent: { kind: "off", by: "policy" },
          // It is owed the question; nobody is cut unasked that hears.
          asking: { at: null },
          wanted: before.wanted,
        });
      }
    });
  });
});

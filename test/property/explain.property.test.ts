// What people are told: it changes nothing, it is complete, and it is what automation then does.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ago, evidence, nextStep, seconds } from "../../controller/core/evidence-text.ts";
import { explain, forecast } from "../../controller/core/explain.ts";
import { cutHindrance, onHindrance } from "../../controller/core/permit.ts";
import type { Slot } from "../../controller/core/slot.ts";
import { step } from "../../controller/core/step.ts";
import { surpluses } from "../../controller/core/surplus.ts";
import { frozen } from "./frozen.ts";
import { NOW, rigs } from "./rigs.ts";
import { holds } from "./runs.ts";
import { rested, walk } from "./walks.ts";

const UNITS = { s: 1000, min: 60_000, h: 3_600_000 } as const;

/** The time that the words stand for, and what they may leave out of it. */
function parsed(text: string): { readonly ms: number; readonly within: number } {
  const [, figure, unit] = /^(\d+(?:\.\d)?) (s|min|h)$/.exec(text) as RegExpExecArray;
  const ms = UNITS[unit as keyof typeof UNITS];
  return { ms: Number(figure) * ms, within: unit === "s" ? 51 : ms };
}

describe("a time in words", () => {
  const times = fc.oneof(
    fc.double({ min: 0, max: 1e5, noNaN: true }),
    fc.nat({ max: 2e9 }),
    fc.constantFrom(0, 599_999, 600_000, 35_999_999, 36_000_000),
  );

  it("is as long as the time, to its last figure, and never shorter for what is longer", () => {
    holds([times, times], (one, two) => {
      for (const ms of [one, two]) {
        const said = parsed(seconds(ms));
        expect(Math.abs(ms - said.ms)).toBeLessThanOrEqual(said.within);
        // What is not over yet is not said to be.
        if (said.within > 1000) expect(said.ms).toBeLessThanOrEqual(ms);
      }
      const [short, long] = [Math.min(one, two), Math.max(one, two)];
      expect(parsed(seconds(long)).ms).toBeGreaterThanOrEqual(parsed(seconds(short)).ms);
      expect(ago(NOW - one, NOW)).toBe(`${seconds(NOW - (NOW - one))} ago`);
      expect(parsed(seconds(-long)).ms).toBe(0);
    });
  });
});

describe("an explanation", () => {
  it("has the evidence of its own slot only, with ages that fit", () => {
    holds([rigs], (rig) => {
      for (const slot of rig.slots) {
        const alone = { ...rig, slots: [slot] };
        const text = explain(frozen(rig), slot, NOW);
        expect(text.slot).toBe(slot.id);
        expect(text.evidence).toBe(evidence(alone, slot, NOW));
        expect(text.class).toBe(explain(alone, slot, NOW).class);
        const [, heard, line, usb] = /^heard (.+) ago, line (\w+), USB (\w+), read .+ ago$/.exec(
          text.evidence,
        ) as RegExpExecArray;
        const said = parsed(heard as string);
        expect(Math.abs(NOW - slot.heardAt - said.ms)).toBeLessThanOrEqual(said.within);
        expect(line).toBe(slot.line === "unknown" ? "unread" : slot.line);
        expect(usb).toBe(slot.usb === "unknown" ? "unreadable" : slot.usb);
        expect(text.notes.join()).not.toMatch(/NaN|Infinity|undefined|null|object/);
      }
    });
  });

  it("of what a cut waits for is the permission's, and does not change when the Zero falls silent or its boot is over", () => {
    holds([rigs], (rig) => {
      for (const slot of rig.slots) {
        const said = explain(rig, slot, NOW).cut_waits_for;
        if (NOW - slot.heardAt >= rig.policy.livenessMs) {
          expect(said).toBe(cutHindrance(rig, slot, NOW));
          continue;
        }
        // A Zero that speaks right now and one that spoke a moment ago wait for the same.
        const slots = rig.slots.map((each) => (each === slot ? { ...slot, heardAt: NOW } : each));
        const index = rig.slots.indexOf(slot);
        expect(explain({ ...rig, slots }, slots[index] as Slot, NOW).cut_waits_for).toBe(said);
        expect(said).not.toBe("boots");
      }
    });
  });

  it("names for one that waits what it waits for, in the words of its own fields", () => {
    holds([rigs], (rig) => {
      const all = surpluses(rig, NOW);
      for (const slot of rig.slots) {
        const { next, cut_waits_for, on_waits_for } = explain(rig, slot, NOW);
        const waits = next === null ? undefined : / waits for (\S+)$/.exec(next)?.[1];
        if (slot.phase === "Off") {
          expect(next === null).toBe(slot.wanted === "off");
          if (next !== null) expect(waits ?? null).toBe(on_waits_for);
        } else if (slot.phase === "Remediating" && slot.stage === "power-cycle") {
          const silent = NOW - slot.heardAt >= rig.policy.livenessMs;
          if (silent && cut_waits_for !== "backoff") expect(waits ?? null).toBe(cut_waits_for);
        } else if (next?.startsWith("off (")) {
          const place = all.findIndex((surplus) => surplus.slot === slot);
          expect(waits ?? null).toBe(all[place]?.waitsFor);
          const after = /, after (\w+)$/.exec(next)?.[1];
          const first = all.slice(0, place).find((surplus) => surplus.slot.id === after);
          if (after !== undefined) expect(first?.waitsFor).toBeNull();
        } else if (slot.phase === "Ready" || slot.phase === "Degraded") {
          expect(all.map((surplus) => surplus.slot)).not.toContain(slot);
        }
      }
    });
  });

  it("leaves nobody waiting for nothing when all is done that is due", () => {
    walk(8, (before, { now }) => {
      const rig = rested(before, now);
      expect(forecast(frozen(rig), now).filter(({ does }) => does !== null)).toEqual([]);
      for (const slot of rig.slots) {
        if (slot.wanted === "on" && slot.phase === "Off") {
          expect(onHindrance(rig, slot, now)).not.toBeNull();
        }
        if (slot.phase === "Remediating" && slot.stage === "power-cycle") {
          expect(explain(rig, slot, now).cut_waits_for).not.toBeNull();
        }
      }
    });
  });
});

describe("a forecast", () => {
  it("is what the next tick does, names each slot once, and changes nothing", () => {
    walk(12, (before, { now }) => {
      const said = forecast(frozen(before), now);
      const { state, effects } = step(before, { type: "tick", now });
      expect(said.map(({ slot }) => slot)).toEqual(before.slots.map(({ id }) => id));
      for (const [index, { slot, does, next }] of said.entries()) {
        const done = effects.flatMap((effect) => {
          if (effect.type === "power" && effect.slot === slot) return [effect.to];
          return effect.type === "write-intent" && effect.slot === slot ? [effect.kind] : [];
        });
        for (const what of done) expect(does).toContain(what);
        expect(does === null).toBe(done.length === 0);
        expect(next).toBe(nextStep(state, state.slots[index] as Slot, now));
        expect(next ?? "").not.toMatch(/NaN|Infinity|undefined|null|-\d/);
      }
    });
  });
});

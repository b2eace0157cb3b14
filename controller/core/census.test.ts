// Who counts as meant up, healthy and silent; and what the storm guard makes of the count.

import { describe, expect, it } from "vitest";
import { ofType, reportsOf } from "../../test/sim/effects.ts";
import { mining, withSlot } from "../../test/sim/scene.ts";
import { draftOf } from "./draft.ts";
import type { Slot } from "./slot.ts";
import type { RigState, Storm } from "./state.ts";
import { census, judgeStorm } from "./storm.ts";

const world = mining();
const { now, state } = world;
const ago = (ms: number) => ({ heardAt: now - ms });
const HOLD = { kind: "cordon", reason: "", since: 0, until: Number.POSITIVE_INFINITY } as const;
const CYCLE = {
  id: 1,
  kind: "cycle",
  by: "automation",
  why: "x",
  reason: "",
  durable: true,
} as const;

function counted(changes: Partial<Slot>) {
  const { meant, healthy, silent } = census(withSlot(state, "p1", changes), now);
  return `${meant} ${healthy} ${silent}`;
}

describe("the census", () => {
  const all = "4 4 0";
  const lost = "4 3 0";
  const silent = "4 3 1";
  const outside = "3 3 0";
  const table: [Partial<Slot>, string][] = [
    [{}, all],
    [ago(9999), all],
    [ago(10_000), lost],
    [{ phase: "Degraded" }, all],
    [{ phase: "Booting" }, lost],
    [{ phase: "Unknown" }, lost],
    [{ phase: "Suspect", why: "silent" }, silent],
    [{ phase: "Suspect", why: "boot-overdue" }, silent],
    [{ phase: "Suspect", why: "no-progress" }, lost],
    [{ phase: "Remediating", stage: "power-cycle" }, silent],
    [{ phase: "Remediating", stage: "restart-agent" }, lost],
    [{ phase: "PoweringOff", stage: "cut" }, lost],
    // To be cut for its silence, and not off yet.
    [{ phase: "PoweringOff", stage: "cut", intent: CYCLE }, silent],
    [{ phase: "PoweringOff", stage: "cut", intent: { ...CYCLE, by: "operator" } }, lost],
    [{ phase: "PoweringOff", stage: "cut", intent: CYCLE, tries: 1 }, lost],
    [{ phase: "PoweringOff", stage: "cut", intent: CYCLE, line: "off" }, lost],
    [{ phase: "Booting", intent: CYCLE }, lost],
    [{ phase: "Off", intent: CYCLE }, lost],
    // What is not meant up does not count, once it has said nothing for as long as makes a storm long ...
    ...[
      { phase: "Off", intent: null } as const,
      { wanted: "off" } as const,
      { hold: HOLD },
      { phase: "Quarantined" } as const,
      { phase: "Fault" } as const,
      { shed: { why: "idle", at: 0 } } as const,
    ].flatMap((changes): [Partial<Slot>, string][] => [
      [{ ...changes, ...ago(120_000) }, outside],
      // ... and bears witness until then: well while it is heard, silent after,
      [{ ...changes, ...ago(9999) }, all],
      [{ ...changes, ...ago(10_000) }, silent],
      [{ ...changes, ...ago(119_999) }, silent],
      // unless its line is off, or is being switched off.
      [{ ...changes, line: "off" }, outside],
    ]),
    [{ wanted: "off", phase: "PoweringOff" }, outside],
  ];
  it.each(table)("counts %o as %s", (changes, expected) => {
    expect(counted(changes)).toBe(expected);
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [8, 5],
  ])("of %i asks for %i", (meant, floor) => {
    const [slot] = state.slots;
    const slots = Array.from({ length: meant }, () => slot as Slot);
    expect(census({ ...state, slots }, now)).toMatchObject({ meant, floor });
  });
});

/** A rig in which so many are silent, and so many more are only not there. */
function rig(silent: number, booting: number, storm: Storm): RigState {
  const slots = state.slots.map((slot, index): Slot => {
    if (index < silent) return { ...slot, phase: "Suspect", why: "silent" };
    return index < silent + booting ? { ...slot, phase: "Booting" } : slot;
  });
  return { ...state, resumedAt: Number.NEGATIVE_INFINITY, slots, storm };
}

function judged(given: RigState) {
  const draft = draftOf(given, now);
  judgeStorm(draft);
  const reports = reportsOf(draft.effects).map(({ level, ev, detail }) => [level, ev, detail]);
  // It is written down whenever it begins, cools down or ends.
  const saved = ofType(draft.effects, "save-rig").length;
  expect(saved).toBe(draft.rig.storm.state === given.storm.state ? 0 : 1);
  return { storm: draft.rig.storm, reports };
}

const NORMAL: Storm = { state: "normal" };

describe("a storm", () => {
  const begins: [number, number, boolean][] = [
    // silent, booting, storm
    [1, 0, false],
    [1, 1, false], // below the floor, but only one is silent
    [1, 3, false],
    [2, 0, true],
    [2, 2, true],
    [4, 0, true],
    [0, 4, false],
  ];
  it.each(begins)("with %i silent and %i booting: %s", (silent, booting, expected) => {
    const { storm } = judged(rig(silent, booting, NORMAL));
    expect(storm).toEqual(expected ? { state: "storm", since: now, alerted: false } : NORMAL);
  });

  it("says how many it found", () => {
    expect(judged(rig(2, 1, NORMAL)).reports).toEqual([
      ["warn", "storm.begin", { healthy: 1, meant: 4, silent: 2 }],
    ]);
  });

  it("cools down once enough are well, and says so", () => {
    const { storm, reports } = judged(rig(1, 0, { state: "storm", since: 0, alerted: true }));
    expect(storm).toEqual({ state: "cooldown", until: now + 30_000 });
    expect(reports).toEqual([["info", "storm.cooldown", { healthy: 3, meant: 4 }]]);
  });

  it.each([
    [119_999, false],
    [120_000, true],
  ])("that lasted %i ms is long: %s", (lasted, long) => {
    const storm = { state: "storm", since: now - lasted, alerted: false } as const;
    const after = judged(rig(2, 0, storm));
    expect(after.storm).toEqual({ ...storm, alerted: long });
    const detail = { healthy: 2, meant: 4, todo: expect.stringContaining("USB cable") };
    expect(after.reports).toEqual(long ? [["error", "storm.long", detail]] : []);
  });

  it("is not made long by a standstill of ours", () => {
    const storm = { state: "storm", since: now - 500_000, alerted: false } as const;
    const resumed = { ...rig(2, 0, storm), resumedAt: now - 119_999 };
    expect(judged(resumed)).toEqual({ storm, reports: [] });
  });

  it("is called long once", () => {
    const storm = { state: "storm", since: 0, alerted: true } as const;
    expect(judged(rig(2, 0, storm))).toEqual({ storm, reports: [] });
  });

  it.each([
    [1, { state: "cooldown", until: now + 1 }, []],
    [0, NORMAL, [["info", "storm.end", {}]]],
  ])("whose cool-down has %i ms left is then %o", (left, storm, reports) => {
    expect(judged(rig(1, 0, { state: "cooldown", until: now + left }))).toEqual({ storm, reports });
  });

  it("begins anew out of a cool-down that is over", () => {
    expect(judged(rig(2, 0, { state: "cooldown", until: now })).storm.state).toBe("storm");
  });
});

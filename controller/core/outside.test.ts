// What the outside says of power: kept until its time is over, told when it changes, remembered.

import { describe, expect, it } from "vitest";
import { ofType, reportsOf } from "../../test/sim/effects.ts";
import { mining } from "../../test/sim/scene.ts";
import { onDemand } from "./demand.ts";
import { draftOf } from "./draft.ts";
import { memoryOf, rigMemoryOf } from "./memory.ts";
import { expireExternal, onExternalCeiling, onSchedule } from "./observe-power.ts";
import { cutHindrance, cyclesLeft, maySwitch, onHindrance } from "./permit.ts";
import type { ScheduleReading } from "./schedule.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

const world = mining();
const { now } = world;
const state: RigState = { ...world.state, linkServerProvedAt: now, lastOnAt: 0 };
const SUN = { watts: 3, source: "sun", until: now + 500 };
const NEVER = Number.POSITIVE_INFINITY;

describe("a number from outside", () => {
  function told(before: RigState["external"]) {
    const draft = draftOf({ ...state, external: before }, now);
    onExternalCeiling(draft, {
      type: "external-ceiling",
      now,
      watts: 3,
      source: "sun",
      forMs: 700,
    });
    return draft;
  }

  it.each([null, { ...SUN, watts: 4 }])(
    "that is new is told and written down: before %o",
    (before) => {
      const { rig, effects } = told(before);
      expect(rig.external).toEqual({ watts: 3, source: "sun", until: now + 700 });
      expect(reportsOf(effects)).toEqual([
        {
          level: "info",
          ev: "ceiling.external",
          slot: null,
          why: "sun",
          detail: { watts: 3, for_ms: 700 },
        },
      ]);
      expect(ofType(effects, "save-rig")).toMatchObject([
        { memory: { external: { watts: 3, leftMs: 700 } } },
      ]);
    },
  );

  it("that is the same only lasts longer", () => {
    const { rig, effects } = told(SUN);
    expect(rig.external?.until).toBe(now + 700);
    expect(effects).toEqual([]);
  });

  it.each([
    [0, true],
    [1, false],
  ])("with %i ms left is let go: %s", (left, gone) => {
    const draft = draftOf({ ...state, external: { ...SUN, until: now + left } }, now);
    expireExternal(draft);
    expect(draft.rig.external === null).toBe(gone);
    const expired = {
      level: "warn",
      ev: "ceiling.expired",
      slot: null,
      why: "external",
      detail: { source: "sun" },
    };
    expect(reportsOf(draft.effects)).toEqual(gone ? [expired] : []);
  });

  it("is remembered with the time that it has left", () => {
    expect(rigMemoryOf({ ...state, external: SUN }, now).external).toEqual({
      watts: 3,
      source: "sun",
      leftMs: 500,
    });
    expect(
      rigMemoryOf({ ...state, external: { ...SUN, until: now - 5 } }, now).external?.leftMs,
    ).toBe(0);
  });
});

describe("the schedules", () => {
  const reading: ScheduleReading = {
    clockSet: true,
    ceilings: [
      { name: "night", watts: 4 },
      { name: "week", watts: 3 },
    ],
    nextEdgeMs: 5,
    open: ["night", "week"],
  };
  const table: [string, ScheduleReading | null, boolean][] = [
    ["for the first time", null, true],
    ["with another window", { ...reading, open: ["night"] }, true],
    ["with another trust in the clock", { ...reading, clockSet: false }, true],
    ["with another time to the next window", { ...reading, nextEdgeMs: 6 }, false],
  ];
  it.each(table)("told %s, report it: %#", (_, before, reported) => {
    const draft = draftOf({ ...state, schedule: before }, now);
    onSchedule(draft, { type: "schedule", now, reading });
    expect(draft.rig.schedule).toBe(reading);
    const detail = { open: "night, week", clock_set: true, watts: 3 };
    const told = { level: "info", ev: "schedule.now", slot: null, why: null, detail };
    expect(reportsOf(draft.effects)).toEqual(reported ? [told] : []);
  });

  it("without a ceiling name no watts", () => {
    const draft = draftOf(state, now);
    onSchedule(draft, { type: "schedule", now, reading: { ...reading, ceilings: [] } });
    expect(reportsOf(draft.effects)[0]?.detail["watts"]).toBeNull();
  });
});

describe("somebody who needs a Zero", () => {
  function demanded(changes: Partial<Slot>) {
    const slots = state.slots.map((slot) => ({ ...slot, ...changes }));
    const draft = draftOf({ ...state, slots }, now);
    onDemand(draft, { type: "demand", now, slots: ["p1", "p9"], forMs: 700 });
    return draft;
  }

  it("keeps it up for so long, and shortens nobody's wish", () => {
    expect(demanded({ demandUntil: 0 }).rig.slots[0]?.demandUntil).toBe(now + 700);
    expect(demanded({ demandUntil: now + 900 }).rig.slots[0]?.demandUntil).toBe(now + 900);
  });

  it("wakes it if it sleeps, which is told", () => {
    const sleeping = demanded({ shed: { why: "idle", at: 0 } });
    expect(reportsOf(sleeping.effects)).toMatchObject([
      { level: "info", ev: "slot.woken", slot: "p1", why: "demand" },
    ]);
    expect(reportsOf(demanded({ shed: { why: "hot", at: 0 } }).effects)).toEqual([]);
    expect(reportsOf(demanded({ shed: null }).effects)).toEqual([]);
  });

  it("is remembered", () => {
    const { effects } = demanded({});
    expect(ofType(effects, "save-slot")).toMatchObject([
      { slot: "p1", memory: { demandLeftMs: 700 } },
    ]);
  });
});

it("a hold without an end is remembered without one", () => {
  const [slot] = state.slots as [Slot];
  const hold = { kind: "cordon", reason: "", since: 0 } as const;
  expect(memoryOf({ ...slot, hold: { ...hold, until: NEVER } }, now, 1).hold?.leftMs).toBeNull();
  expect(memoryOf({ ...slot, hold: { ...hold, until: now + 5 } }, now, 1).hold?.leftMs).toBe(5);
});

describe("a permission at the edge", () => {
  const silent = { phase: "Remediating", stage: "power-cycle", heardAt: now - 14_000 } as const;
  const p1 = (changes: Partial<Slot>, rig: Partial<RigState> = {}) => {
    const slots = state.slots.map((slot, index) =>
      index === 0 ? { ...slot, ...silent, ...changes } : slot,
    );
    const given = { ...state, slots, ...rig };
    return { rig: given, slot: given.slots[0] as Slot };
  };
  const cutting = (changes: Partial<Slot>, rig: Partial<RigState> = {}) => {
    const given = p1(changes, rig);
    return cutHindrance(given.rig, given.slot, now);
  };

  it("comes with the end of the back-off", () => {
    // 24 s for the second slot after one strike; this is the first, with 27.6 s.
    const cuts = (ms: number) => ({ strikes: 1, cuts: [now - ms] });
    expect(cutting(cuts(27_600))).toBeNull();
    expect(cutting(cuts(27_599))).toBe("backoff");
  });

  it("comes with a whole token, and with no less", () => {
    const tokens = (count: number) => ({ switches: { tokens: count, at: now } });
    expect(cutting({}, tokens(1))).toBeNull();
    expect(cutting({}, tokens(0.99))).toBe("switch-rate");
    expect(maySwitch({ ...state, ...tokens(1) }, now)).toBe(true);
  });

  it("comes below the cap of the rig, and not at it", () => {
    const cuts = (count: number) => {
      const old = Array<number>(count).fill(now - 1000);
      return state.slots.map((slot, index) =>
        index === 1 ? { ...slot, cuts: old } : index === 0 ? { ...slot, ...silent } : slot,
      );
    };
    expect(cutting({}, { slots: cuts(23) })).toBeNull();
    expect(cutting({}, { slots: cuts(24) })).toBe("rig-cut-cap");
  });

  it("comes when as many are well as the floor asks for, however many are not", () => {
    const [well] = state.slots as [Slot];
    const lost = { ...well, ...silent };
    const rig = (healthy: number) => ({
      slots: [lost, ...Array.from({ length: 5 }, (_, index) => (index < healthy ? well : lost))],
    });
    expect(cutting({}, rig(4))).toBeNull();
    expect(cutting({}, rig(3))).toBe("below-floor");
  });

  it("is counted by the lesser of strikes and recent cuts", () => {
    const { policy } = state;
    const cycles = (strikes: number, cuts: number) => {
      const [slot] = state.slots as [Slot];
      return cyclesLeft({ ...slot, strikes, cuts: Array(cuts).fill(now) }, policy, now);
    };
    expect([cycles(0, 3), cycles(3, 0), cycles(2, 3), cycles(3, 2), cycles(3, 3)]).toEqual([
      3, 3, 1, 1, 0,
    ]);
  });

  it("to start comes with the end of the dwell, and of a demand", () => {
    const off = { phase: "Off", line: "off", usb: "absent", stage: null, link: null } as const;
    const starting = (changes: Partial<Slot>) => {
      const { rig, slot } = p1({ ...off, ...changes });
      return onHindrance(rig, slot, now);
    };
    expect(starting({ offAt: now - 2000 })).toBeNull();
    expect(starting({ offAt: now - 1999 })).toBe("off-dwell");
    const asleep = { offAt: 0, shed: { why: "idle", at: 0 } } as const;
    expect(starting({ ...asleep, demandUntil: now })).toBe("idle");
    expect(starting({ ...asleep, demandUntil: now + 1 })).toBeNull();
  });
});

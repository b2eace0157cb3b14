// Power actions, step by step: what is written down, what the slot is then, what is told.

import { describe, expect, it } from "vitest";
import { ofType, reportsOf } from "../../test/sim/effects.ts";
import { INTENT, mining } from "../../test/sim/scene.ts";
import { type Draft, draftOf } from "./draft.ts";
import { adoptForeign } from "./foreign.ts";
import {
  beginAsking,
  beginCut,
  beginOn,
  type Cut,
  closeIntent,
  concludeOff,
  concludeOn,
  endSoftOff,
  reopenAsOn,
  retryEnumeration,
  uncount,
  writeIntent,
} from "./power.ts";
import type { Intent, Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

const { state, now } = mining({ zeros: 1 });
const [ready] = state.slots as [Slot];
const TASK = { jobId: "p1-1", seat: "p1", link: ready.link?.id ?? 0, until: now };
const HOUR_MS = 3_600_000;

function done(
  changes: Partial<Slot>,
  what: (draft: Draft, slot: Slot) => void,
  rig: Partial<RigState> = {},
) {
  const slot: Slot = { ...ready, task: null, ...changes };
  const draft = draftOf({ ...state, ...rig, slots: [slot] }, now);
  what(draft, draft.rig.slots[0] as Slot);
  return { before: slot, slot: draft.rig.slots[0] as Slot, effects: draft.effects, rig: draft.rig };
}

describe("an intent", () => {
  it("is written with what was known then, and again if the store says nothing", () => {
    const { slot, effects } = done({}, (draft, slot) => writeIntent(draft, slot, INTENT));
    expect(effects).toEqual([
      {
        type: "write-intent",
        slot: "p1",
        intent: 3,
        kind: "cycle",
        by: "automation",
        why: "x",
        reason: "",
        evidence: expect.stringMatching(/^heard .* line on/),
      },
    ]);
    expect(slot).toMatchObject({ intent: INTENT, retryAt: now + 5000 });
  });

  it("is closed with how it ended, if there is one", () => {
    const open = done({ intent: INTENT }, (draft, slot) => closeIntent(draft, slot, "done"));
    expect(open.slot.intent).toBeNull();
    expect(open.effects).toEqual([{ type: "close-intent", intent: 3, outcome: "done" }]);
    expect(
      done({ intent: null }, (draft, slot) => closeIntent(draft, slot, "done")).effects,
    ).toEqual([]);
  });
});

const CUT: Cut = { kind: "cycle", by: "automation", why: "power-cycle", reason: "r", hard: true };

function cut(changes: Partial<Slot>, more: Partial<Cut> = {}) {
  return done(changes, (draft, slot) => beginCut(draft, slot, { ...CUT, ...more }));
}

describe("a cut that begins", () => {
  it("closes what was open, takes the work, opens its intent and is saved", () => {
    const given: Partial<Slot> = {
      written: "on",
      intent: INTENT,
      task: TASK,
      tries: 2,
      cycleAsked: { reason: "", hard: true },
    };
    const { slot, before, effects } = cut(given);
    expect(slot).toMatchObject({
      phase: "PoweringOff",
      why: "power-cycle",
      stage: "cut",
      until: now + 20_000,
      task: null,
      epoch: before.epoch + 1,
      tries: 0,
      cycleAsked: null,
      asking: null,
      written: null,
    });
    expect(slot.intent).toMatchObject({
      kind: "cycle",
      by: "automation",
      why: "power-cycle",
      reason: "r",
      durable: false,
    });
    expect(ofType(effects, "close-intent")).toEqual([
      { type: "close-intent", intent: 3, outcome: "superseded" },
    ]);
    expect(ofType(effects, "write-intent")).toMatchObject([{ intent: slot.intent?.id }]);
    expect(ofType(effects, "save-slot")).toHaveLength(1);
    expect(ofType(effects, "send").map(({ message }) => message.type)).toEqual(["cancel"]);
  });

  it("gives the job back to its seat without blame", () => {
    const job = {
      id: TASK.jobId,
      algorithm: "duco-s1" as const,
      poolTarget: "",
      node: "",
      ref: "",
      prefix: "",
      target: "",
      difficulty: 1,
      to: 100,
      receivedAt: now,
      worker: "p1",
      tried: [],
      missed: [],
    };
    const seats = state.seats.map((seat) => ({
      ...seat,
      state: "working" as const,
      share: null,
      job,
    }));
    const { rig } = done({ task: TASK }, (draft, slot) => beginCut(draft, slot, CUT), { seats });
    expect(rig.seats[0]?.job).toMatchObject({ worker: null, tried: [] });
  });

  it("counts when automation decides, and only then", () => {
    const counted = cut({ cuts: [now - 5], strikes: 1 });
    expect(counted.slot).toMatchObject({ cuts: [now - 5, now], strikes: 2 });
    for (const by of ["operator", "policy"] as const) {
      expect(cut({ cuts: [now - 5], strikes: 1 }, { by }).slot).toMatchObject({
        cuts: [now - 5],
        strikes: 1,
      });
    }
  });

  it("forgets cuts that no window looks back to", () => {
    expect(cut({ cuts: [now - HOUR_MS, now - HOUR_MS + 1] }).slot.cuts).toEqual([
      now - HOUR_MS + 1,
      now,
    ]);
    const policy = { ...state.policy, quarantineWindowMs: 2 * HOUR_MS };
    const long = done({ cuts: [now - HOUR_MS] }, (draft, slot) => beginCut(draft, slot, CUT), {
      policy,
    });
    expect(long.slot.cuts).toEqual([now - HOUR_MS, now]);
  });

  const asks: [string, Partial<Slot>, Partial<Cut>, string, number][] = [
    ["is heard", {}, {}, "soft", 30_000],
    ["is hot", {}, { why: "hot" }, "soft", 10_000],
    ["draws from a failing supply", {}, { why: "brown-out" }, "soft", 10_000],
    ["has no link", { link: null }, {}, "cut", 20_000],
    ["is silent", { heardAt: now - 10_000 }, {}, "cut", 20_000],
    ["is not to be asked", {}, { hard: true }, "cut", 20_000],
  ];
  it.each(asks)("of a Zero that %s has its time", (_, changes, more, stage, ms) => {
    expect(cut(changes, { hard: false, ...more }).slot).toMatchObject({ stage, until: now + ms });
  });

  it("looks back an hour at least, however short the window of quarantine is", () => {
    const policy = { ...state.policy, quarantineWindowMs: 1000 };
    const { slot } = done(
      { cuts: [now - HOUR_MS + 1] },
      (draft, slot) => beginCut(draft, slot, CUT),
      { policy },
    );
    expect(slot.cuts).toEqual([now - HOUR_MS + 1, now]);
  });

  const again: [string, Partial<Slot>, boolean][] = [
    ["is asked on, while its time is not over", {}, true],
    ["is not, once it is over", { asking: { at: now - 700, limitMs: 700 } }, false],
    ["is not, once it is gone from USB", { usb: "absent" }, false],
    ["is not, once it is silent", { heardAt: now - 10_000 }, false],
    ["is not, once its link is gone", { link: null }, false],
    ["is not, if nobody has to ask it", { asking: null }, false],
  ];
  it.each(again)("of a Zero that was asked and speaks again: it %s", (_, changes, asks) => {
    const asked = { stage: "cut", asking: { at: now - 699, limitMs: 700 }, ...changes } as const;
    const { slot } = done(asked, beginAsking);
    expect(slot.stage).toBe(asks ? "soft" : "cut");
    if (asks) expect(slot.until).toBe(now + 1);
  });

  it("takes a token", () => {
    const { rig } = done({}, (draft, slot) => beginCut(draft, slot, CUT));
    expect(rig.switches.tokens).toBeCloseTo(state.policy.switchBurst - 1, 6);
  });
});

describe("a cut that was taken back", () => {
  it.each([
    [[1, 2], 2, 0, [1], 1],
    [[], 0, 0, [], 0],
    // Off and on again had struck nobody; the cycle that it is part of was carried out.
    [[1, 2], 1, 1, [1], 1],
  ])("of cuts %o, %i strikes, %i tries leaves %o and %i", (cuts, strikes, tries, left, then) => {
    const { slot, effects } = done({ cuts, strikes, tries }, uncount);
    expect(slot).toMatchObject({ cuts: left, strikes: then });
    expect(ofType(effects, "save-slot")).toMatchObject([{ memory: { strikes: then } }]);
  });
});

it.each([
  ["absent", "usb-gone"],
  ["present", null],
  ["unknown", null],
] as const)("a soft off with USB %s ends, why: %s", (usb, why) => {
  const { slot, effects } = done({ usb, stage: "soft", phase: "PoweringOff" }, endSoftOff);
  expect(slot).toMatchObject({ stage: "cut", until: now + 20_000, retryAt: now });
  expect(reportsOf(effects)).toMatchObject([
    { level: "info", ev: "power.soft-off-ended", slot: "p1", why },
  ]);
});

describe("a start that begins", () => {
  const off: Partial<Slot> = { phase: "Off", why: "off-proved", heat: 2, busyAt: 0, written: "on" };

  it("forgets what kept it off, and has ten seconds to read back", () => {
    const { slot, rig } = done(
      { ...off, shed: { why: "hot", at: 0 }, onAsked: { reason: "" } },
      beginOn,
      { lastOnAt: 0 },
    );
    expect(slot).toMatchObject({
      phase: "PoweringOn",
      why: "wanted-on",
      stage: "write",
      written: null,
      until: now + 10_000,
      shed: null,
      onAsked: null,
      heat: 0,
      busyAt: now,
    });
    expect(rig.lastOnAt).toBe(now);
  });

  const whose: [string, Slot["onAsked"], Partial<Intent>][] = [
    [
      "automation, with what it was off for",
      null,
      { by: "automation", why: "wanted-on", reason: "it was off: off-proved" },
    ],
    [
      "an operator, with theirs",
      { reason: "card changed" },
      { by: "operator", why: "operator", reason: "card changed" },
    ],
    ["an operator who gave none", { reason: "" }, { by: "operator", why: "operator", reason: "" }],
  ];
  it.each(whose)("is by %s", (_, onAsked, intent) => {
    const { slot } = done({ ...off, onAsked }, beginOn);
    expect(slot.intent).toMatchObject({ kind: "on", durable: false, ...intent });
  });

  it("goes on with the intent of its cycle, at once", () => {
    const cycled = { ...off, intent: INTENT, retryAt: now + 9999, movedAt: now - 7 };
    const { slot, effects } = done(cycled, beginOn);
    // The ceiling's dwell is not over by that.
    expect(slot).toMatchObject({ intent: INTENT, retryAt: now, movedAt: now - 7 });
    expect(ofType(effects, "write-intent")).toEqual([]);
  });
});

it("what is left of a cycle that was proved late is a start of its own", () => {
  const { slot, effects } = done({ intent: INTENT, why: "off-proved" }, reopenAsOn);
  expect(slot.intent).toMatchObject({
    kind: "on",
    by: "automation",
    why: "wanted-on",
    reason: "its off was proved late",
    durable: false,
  });
  expect(ofType(effects, "close-intent")).toMatchObject([{ intent: 3, outcome: "proved late" }]);
});

describe("a start that shows nothing on USB", () => {
  const settling: Partial<Slot> = {
    phase: "PoweringOn",
    stage: "settle",
    onAt: now - 30_000,
    intent: INTENT,
    cuts: [],
  };

  it("is off and on again, within the same intent", () => {
    const { slot, effects } = done({ ...settling, tries: 1, written: "on" }, retryEnumeration);
    expect(ofType(effects, "save-slot")).toMatchObject([{ memory: { cutAgesMs: [0] } }]);
    expect(slot).toMatchObject({
      phase: "PoweringOff",
      why: "no-enumeration",
      stage: "cut",
      tries: 2,
      cuts: [now],
      until: now + 20_000,
      retryAt: now,
      intent: INTENT,
      written: null,
    });
    expect(reportsOf(effects)[0]).toMatchObject({
      level: "warn",
      ev: "power.no-enumeration",
      slot: "p1",
      detail: { try: 2 },
    });
  });

  it.each([
    ["the third time", { tries: 2 }],
    ["at the cap of cuts", { tries: 0, cuts: Array(6).fill(now) }],
    ["under a hold", { tries: 0, hold: { kind: "cordon", reason: "", since: 0, until: now } }],
  ] as [string, Partial<Slot>][])("is a fault %s, until the next look", (_, changes) => {
    const { slot, effects } = done({ ...settling, ...changes }, retryEnumeration);
    expect(slot).toMatchObject({
      phase: "Fault",
      why: "no-enumeration",
      tries: 0,
      until: now + 60_000,
      intent: null,
    });
    expect(ofType(effects, "close-intent")).toMatchObject([{ outcome: "no-enumeration" }]);
  });

  it("is looked at again when its boot grace is over, for it may boot all the same", () => {
    const learned = { ...settling, tries: 2, onAt: now - 30_000, bootMs: [100_000] };
    expect(done(learned, retryEnumeration).slot.until).toBe(now + 120_000);
    const late = { ...settling, tries: 2, onAt: now - 500_000 };
    expect(done(late, retryEnumeration).slot.until).toBe(now + 60_000);
  });
});

it("a start that shows nothing on USB is left to people in a pause", () => {
  const pause = { reason: "", since: 0, until: Number.POSITIVE_INFINITY };
  const { slot } = done({ phase: "PoweringOn", stage: "settle", cuts: [] }, retryEnumeration, {
    pause,
  });
  expect(slot.phase).toBe("Fault");
});

describe("off that is proved", () => {
  const cutting: Partial<Slot> = {
    phase: "PoweringOff",
    stage: "cut",
    line: "off",
    usb: "absent",
    intent: INTENT,
    action: 9,
    offAsked: { reason: "", hard: true },
    bootPending: true,
    offAt: 0,
    asking: { at: 0, limitMs: 1 },
  };

  it("gives the job back to its seat without blame", () => {
    const job = {
      id: TASK.jobId,
      algorithm: "duco-s1" as const,
      poolTarget: "",
      node: "",
      ref: "",
      prefix: "",
      target: "",
      difficulty: 1,
      to: 100,
      receivedAt: now,
      worker: "p1",
      tried: [],
      missed: [],
    };
    const seats = state.seats.map((seat) => ({
      ...seat,
      state: "working" as const,
      share: null,
      job,
    }));
    for (const conclude of [
      concludeOff,
      (draft: Draft, slot: Slot) => adoptForeign(draft, slot, "off"),
    ]) {
      const { rig } = done({ ...cutting, task: TASK }, conclude, { seats });
      expect(rig.seats[0]?.job).toMatchObject({ worker: null, tried: [] });
    }
  });

  it("ends the link, the work and the action, and is saved", () => {
    const { slot, before, effects } = done({ ...cutting, task: TASK }, concludeOff);
    expect(slot).toMatchObject({
      phase: "Off",
      why: "off-proved",
      link: null,
      vitals: null,
      task: null,
      epoch: before.epoch + 1,
      bootPending: false,
      offAt: now,
      action: null,
      offAsked: null,
      asking: null,
      until: Number.POSITIVE_INFINITY,
      intent: INTENT,
    });
    expect(ofType(effects, "close-link")).toMatchObject([{ link: TASK.link, why: "power is off" }]);
    expect(ofType(effects, "save-slot")).toHaveLength(1);
    expect(
      done({ ...cutting, link: null }, concludeOff).effects.map(({ type }) => type),
    ).not.toContain("close-link");
  });

  it.each([
    ["absent", "read-back and USB gone"],
    ["unknown", "read-back; USB cannot be read"],
  ] as const)("with USB %s says its proof", (usb, proof) => {
    const { effects } = done({ ...cutting, usb }, concludeOff);
    expect(reportsOf(effects)[0]).toMatchObject({
      level: "info",
      ev: "power.off",
      slot: "p1",
      why: "x",
      detail: { proof },
    });
    expect(reportsOf(done({ ...cutting, intent: null }, concludeOff).effects)[0]?.why).toBeNull();
  });

  it.each([
    [
      { ...INTENT, by: "policy", reason: "2 W at most" },
      { by: "policy", reason: "2 W at most" },
    ],
    [{ ...INTENT, by: "operator", reason: "" }, { by: "operator" }],
    [null, {}],
  ] as const)("says on whose word: %o", (intent, told) => {
    const proof = "read-back and USB gone";
    const off = done({ ...cutting, usb: "absent", intent }, concludeOff);
    expect(reportsOf(off.effects)[0]?.detail).toEqual({ ...told, proof });
    const on = done({ phase: "PoweringOn", stage: "write", intent }, concludeOn);
    expect(reportsOf(on.effects)[0]?.detail).toEqual(told);
  });

  const fences: [string, Partial<Slot>, number][] = [
    ["a cycle of automation", {}, 1],
    ["its quarantine", { intent: { ...INTENT, kind: "quarantine" } }, 1],
    ["the same cycle again, for nothing showed up", { tries: 1 }, 0],
    ["a start that never showed up", { intent: { ...INTENT, kind: "on" } }, 0],
    ["an operator's cycle", { intent: { ...INTENT, by: "operator" } }, 0],
    ["a standing rule", { intent: { ...INTENT, kind: "off", by: "policy" } }, 0],
    ["nobody's doing", { intent: null }, 0],
  ];
  it.each(fences)("of %s, %o, counts as %i fences", (_, changes, count) => {
    const { slot, before } = done({ ...cutting, ...changes }, concludeOff);
    expect(slot.fences - before.fences).toBe(count);
  });

  const ends: [string, Partial<Slot>, Partial<Slot>, string | null][] = [
    ["a cycle goes on", {}, { phase: "Off", intent: INTENT }, null],
    [
      "an off is done",
      { intent: { ...INTENT, kind: "off" } },
      { phase: "Off", intent: null },
      "done",
    ],
    [
      "a quarantine begins",
      { intent: { ...INTENT, kind: "quarantine" } },
      { phase: "Quarantined", why: "failed-cycles", until: now + 24 * HOUR_MS, intent: null },
      "done",
    ],
    [
      "a quarantine that a person lifted is an off",
      { intent: { ...INTENT, kind: "quarantine" }, onAsked: { reason: "" } },
      { phase: "Off", intent: null },
      "done",
    ],
    ["a shed stays", { shed: { why: "hot", at: 1 } }, { shed: { why: "hot", at: 1 } }, null],
    [
      "a shed gives way to a person's off",
      { shed: { why: "hot", at: 1 }, wanted: "off" },
      { shed: null },
      null,
    ],
    [
      "a shed gives way to a person's on",
      { shed: { why: "hot", at: 1 }, onAsked: { reason: "" } },
      { shed: null },
      null,
    ],
  ];
  it.each(ends)("%s", (_, changes, then, closed) => {
    const { slot, effects } = done({ ...cutting, ...changes }, concludeOff);
    expect(slot).toMatchObject(then);
    expect(ofType(effects, "close-intent").map(({ outcome }) => outcome)).toEqual(
      closed === null ? [] : [closed],
    );
  });
});

it("on that reads back holds its place until it shows up", () => {
  const { slot, effects } = done(
    { phase: "PoweringOn", stage: "write", onAt: 0, bootPending: false },
    concludeOn,
  );
  expect(slot).toMatchObject({
    phase: "PoweringOn",
    stage: "settle",
    onAt: now,
    bootPending: true,
    until: now + 30_000,
  });
  expect(reportsOf(effects)).toMatchObject([
    { level: "info", ev: "power.on", slot: "p1", why: slot.why },
  ]);
});

describe("a line that a foreign hand switched", () => {
  const given: Partial<Slot> = {
    intent: INTENT,
    task: TASK,
    cycleAsked: { reason: "", hard: true },
    shed: { why: "idle", at: 0 },
    offAt: 0,
    bootPending: true,
  };
  it.each([
    ["off", { phase: "Off", offAt: now, until: Number.POSITIVE_INFINITY }],
    ["on", { phase: "Unknown", offAt: 0, until: now + 90_000 }],
  ] as const)("%s is adopted as wanted, and the slot is left to people", (found, then) => {
    const { slot, before, effects } = done(given, (draft, slot) =>
      adoptForeign(draft, slot, found),
    );
    expect(slot).toMatchObject({
      ...then,
      why: "foreign-change",
      wanted: found,
      bootPending: false,
      cycleAsked: null,
      shed: null,
      intent: null,
      task: null,
      epoch: before.epoch + 1,
      hold: {
        kind: "foreign",
        reason: "another program switched the line",
        since: now,
        until: Number.POSITIVE_INFINITY,
      },
    });
    expect(reportsOf(effects)[0]).toMatchObject({
      level: "warn",
      ev: "power.foreign-change",
      slot: "p1",
      detail: { found },
    });
    expect(ofType(effects, "close-intent")).toMatchObject([{ outcome: "foreign-change" }]);
    expect(ofType(effects, "save-slot")).toMatchObject([{ memory: { wanted: found } }]);
  });
});

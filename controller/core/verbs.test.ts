// What each word of a person sets, on a slot in each state; what is told and written down.

import { describe, expect, it } from "vitest";
import { ofType, reportsOf } from "../../test/sim/effects.ts";
import { mining } from "../../test/sim/scene.ts";
import { draftOf } from "./draft.ts";
import type { EventOf, OperatorVerb } from "./event.ts";
import { judgeHolds } from "./hold.ts";
import { onEndOverride, onOperator, onOverride, onPause, onResume } from "./operator.ts";
import type { Hold, Intent, Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

const { state, now } = mining({ zeros: 1 });
const [ready] = state.slots as [Slot];
const NEVER = Number.POSITIVE_INFINITY;
const SHED = { why: "hot", at: 1 } as const;
const INTENT: Intent = { id: 3, kind: "off", by: "policy", why: "x", reason: "", durable: true };
const KEPT = { strikes: 3, cuts: [1], barren: 5, remedies: 4, ofNoUseAt: 6 };
const GUILTY: Partial<Slot> = { ...KEPT, shed: SHED, busyAt: 0 };
const FORGIVEN = { strikes: 0, cuts: [], barren: 0, remedies: 0, ofNoUseAt: null, shed: null };
const OFF = { phase: "Off", line: "off" } as const;

function drafted(changes: Partial<Slot>, rig: Partial<RigState> = {}) {
  return draftOf({ ...state, ...rig, slots: [{ ...ready, task: null, ...changes }] }, now);
}

function said(
  verb: OperatorVerb,
  changes: Partial<Slot> = {},
  more: Partial<EventOf<"operator">> = {},
) {
  const draft = drafted({ ...GUILTY, ...changes });
  onOperator(draft, {
    type: "operator",
    now,
    verb,
    slots: ["p1"],
    reason: "because",
    hard: false,
    ...more,
  });
  return { slot: draft.rig.slots[0] as Slot, effects: draft.effects };
}

describe("the word", () => {
  const asked = { onAsked: { reason: "because" } };
  const table: [OperatorVerb, string, Partial<Slot>, object][] = [
    ["on", "a Zero that is up", {}, { wanted: "on", onAsked: null, busyAt: now, ...FORGIVEN }],
    ["on", "one that is off", OFF, { wanted: "on", ...asked, ...FORGIVEN }],
    ["on", "one whose line was never read", { line: "unknown" }, asked],
    ["on", "one that goes off", { phase: "PoweringOff" }, asked],
    ["on", "one that goes to quarantine", { intent: { ...INTENT, kind: "quarantine" } }, asked],
    [
      "on",
      "one that a rule is switching off",
      { phase: "PoweringOff", intent: INTENT },
      { ...FORGIVEN, shed: SHED, ...asked },
    ],
    [
      "off",
      "a Zero that is up",
      { cycleAsked: { reason: "", hard: true }, onAsked: { reason: "" } },
      {
        wanted: "off",
        offAsked: { hard: false },
        onAsked: null,
        cycleAsked: null,
        shed: null,
        ...KEPT,
      },
    ],
    ["off", "one that a rule is switching off", { intent: INTENT }, { shed: SHED }],
    [
      "cycle",
      "a Zero that is up",
      { wanted: "off" },
      { wanted: "on", cycleAsked: { reason: "because", hard: false }, ...KEPT, shed: SHED },
    ],
    [
      "cycle",
      "one that is off",
      { ...OFF, wanted: "off" },
      { wanted: "on", ...asked, cycleAsked: null, shed: null, ...KEPT },
    ],
    [
      "cycle",
      "one that a rule is switching off",
      { phase: "PoweringOff", intent: INTENT },
      { ...asked, shed: SHED },
    ],
    [
      "release",
      "a fault",
      { phase: "Fault", until: now + 9, wanted: "off" },
      { phase: "Fault", until: now, wanted: "off", onAsked: null, ...FORGIVEN },
    ],
    [
      "release",
      "one in quarantine",
      { ...OFF, phase: "Quarantined", wanted: "off" },
      { phase: "Off", wanted: "on", ...asked, ...FORGIVEN },
    ],
    [
      "release",
      "one that goes to quarantine",
      { intent: { ...INTENT, kind: "quarantine", by: "automation" }, wanted: "off" },
      { wanted: "on", ...asked, ...FORGIVEN },
    ],
    [
      "release",
      "a Zero that is up",
      { wanted: "off" },
      { wanted: "off", onAsked: null, ...FORGIVEN },
    ],
    [
      "uncordon",
      "a held one",
      { hold: { kind: "cordon", reason: "", since: 0, until: NEVER } },
      { hold: null, ...KEPT },
    ],
  ];
  it.each(table)("%s, to %s", (verb, _, changes, then) => {
    expect(said(verb, changes).slot).toMatchObject(then);
  });

  it("off may be a hard one", () => {
    expect(said("off", {}, { hard: true }).slot.offAsked).toMatchObject({ hard: true });
    expect(said("cycle", {}, { hard: true }).slot.cycleAsked?.hard).toBe(true);
  });

  const holds: [OperatorVerb, number | null | undefined, number][] = [
    ["cordon", null, NEVER],
    ["cordon", undefined, NEVER],
    ["cordon", 700, now + 700],
    ["maintenance", null, NEVER],
    ["maintenance", 700, now + 700],
    ["drain", null, now + 300_000],
    ["drain", undefined, now + 300_000],
    ["drain", 700, now + 700],
  ];
  it.each(holds)("%s for %s ms holds until %s", (verb, forMs, until) => {
    const hold = { kind: verb, reason: "because", since: now, until };
    expect(said(verb, {}, forMs === undefined ? {} : { forMs }).slot.hold).toEqual(hold);
  });

  const quarantine: [OperatorVerb, string][] = [
    ["on", "Off"],
    ["cycle", "Off"],
    ["release", "Off"],
    ["off", "Quarantined"],
    ["uncordon", "Quarantined"],
    ["cordon", "Quarantined"],
  ];
  it.each(quarantine)("%s leaves one in quarantine %s", (verb, phase) => {
    const { slot } = said(verb, { ...OFF, phase: "Quarantined" });
    expect(slot.phase).toBe(phase);
    if (phase === "Off") expect(slot).toMatchObject({ why: "released", cycleAsked: null });
  });

  it.each(["on", "off", "cycle", "uncordon", "release"] as const)(
    "%s ends a foreign hand's hold",
    (verb) => {
      const hold: Hold = { kind: "foreign", reason: "", since: 0, until: NEVER };
      expect(said(verb, { hold }).slot.hold).toBeNull();
      const own: Hold = { ...hold, kind: "cordon" };
      expect(said(verb, { hold: own }).slot.hold).toEqual(verb === "uncordon" ? null : own);
    },
  );

  it.each(["on", "off", "cycle", "cordon", "drain", "release"] as const)(
    "%s is told and saved",
    (verb) => {
      const { effects, slot } = said(verb);
      expect(reportsOf(effects)[0]).toEqual({
        level: "info",
        ev: `operator.${verb}`,
        slot: "p1",
        why: "because",
        detail: verb === "off" || verb === "cycle" ? { hard: false } : {},
      });
      expect(ofType(effects, "save-slot")).toMatchObject([
        { slot: "p1", memory: { wanted: slot.wanted } },
      ]);
      expect(reportsOf(said(verb, {}, { reason: "" }).effects)[0]?.why).toBeNull();
    },
  );

  it("that holds for a time is told with it", () => {
    const { effects } = said("drain", {}, { forMs: 5000 });
    expect(reportsOf(effects)[0]?.detail).toEqual({ for_ms: 5000 });
  });

  it("to a slot that there is not does nothing", () => {
    expect(said("on", {}, { slots: ["p9"] }).effects).toEqual([]);
  });
});

describe("a word for the whole rig", () => {
  const cases = [
    ["pause", 700, { since: now, until: now + 700 }],
    ["pause", null, { since: now, until: NEVER }],
  ] as const;
  it.each(cases)("%s for %s ms is told and written down", (_, forMs, then) => {
    const draft = drafted({});
    onPause(draft, { type: "pause", now, reason: "guests", forMs });
    expect(draft.rig.pause).toEqual({ reason: "guests", ...then });
    expect(reportsOf(draft.effects)).toEqual([
      { level: "info", ev: "operator.pause", slot: null, why: "guests", detail: { for_ms: forMs } },
    ]);
    expect(ofType(draft.effects, "save-rig")).toMatchObject([
      { memory: { pause: { leftMs: forMs } } },
    ]);
  });

  it("resume ends the pause, and what automation stopped itself for", () => {
    const draft = drafted({}, { pause: { reason: "", since: 0, until: NEVER }, halted: "x" });
    onResume(draft, { type: "resume", now, reason: "done" });
    expect(draft.rig).toMatchObject({ pause: null, halted: null });
    expect(reportsOf(draft.effects)).toMatchObject([
      { level: "info", ev: "operator.resume", why: "done" },
    ]);
    expect(ofType(draft.effects, "save-rig")).toMatchObject([{ memory: { pause: null } }]);
  });

  it("override is told and written down", () => {
    const draft = drafted({});
    onOverride(draft, { type: "override", now, watts: 3, reason: "party", forMs: 700 });
    expect(draft.rig.override).toEqual({ watts: 3, reason: "party", since: now, until: now + 700 });
    expect(reportsOf(draft.effects)).toEqual([
      {
        level: "info",
        ev: "operator.override",
        slot: null,
        why: "party",
        detail: { watts: 3, for_ms: 700 },
      },
    ]);
    expect(ofType(draft.effects, "save-rig")).toMatchObject([
      { memory: { override: { watts: 3, leftMs: 700 } } },
    ]);
  });

  it("end-override ends it, which is told and written down", () => {
    const draft = drafted({}, { override: { watts: 3, reason: "", since: 0, until: NEVER } });
    onEndOverride(draft, { type: "end-override", now, reason: "over" });
    expect(draft.rig.override).toBeNull();
    expect(reportsOf(draft.effects)).toMatchObject([
      { level: "info", ev: "operator.end-override", why: "over" },
    ]);
    expect(ofType(draft.effects, "save-rig")).toMatchObject([{ memory: { override: null } }]);
  });

  it("without a reason says none", () => {
    const draft = drafted({});
    onPause(draft, { type: "pause", now, reason: "", forMs: null });
    onResume(draft, { type: "resume", now, reason: "" });
    onOverride(draft, { type: "override", now, watts: null, reason: "", forMs: null });
    onEndOverride(draft, { type: "end-override", now, reason: "" });
    expect(reportsOf(draft.effects).map(({ why }) => why)).toEqual([null, null, null, null]);
  });
});

describe("what runs out", () => {
  function judged(changes: Partial<Slot>, rig: Partial<RigState> = {}) {
    const draft = drafted(changes, rig);
    judgeHolds(draft);
    return {
      slot: draft.rig.slots[0] as Slot,
      rig: draft.rig,
      effects: draft.effects,
      told: reportsOf(draft.effects),
    };
  }
  const hold = (kind: Hold["kind"], until: number): Hold => ({
    kind,
    reason: "fan",
    since: 0,
    until,
  });
  const TASK = { jobId: "x", seat: "p1", link: 1, until: now };

  it("ends a hold, which is told and saved, and not a moment before", () => {
    const { slot, told, effects } = judged({ hold: hold("cordon", now) });
    expect(slot.hold).toBeNull();
    expect(told).toEqual([
      { level: "info", ev: "hold.expired", slot: "p1", why: "cordon", detail: { reason: "fan" } },
    ]);
    expect(ofType(effects, "save-slot")).toMatchObject([{ memory: { hold: null } }]);
    expect(judged({ hold: hold("cordon", now + 1) }).effects).toEqual([]);
  });

  it.each([
    ["is over when no job is left", null, now + 9, "info slot.drained"],
    ["is over when its time is", TASK, now, "warn slot.drain-timeout"],
    ["goes on else", TASK, now + 1, null],
  ] as const)("a drain %s, and stays a cordon", (_, task, until, text) => {
    const { slot, told } = judged({ hold: hold("drain", until), task });
    expect(told.map(({ level, ev }) => `${level} ${ev}`)).toEqual(text === null ? [] : [text]);
    expect(slot.hold?.kind).toBe(text === null ? "drain" : "cordon");
    if (text !== null)
      expect(slot.hold).toEqual({ kind: "cordon", reason: "fan", since: now, until: NEVER });
  });

  const ended = { reason: "guests", since: 0, until: now };
  it.each([
    ["pause", { pause: ended }, "pause.expired"],
    ["override", { override: { ...ended, watts: 1 } }, "override.expired"],
  ] as const)("ends a %s, which is told and written down", (key, rig, ev) => {
    const { told, effects, rig: after } = judged({}, rig);
    expect(after[key]).toBeNull();
    expect(told).toEqual([{ level: "info", ev, slot: null, why: "guests", detail: {} }]);
    expect(ofType(effects, "save-rig")).toMatchObject([{ memory: { [key]: null } }]);
    const later = { pause: null, override: null, [key]: { ...ended, watts: 1, until: now + 1 } };
    expect(judged({}, later).effects).toEqual([]);
  });
});

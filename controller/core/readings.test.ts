// What a reading of the board, and the end of a power effect, make of a slot in each phase.

import { describe, expect, it } from "vitest";
import type { BoardReading, SlotReading } from "../../hat/board.ts";
import type { SlotId } from "../../hat/slots.ts";
import { ofType, reportsOf } from "../../test/sim/effects.ts";
import { INTENT, mining } from "../../test/sim/scene.ts";
import { type Draft, draftOf } from "./draft.ts";
import {
  onBoardFailed,
  onBoardRead,
  onIntentDurable,
  onPowerDone,
  onPowerFailed,
} from "./observe-board.ts";
import type { PowerRestore } from "./policy.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import { onWrongCards } from "./wrong-cards.ts";

const { state, now } = mining({ zeros: 1 });
const [ready] = state.slots as [Slot];
const plain: Slot = { ...ready, task: null, offAt: 0 };

function done(changes: Partial<Slot>, what: (draft: Draft) => void, rig: Partial<RigState> = {}) {
  const slot: Slot = { ...plain, ...changes };
  const draft = draftOf({ ...state, ...rig, slots: [slot] }, now);
  what(draft);
  const { rig: after, effects, stirred } = draft;
  return { before: slot, slot: after.slots[0] as Slot, effects, rig: after, stirred };
}

const ON: SlotReading = { slot: "p1", line: "on", usb: "present", driven: true };
const OFF: SlotReading = { slot: "p1", line: "off", usb: "absent", driven: true };
const LOST: SlotReading = { ...OFF, driven: false };

function read(
  changes: Partial<Slot>,
  slot: SlotReading,
  rig: Partial<RigState> = {},
  more: Partial<BoardReading> = {},
) {
  const reading: BoardReading = { slots: [slot], underVoltage: null, ...more };
  return done(changes, (draft) => onBoardRead(draft, { type: "board-read", now, reading }), rig);
}

const FOREIGN = { why: "foreign-change", hold: { kind: "foreign" } } as const;
const STARTED = {
  phase: "Unknown",
  why: "start",
  wantedKnown: false,
  line: "unknown",
  usb: "unknown",
} as const;
const WRITING = {
  phase: "PoweringOn",
  stage: "write",
  line: "off",
  usb: "absent",
  intent: INTENT,
} as const;
const CUTTING = { phase: "PoweringOff", stage: "cut", intent: INTENT } as const;
const FAULT = { phase: "Fault", why: "cut-not-proved" } as const;
const ABSENT = { phase: "Off", line: "off", usb: "absent" } as const;

describe("a reading", () => {
  const table: [string, Partial<Slot>, SlotReading, object][] = [
    // what, before, reading, then
    [
      "of a line that is on, at the start",
      STARTED,
      ON,
      { phase: "Unknown", why: "found-on", until: now + 90_000 },
    ],
    [
      "of a line that is off, at the start",
      STARTED,
      OFF,
      { phase: "Off", why: "found-off", offAt: now },
    ],
    [
      "of a line that contradicts its port, at the start",
      STARTED,
      { ...OFF, usb: "present" },
      { phase: "Unknown", why: "start" },
    ],
    [
      "of an open cycle that is off, at the start",
      { ...STARTED, intent: INTENT },
      OFF,
      { phase: "Off", why: "intent-resumed", intent: INTENT, wanted: "on" },
    ],
    [
      "of an open cycle that is on, at the start",
      { ...STARTED, intent: INTENT },
      ON,
      { phase: "Unknown", why: "found-on", intent: null },
    ],
    [
      "of a quarantine that is off, at the start",
      { ...STARTED, intent: { ...INTENT, kind: "quarantine" } },
      OFF,
      { phase: "Quarantined", intent: null },
    ],
    [
      "of an off that is done, at the start",
      { ...STARTED, intent: { ...INTENT, kind: "off" } },
      OFF,
      { phase: "Off", why: "found-off", intent: null },
    ],
    [
      "of one whose remedies are remembered and that is off, at the start",
      { ...STARTED, remedies: 4, ofNoUseAt: 7 },
      OFF,
      { phase: "Off", remedies: 0, ofNoUseAt: null },
    ],
    [
      "of one whose remedies are remembered and that is on, at the start",
      { ...STARTED, remedies: 4, ofNoUseAt: 7 },
      ON,
      { phase: "Unknown", remedies: 4, ofNoUseAt: 7 },
    ],
    [
      "of a sleeper that runs, at the start",
      { ...STARTED, shed: { why: "idle", at: 0 } },
      ON,
      { shed: null },
    ],
    [
      "of a sleeper that is off, at the start",
      { ...STARTED, shed: { why: "idle", at: 0 } },
      OFF,
      { shed: { why: "idle" }, wanted: "on" },
    ],
    [
      "of an adopted Zero that went off",
      { phase: "Unknown", why: "found-on" },
      OFF,
      { phase: "Off", why: "found-off", wanted: "off", offAt: now },
    ],
    [
      "of an adopted Zero that lost its supply",
      { phase: "Unknown", why: "found-on" },
      LOST,
      { phase: "Off", why: "off-proved", wanted: "on" },
    ],
    [
      "of a line that contradicts its port in a fault, at the start",
      { ...STARTED, phase: "Fault", wanted: "off" },
      { ...OFF, usb: "present" },
      { phase: "Fault", wanted: "off", wantedKnown: false },
    ],
    [
      "of an adopted Zero that went off after a person asked for it",
      { phase: "Unknown", why: "found-on", onAsked: { reason: "x" } },
      OFF,
      { phase: "Off", why: "found-off", wanted: "on", offAt: now },
    ],
    [
      "of an adopted Zero that is on",
      { phase: "Unknown", why: "found-on" },
      ON,
      { phase: "Unknown", why: "found-on" },
    ],
    ["of an Off slot that is on", ABSENT, ON, { phase: "Unknown", ...FOREIGN, wanted: "on" }],
    ["of an Off slot that is off", ABSENT, OFF, { phase: "Off", hold: null }],
    ["of a slot in quarantine that is on", { ...ABSENT, phase: "Quarantined" }, ON, FOREIGN],
    [
      "of a start that reads back",
      { ...WRITING, written: "on" },
      ON,
      { stage: "settle", onAt: now, bootPending: true },
    ],
    [
      "of a start that nobody of us wrote",
      { ...WRITING, written: null },
      ON,
      { phase: "Unknown", ...FOREIGN },
    ],
    [
      "of a start that is under way",
      { ...WRITING, written: "on", action: 9 },
      ON,
      { stage: "write" },
    ],
    ["of a start that is still off", { ...WRITING, written: "on" }, OFF, { stage: "write" }],
    [
      "of a settling Zero that went off",
      { ...WRITING, stage: "settle", line: "on" },
      OFF,
      { phase: "Off", ...FOREIGN },
    ],
    [
      "of a settling Zero that is on",
      { ...WRITING, stage: "settle", line: "on" },
      ON,
      { stage: "settle" },
    ],
    [
      "of a cut that is proved",
      { ...CUTTING, written: "off" },
      OFF,
      { phase: "Off", why: "off-proved", offAt: now },
    ],
    [
      "of a cut that was proved before it was known that it was done",
      { ...CUTTING, written: "off", line: "off", usb: "absent" },
      OFF,
      { phase: "Off", why: "off-proved", offAt: now },
    ],
    [
      "of a cut that is under way",
      { ...CUTTING, written: "off", action: 9 },
      OFF,
      { phase: "PoweringOff" },
    ],
    [
      "of a cut whose port still shows it",
      { ...CUTTING, written: "off" },
      { ...OFF, usb: "present" },
      { phase: "PoweringOff" },
    ],
    [
      "of a cut that somebody else did",
      { ...CUTTING, written: null },
      OFF,
      { phase: "Off", ...FOREIGN },
    ],
    [
      "of a cut that the supply did",
      { ...CUTTING, written: null },
      LOST,
      { phase: "Off", why: "off-proved", hold: null },
    ],
    [
      "of a Zero that shut down",
      { ...CUTTING, stage: "soft" },
      { ...ON, usb: "absent" },
      { stage: "cut" },
    ],
    ["of a Zero that has not yet", { ...CUTTING, stage: "soft" }, ON, { stage: "soft" }],
    [
      "of a cut line whose port is empty",
      { ...CUTTING, stage: "cut" },
      { ...ON, usb: "absent" },
      { stage: "cut" },
    ],
    [
      "of a fault that is off at last",
      { ...FAULT, intent: INTENT, line: "off", usb: "present" },
      OFF,
      { phase: "Off", intent: { kind: "on" } },
    ],
    [
      "of a fault with an off that is off at last",
      { ...FAULT, intent: { ...INTENT, kind: "off" }, line: "off", usb: "present" },
      OFF,
      { phase: "Off", intent: null },
    ],
    ["of a fault that is still on", { ...FAULT, intent: INTENT }, ON, FAULT],
    ["of a fault whose cut is under way", { ...FAULT, intent: INTENT, action: 9 }, OFF, FAULT],
    [
      "of a fault that a foreign hand cut",
      { ...FAULT, intent: null, line: "on" },
      OFF,
      { phase: "Off", ...FOREIGN },
    ],
    [
      "of a fault that was off before",
      { ...FAULT, why: "on-failed", intent: null, line: "off" },
      OFF,
      { phase: "Fault", why: "on-failed" },
    ],
    [
      "of a fault that was off while its port showed it: another's word, proved at last",
      { ...FAULT, intent: null, line: "off", usb: "present" },
      OFF,
      { phase: "Off", why: "found-off", wanted: "off" },
    ],
    [
      "of such a fault that a person wants on since",
      { ...FAULT, intent: null, line: "off", usb: "present", onAsked: { reason: "" } },
      OFF,
      { phase: "Off", why: "found-off", wanted: "on" },
    ],
    [
      "of such a fault whose board lost its supply",
      { ...FAULT, intent: null, line: "off", usb: "present" },
      { ...OFF, driven: false },
      { phase: "Off", wanted: "on" },
    ],
    [
      "of such a fault since the start: nothing was known to be wanted, so the policy says it",
      { ...FAULT, intent: null, line: "off", usb: "present", wantedKnown: false },
      OFF,
      { ...FAULT, wanted: "on" },
    ],
    [
      "of a start that was given up and not done",
      { ...FAULT, why: "on-failed", intent: null, line: "off", written: "on" },
      OFF,
      { phase: "Fault", written: null },
    ],
    [
      "of a start that was given up and is on the bus still",
      { ...FAULT, why: "on-failed", intent: null, line: "off", written: "on", action: 9 },
      OFF,
      { phase: "Fault", written: "on" },
    ],
    [
      "of a fault that was off, and is on by another's hand: it boots",
      { ...FAULT, why: "on-failed", intent: null, line: "off" },
      ON,
      { ...FOREIGN, phase: "Unknown", wanted: "on", until: now + 90_000 },
    ],
    [
      "of a fault whose start got through late",
      { ...FAULT, why: "on-failed", intent: null, line: "off", written: "on" },
      ON,
      { phase: "PoweringOn", stage: "settle", why: "on-written", hold: null, onAt: now },
    ],
    [
      "of a start that may have got through until the board lost its supply",
      { ...WRITING, written: "on" },
      LOST,
      { phase: "PoweringOn", stage: "write", written: null, offAt: now },
    ],
    [
      "of a start on a board that lost its supply before it was tried",
      { ...WRITING, written: null },
      LOST,
      { phase: "PoweringOn", stage: "write", offAt: 0 },
    ],
    [
      "of a start that got nowhere",
      { ...WRITING, written: "on" },
      OFF,
      { phase: "PoweringOn", stage: "write", written: "on", offAt: 0 },
    ],
    [
      "of a live Zero that a foreign hand cut",
      {},
      OFF,
      { phase: "Off", ...FOREIGN, wanted: "off" },
    ],
    [
      "of a live Zero that lost its supply",
      { intent: INTENT },
      LOST,
      { phase: "Off", why: "off-proved", hold: null, intent: null, wanted: "on" },
    ],
    ["of a live Zero whose own action is under way", { action: 9 }, OFF, { phase: "Ready" }],
    ["of a live Zero", {}, ON, { phase: "Ready" }],
    [
      "of a refused line that turned",
      { ...ABSENT, refused: true, line: "on" },
      OFF,
      { ...FOREIGN, refused: false },
    ],
    ["of a refused line that did not", { refused: true }, ON, { phase: "Ready", refused: false }],
    [
      "of a refused line that lost its supply",
      { ...CUTTING, refused: true, line: "on" },
      LOST,
      { phase: "Off", hold: null, wanted: "on" },
    ],
    [
      "of a refused cut that an earlier try had done",
      { ...CUTTING, refused: true, written: "off" },
      OFF,
      { phase: "Off", hold: null, written: null },
    ],
    [
      "of a refused cut that is on again",
      { ...CUTTING, refused: true, written: "off", line: "off" },
      ON,
      { phase: "Unknown", ...FOREIGN, wanted: "on", written: null },
    ],
    [
      "of a refused start that an earlier try had done",
      { ...WRITING, refused: true, written: "on" },
      ON,
      { phase: "PoweringOn", stage: "settle", hold: null, written: null },
    ],
    [
      "of a live Zero whose given-up cut was done all the same",
      { phase: "Remediating", stage: "power-cycle", written: "off" },
      OFF,
      { phase: "Off", why: "off-proved", hold: null, wanted: "on", written: null },
    ],
    [
      "of a live Zero whose given-up cut was not done",
      { phase: "Remediating", stage: "power-cycle", written: "off" },
      ON,
      { phase: "Remediating", written: null },
    ],
    [
      "of a postponed start that was done all the same",
      { ...ABSENT, why: "postponed", written: "on" },
      ON,
      { phase: "PoweringOn", why: "on-written", stage: "settle", hold: null, written: null },
    ],
    [
      "of a postponed start that was not done",
      { ...ABSENT, why: "postponed", written: "on" },
      OFF,
      { phase: "Off", written: null },
    ],
    [
      "of one that is to be off and on again, for it showed nothing: it shows up",
      { ...CUTTING, why: "no-enumeration", written: "off", tries: 1, cuts: [1, 2], onAt: 5 },
      ON,
      {
        phase: "Booting",
        why: "usb-seen",
        until: 90_005,
        written: null,
        cuts: [1],
        strikes: 0,
        intent: INTENT,
      },
    ],
    [
      "of such a one whose cut was given up once, and is tried again",
      { ...CUTTING, why: "probed", tries: 1, cuts: [1], onAt: 5 },
      ON,
      { phase: "Booting", why: "usb-seen", until: 90_005, cuts: [] },
    ],
    [
      "of such a one while its cut is on the bus",
      { ...CUTTING, why: "no-enumeration", action: 9, tries: 1 },
      ON,
      { phase: "PoweringOff" },
    ],
    [
      "of such a one that shows nothing still",
      { ...CUTTING, why: "no-enumeration", tries: 1 },
      { ...ON, usb: "absent" },
      { phase: "PoweringOff" },
    ],
    [
      "of a cut that takes its time",
      { ...CUTTING, written: "off" },
      ON,
      { phase: "PoweringOff", written: "off" },
    ],
    [
      "of a refused line under way",
      { refused: true, action: 9 },
      OFF,
      { phase: "Ready", refused: false },
    ],
  ];
  it.each(table)("%s", (_, changes, reading, then) => {
    const { slot } = read(changes, reading);
    expect(slot).toMatchObject(then);
    expect(slot).toMatchObject({ line: reading.line, usb: reading.usb });
  });

  const restores: [PowerRestore, Partial<Slot>, SlotReading, string][] = [
    ["adopt", {}, ON, "on"],
    ["adopt", { wanted: "on" }, OFF, "off"],
    ["adopt", { wasWaiting: true }, OFF, "on"],
    ["adopt", { intent: { ...INTENT, kind: "on" } }, OFF, "on"],
    ["adopt", { wanted: "off", intent: { ...INTENT, kind: "off", by: "operator" } }, ON, "off"],
    // A newer word came, and the off that was begun stood open.
    ["adopt", { wanted: "on", intent: { ...INTENT, kind: "off", by: "operator" } }, OFF, "on"],
    ["adopt", { wanted: "on", intent: { ...INTENT, kind: "quarantine" } }, OFF, "on"],
    ["adopt", { intent: { ...INTENT, kind: "off", by: "policy" } }, ON, "on"],
    ["adopt", { intent: { ...INTENT, kind: "quarantine" } }, ON, "on"],
    ["restore", { wanted: "off" }, ON, "off"],
    ["restore", { wanted: "on" }, OFF, "on"],
    ["all-on", { wanted: "off" }, OFF, "on"],
    ["all-off", { wanted: "on" }, ON, "off"],
  ];
  it.each(restores)("at the start, by %s, of %o", (powerRestore, changes, reading, wanted) => {
    const policy = { ...state.policy, powerRestore };
    const { slot, effects } = read({ ...STARTED, ...changes }, reading, { policy });
    expect(slot.wanted).toBe(wanted);
    expect(ofType(effects, "save-slot")).toMatchObject([{ memory: { wanted } }]);
    // And later readings change nothing of it.
    const later = read({ ...slot, wanted: "on" }, reading, { policy });
    expect(later.slot.wanted).toBe("on");
  });

  it("of power that was lost is an error for people", () => {
    expect(reportsOf(read({}, LOST).effects)[0]).toMatchObject({
      level: "error",
      ev: "board.power-lost",
      slot: "p1",
      detail: { todo: expect.stringContaining("supply") },
    });
  });

  it("of a slot that there is not changes nothing", () => {
    const { slot, before } = read({}, { ...OFF, slot: "p9" });
    expect(slot).toEqual(before);
  });
});

describe("cards in the wrong slots", () => {
  const told = (before: readonly SlotId[], slots: readonly SlotId[]) =>
    done({}, (draft) => onWrongCards(draft, { type: "wrong-cards", now, slots }), {
      wrongCards: before,
    });
  const reported = (...args: Parameters<typeof told>) =>
    reportsOf(told(...args).effects).map(({ level, ev, slot }) => [level, ev, slot]);

  it("are reported once each, and when they are right again", () => {
    expect(reported([], ["p1"])).toEqual([["error", "slot.wrong-card", "p1"]]);
    expect(reported(["p1", "p2"], ["p1", "p2"])).toEqual([]);
    expect(reported(["p1", "p2"], ["p2"])).toEqual([["info", "slot.right-card", "p1"]]);
    expect(told(["p1"], ["p2"]).rig.wrongCards).toEqual(["p2"]);
  });

  it("say what to do", () => {
    const [report] = reportsOf(told([], ["p1"]).effects);
    expect(report?.detail["todo"]).toMatch(/hatctl identify.*nothing is cut here by automation/);
  });
});

describe("the board", () => {
  const failed = (boardError: string | null) =>
    done(
      {},
      (draft) =>
        onBoardFailed(draft, { type: "board-failed", now, code: "bus", detail: "no answer" }),
      { boardError },
    );

  it("that fails is reported once, with the latest reason", () => {
    expect(reportsOf(failed(null).effects)).toEqual([
      {
        level: "error",
        ev: "board.failed",
        slot: null,
        why: "bus",
        detail: { detail: "no answer" },
      },
    ]);
    expect(failed("other")).toMatchObject({ effects: [], rig: { boardError: "no answer" } });
  });

  it("that is back is reported once", () => {
    const back = read({}, ON, { boardError: "no answer" });
    expect(reportsOf(back.effects)).toMatchObject([
      { level: "info", ev: "board.back", slot: null },
    ]);
    expect(back.rig.boardError).toBeNull();
    expect(read({}, ON).effects).toEqual([]);
  });

  const part = (rig: Partial<RigState> = {}) =>
    read({}, OFF, rig, { unread: [{ slots: ["p5", "p6"], code: "bus", message: "no answer" }] });

  it("of which a part fails is reported once, as not read, and what remains is seen", () => {
    const readAt = now - 700;
    const { effects, rig, slot } = part({ readAt });
    expect(reportsOf(effects)).toContainEqual({
      level: "error",
      ev: "board.failed",
      slot: null,
      why: "bus",
      detail: { detail: "p5, p6 cannot be read: no answer" },
    });
    expect(slot).toMatchObject({ line: "off", usb: "absent" });
    expect(rig).toMatchObject({ boardError: "p5, p6 cannot be read: no answer", readAt });
    const again = reportsOf(part({ boardError: "no answer" }).effects);
    expect(again.filter(({ ev }) => ev.startsWith("board."))).toEqual([]);
  });

  const hubs: [RigState["hub"], SlotReading["usb"], RigState["hub"], string[]][] = [
    ["unseen", "unknown", "unseen", []],
    ["unseen", "present", "seen", []],
    ["unseen", "absent", "seen", []],
    ["seen", "present", "seen", []],
    ["seen", "unknown", "lost", ["error hub.lost"]],
    ["lost", "unknown", "lost", []],
    ["lost", "present", "seen", ["info hub.back"]],
  ];
  it.each(hubs)("whose hub was %s and whose port reads %s has it %s", (hub, usb, then, told) => {
    const { rig, effects, stirred } = read({ usb }, { ...ON, usb }, { hub });
    expect(rig.hub).toBe(then);
    expect(stirred).toBe(hub !== then && hub !== "unseen");
    expect(reportsOf(effects).map(({ level, ev }) => `${level} ${ev}`)).toEqual(told);
  });

  it("whose hub is gone names the cable", () => {
    const { effects } = read({}, { ...ON, usb: "unknown" }, { hub: "seen" });
    expect(reportsOf(effects)[0]?.detail["todo"]).toContain("USB cable");
  });

  it("can be read as long as one port can", () => {
    const slots = [{ ...ON, usb: "unknown" } as const, { ...ON, slot: "p2" } as const];
    expect(read({}, ON, { hub: "seen" }, { slots }).rig.hub).toBe("seen");
  });

  it.each([
    [10_001, 1],
    [10_000, 0],
  ])("that tells of under-voltage %i ms after the last reports it %i times", (ms, times) => {
    const { effects, rig } = read({}, ON, { underVoltageAt: now - ms }, { underVoltage: true });
    const told = reportsOf(effects).filter(({ ev }) => ev === "supply.under-voltage");
    expect(told).toMatchObject(Array(times).fill({ level: "warn", slot: null }));
    expect(rig.underVoltageAt).toBe(now);
  });

  it.each([false, null])("that tells %s of under-voltage tells nothing", (underVoltage) => {
    const { effects, rig } = read({}, ON, { underVoltageAt: 7 }, { underVoltage });
    expect(effects).toEqual([]);
    expect(rig.underVoltageAt).toBe(7);
  });
});

describe("an intent that is on disk", () => {
  const durable = (intent: number) =>
    done({ intent: { ...INTENT, durable: false }, retryAt: now + 5000 }, (draft) =>
      onIntentDurable(draft, { type: "intent-durable", now, slot: "p1", intent }),
    ).slot;

  it("may be carried out at once", () => {
    expect(durable(3)).toMatchObject({ intent: INTENT, retryAt: now });
  });

  it("of another number counts for nothing", () => {
    expect(durable(4)).toMatchObject({ intent: { durable: false }, retryAt: now + 5000 });
  });
});

describe("a power effect", () => {
  const concluded = (changes: Partial<Slot>, reading: SlotReading, action = 9) =>
    done({ action: 9, ...changes }, (draft) =>
      onPowerDone(draft, { type: "power-done", now, action, reading }),
    );

  const ends: [string, Partial<Slot>, SlotReading, object][] = [
    ["on", { ...WRITING, action: 9 }, ON, { phase: "PoweringOn", stage: "settle", onAt: now }],
    ["off that is proved", { ...CUTTING, action: 9 }, OFF, { phase: "Off", why: "off-proved" }],
    [
      "off whose port still shows it",
      { ...CUTTING, action: 9 },
      { ...OFF, usb: "present" },
      { phase: "PoweringOff", stage: "prove" },
    ],
    [
      "off that became a fault meanwhile",
      { ...FAULT, intent: INTENT, action: 9 },
      OFF,
      { phase: "Off", intent: { kind: "on" } },
    ],
    [
      "off that became a fault and is not proved",
      { ...FAULT, intent: INTENT, action: 9 },
      { ...OFF, usb: "present" },
      FAULT,
    ],
    [
      "off of a slot that is in no cut any more",
      { phase: "Remediating", stage: "power-cycle", action: 9 },
      { ...OFF, usb: "present" },
      { phase: "Remediating", stage: "power-cycle" },
    ],
  ];
  it.each(ends)("that is done, %s", (_, changes, reading, then) => {
    const { slot } = concluded(changes, reading);
    expect(slot).toMatchObject({
      ...then,
      action: null,
      line: reading.line,
      usb: reading.usb,
    });
  });

  it("on that reads back begins the distance to the next start anew", () => {
    expect(concluded({ ...WRITING, action: 9 }, ON).rig.lastOnAt).toBe(now);
    expect(read({ ...WRITING, written: "on" }, ON).rig.lastOnAt).toBe(now);
  });

  it("that is not the current one counts for nothing", () => {
    const { slot, before } = concluded(CUTTING, OFF, 8);
    expect(slot).toEqual(before);
  });

  const failed = (code: "bus" | "foreign-change", action = 9) =>
    done({ ...CUTTING, action: 9 }, (draft) =>
      onPowerFailed(draft, { type: "power-failed", now, slot: "p1", action, code, detail: "x" }),
    );

  it("that failed is reported, and tried again in a second", () => {
    const { slot, effects } = failed("bus");
    expect(slot).toMatchObject({
      action: null,
      retryAt: now + 1000,
      refused: false,
      written: "off",
    });
    expect(reportsOf(effects)).toEqual([
      { level: "warn", ev: "power.failed", slot: "p1", why: "bus", detail: { detail: "x" } },
    ]);
  });

  it("of a cut that was done late ends what is open so", () => {
    const { effects } = read({ phase: "Remediating", written: "off", intent: INTENT }, OFF);
    expect(ofType(effects, "close-intent").map(({ outcome }) => outcome)).toEqual(["done late"]);
  });

  it("that failed may have brought the line where it was to", () => {
    const { slot } = done({ ...WRITING, action: 9 }, (draft) =>
      onPowerFailed(draft, {
        type: "power-failed",
        now,
        slot: "p1",
        action: 9,
        code: "bus",
        detail: "x",
      }),
    );
    expect(slot.written).toBe("on");
  });

  it("that was refused for a foreign hand waits for a reading", () => {
    expect(failed("foreign-change").slot).toMatchObject({ refused: true, written: null });
  });

  it.each([
    [["p1"], null],
    [["p1", "p3"], null],
    [["p3"], "off"], // found when ours was written, perhaps
  ] as const)("that failed for a change of %o may have been done: %s", (changed, written) => {
    const { slot } = done({ ...CUTTING, action: 9 }, (draft) =>
      onPowerFailed(draft, {
        type: "power-failed",
        now,
        slot: "p1",
        action: 9,
        code: "foreign-change",
        detail: "x",
        changed,
      }),
    );
    expect(slot).toMatchObject({ refused: true, written });
  });

  it("that was refused after another try keeps what is known of that", () => {
    const { slot } = done({ ...CUTTING, action: 9, written: "off" }, (draft) =>
      onPowerFailed(draft, {
        type: "power-failed",
        now,
        slot: "p1",
        action: 9,
        code: "foreign-change",
        detail: "x",
      }),
    );
    expect(slot.written).toBe("off");
  });

  it("that failed and is not the current one counts for nothing", () => {
    const { slot, before, effects } = failed("bus", 8);
    expect(slot).toEqual(before);
    expect(effects).toEqual([]);
  });
});

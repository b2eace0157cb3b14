// One pass of the plan over a slot in each state: what it begins, what it sends, what it leaves alone.

import { describe, expect, it } from "vitest";
import { ofType } from "../../test/sim/effects.ts";
import { INTENT, mining } from "../../test/sim/scene.ts";
import { draftOf } from "./draft.ts";
import { plan } from "./plan.ts";
import type { Hold, Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

const world = mining({ zeros: 3 });
const { now } = world;
const state: RigState = { ...world.state, linkServerProvedAt: now, lastOnAt: 0 };
const [ready, second, third] = state.slots as [Slot, Slot, Slot];
const LINK = ready.link?.id ?? 0;
const NEVER = Number.POSITIVE_INFINITY;
const MAINTENANCE: Hold = { kind: "maintenance", reason: "", since: 0, until: NEVER };
const plain: Slot = { ...ready, task: null, retryAt: 0, until: now + 1e6 };

function planned(changes: Partial<Slot>, rig: Partial<RigState> = {}) {
  const slot: Slot = { ...plain, ...changes };
  const draft = draftOf({ ...state, ...rig, slots: rig.slots ?? [slot, second, third] }, now);
  plan(draft);
  return { before: slot, slot: draft.rig.slots[0] as Slot, effects: draft.effects, rig: draft.rig };
}

const SILENT = {
  heardAt: now - 20_000,
  phase: "Remediating",
  stage: "power-cycle",
  why: "power-cycle",
} as const;
const OFF = {
  phase: "Off",
  why: "off-proved",
  line: "off",
  usb: "absent",
  link: null,
  offAt: 0,
  heardAt: 0,
} as const;
const CUTTING = {
  phase: "PoweringOff",
  stage: "cut",
  why: "power-cycle",
  intent: INTENT,
  heardAt: now - 20_000,
} as const;
const WRITING = {
  ...OFF,
  phase: "PoweringOn",
  stage: "write",
  why: "wanted-on",
  intent: { ...INTENT, kind: "on" },
} as const;
const SOFT = {
  phase: "PoweringOff",
  stage: "soft",
  why: "operator",
  intent: { ...INTENT, by: "operator" },
  asking: { at: null, limitMs: 30_000 },
} as const;

describe("a power effect", () => {
  it("goes out once its intent is on disk, with a number of its own", () => {
    const { slot, effects } = planned(CUTTING);
    const action = state.nextId;
    expect(ofType(effects, "power")).toEqual([
      { type: "power", slot: "p1", action, to: "off", by: "automation" },
    ]);
    expect(slot).toMatchObject({ action, written: null });
  });

  it("waits until off has lasted, whenever it was proved", () => {
    const { offDwellMs } = state.policy;
    const offAt = now - offDwellMs;
    expect(ofType(planned({ ...WRITING, offAt: offAt + 1 }).effects, "power")).toEqual([]);
    expect(ofType(planned({ ...WRITING, offAt }).effects, "power")).toHaveLength(1);
  });

  it("switches on from off", () => {
    expect(ofType(planned(WRITING).effects, "power")).toMatchObject([{ to: "on" }]);
  });

  const kept: [string, Partial<Slot>, Partial<RigState>?][] = [
    ["in no stage that switches", { ...CUTTING, stage: "prove" }],
    ["while one is under way", { ...CUTTING, action: 9 }],
    ["before its time to try again", { ...CUTTING, retryAt: now + 1 }],
    ["without an intent", { ...CUTTING, intent: null }],
    ["after a foreign hand, before the lines were read", { ...CUTTING, refused: true }],
    ["on while the line is on", { ...WRITING, line: "on", usb: "present" }],
    ["on while its port shows it", { ...WRITING, usb: "present" }],
    ["while automation has stopped itself", CUTTING, { halted: "x" }],
    [
      "by a rule while automation has stopped itself",
      { ...CUTTING, line: "off", intent: { ...INTENT, by: "policy", kind: "off" } },
      { halted: "x" },
    ],
  ];
  it.each(kept)("does not go out %s", (_, changes, rig) => {
    expect(ofType(planned(changes, rig).effects, "power")).toEqual([]);
  });

  it("of a person goes out although automation has stopped itself", () => {
    const by = { ...INTENT, by: "operator" } as const;
    const { effects } = planned({ ...CUTTING, intent: by }, { halted: "x" });
    expect(ofType(effects, "power")).toMatchObject([{ by: "operator" }]);
  });

  it("whose intent is not on disk has it written again", () => {
    const { effects, slot } = planned({ ...CUTTING, intent: { ...INTENT, durable: false } });
    expect(ofType(effects, "power")).toEqual([]);
    expect(ofType(effects, "write-intent")).toMatchObject([{ intent: 3 }]);
    expect(slot.retryAt).toBe(now + 5000);
  });

  describe("that was decided and is forbidden meanwhile", () => {
    const lost = { hub: "lost" } as const;

    it("is withdrawn, and does not count", () => {
      const { slot, effects } = planned({ ...CUTTING, cuts: [1, 2], strikes: 2 }, lost);
      expect(slot).toMatchObject({
        phase: "Remediating",
        stage: "power-cycle",
        intent: null,
        cuts: [1],
        strikes: 1,
      });
      expect(ofType(effects, "close-intent")).toMatchObject([{ outcome: "withdrawn" }]);
      expect(ofType(effects, "power")).toEqual([]);
    });

    it.each([
      ["when the line is off already", { line: "off" }],
      ["when it is the second half of a start", { tries: 1 }],
      ["when a person ordered it", { intent: { ...INTENT, by: "operator" } }],
    ] as const)("goes on %s", (_, changes) => {
      const { slot } = planned({ ...CUTTING, ...changes }, lost);
      expect(slot.phase).toBe("PoweringOff");
    });

    it("waits, if it is a start, while another that was given up turns out to have come on just now", () => {
      const at = (onAt: number) => {
        const slots = [{ ...plain, ...WRITING }, { ...second, onAt }, third];
        return ofType(planned(WRITING, { slots }).effects, "power").length;
      };
      const { staggerMs } = state.policy;
      expect(at(now - staggerMs + 1)).toBe(0);
      expect(at(now - staggerMs)).toBe(1);
    });

    it("is postponed, if it is a start, with its intent open", () => {
      const external = { watts: 1, source: "sun", until: NEVER };
      const { slot, effects } = planned(WRITING, { external });
      expect(slot).toMatchObject({ phase: "Off", why: "postponed", intent: WRITING.intent });
      expect(ofType(effects, "power")).toEqual([]);
    });
  });

  it("that cuts one who speaks again, and was not asked yet, asks first", () => {
    const heard = {
      ...CUTTING,
      heardAt: now,
      asking: { at: null, limitMs: 700 },
      intent: { ...INTENT, by: "operator" },
    } as const;
    const { slot, effects } = planned(heard);
    expect(slot).toMatchObject({ stage: "soft", until: now + 700 });
    expect(ofType(effects, "power")).toEqual([]);
  });
});

describe("a Zero that is to shut down", () => {
  const asked = (changes: Partial<Slot>) => {
    const { slot, effects } = planned({ ...SOFT, ...changes });
    return { slot, sent: ofType(effects, "send"), effects };
  };

  it("is asked, and its time runs from the first question", () => {
    const { slot, sent } = asked({ until: now + 5 });
    const message = { type: "shutdown", how: "poweroff", commandId: "s3", deadlineMs: 30_000 };
    expect(sent).toEqual([{ type: "send", slot: "p1", link: LINK, message }]);
    expect(slot).toMatchObject({
      asking: { at: now, limitMs: 30_000 },
      until: now + 30_000,
      retryAt: now + 1000,
    });
  });

  it("is asked again with the time that it has left", () => {
    const { slot, sent } = asked({ asking: { at: now - 5, limitMs: 30_000 }, until: now + 1234.6 });
    expect(sent).toMatchObject([{ message: { deadlineMs: 1235 } }]);
    expect(slot).toMatchObject({ asking: { at: now - 5 }, until: now + 1234.6 });
    expect(asked({ asking: { at: 0, limitMs: 1 }, until: now - 9 }).sent).toMatchObject([
      { message: { deadlineMs: 0 } },
    ]);
  });

  it("is asked again when the second is over", () => {
    expect(asked({ retryAt: now }).sent).toHaveLength(1);
  });

  it.each([
    ["before the second is over", { retryAt: now + 1 }],
    ["without a link", { link: null }],
    ["in another stage", { stage: "prove" }],
  ] as const)("is not asked %s", (_, changes) => {
    expect(asked(changes).sent).toEqual([]);
  });

  it("is not asked before that is on disk, which is tried again", () => {
    const { sent, effects } = asked({ intent: { ...SOFT.intent, durable: false } });
    expect(sent).toEqual([]);
    expect(ofType(effects, "write-intent")).toMatchObject([{ intent: 3 }]);
  });
});

describe("an operator's off", () => {
  const off = { wanted: "off" } as const;

  const cuts: [string, Partial<Slot>, boolean][] = [
    ["a Zero that is up", {}, true],
    ["one that waits for its cycle", SILENT, true],
    ["one whose cycle goes on", { ...CUTTING, action: null }, true],
    [
      "one that a standing rule switches off",
      { ...CUTTING, intent: { ...INTENT, kind: "off", by: "policy" } },
      true,
    ],
    [
      "one that is being switched off for a person",
      { ...CUTTING, intent: { ...INTENT, kind: "off", by: "operator" } },
      false,
    ],
    ["one whose line was never read", { line: "unknown" }, false],
    ["one whose power effect is under way", { action: 9 }, false],
    ["one that is off", { ...OFF, intent: null }, false],
  ];
  it.each(cuts)("begins to switch off %s: %s", (_, changes, begins) => {
    const { slot, before } = planned({ ...changes, ...off });
    if (begins) {
      expect(slot).toMatchObject({ phase: "PoweringOff", why: "wanted-off" });
      expect(slot.intent).toMatchObject({ kind: "off", by: "operator", why: "wanted-off" });
    } else expect(slot.intent).toEqual(before.intent);
  });

  it("asks first unless it is a hard one", () => {
    expect(planned(off).slot.stage).toBe("soft");
    const offAsked = { reason: "fan", hard: true };
    const { slot } = planned({ ...off, offAsked });
    expect(slot).toMatchObject({ stage: "cut", asking: null, intent: { reason: "fan" } });
  });

  it("that nobody said since the start is what the start made of it", () => {
    expect(planned(off).slot.intent?.reason).toBe(`power_restore = ${state.policy.powerRestore}`);
  });

  it.each([
    ["that waits", { ...OFF, intent: INTENT }],
    ["that was about to come on", WRITING],
  ] as const)("closes what is open of a slot %s, and switches nothing", (_, changes) => {
    const { slot, effects } = planned({ ...changes, ...off });
    expect(slot).toMatchObject({ phase: "Off", intent: null });
    expect(ofType(effects, "close-intent")).toMatchObject([{ outcome: "operator-off" }]);
    expect(ofType(effects, "power")).toEqual([]);
  });

  it.each([
    ["that is off", { ...OFF, since: 7, intent: INTENT }, ["close-intent"]],
    ["that is off with nothing open", { ...OFF, since: 7 }, []],
    ["that was about to come on", { ...WRITING, since: 7 }, ["close-intent", "report"]],
    // Its line was on and reads off: what the next reading makes of that comes first.
    ["that has come on", { ...WRITING, since: 7, stage: "settle" }, []],
  ] as const)("of one %s is a change of state only where it was about to come on", (...row) => {
    const [, changes, effects] = row;
    const { slot, effects: done } = planned({ ...changes, ...off });
    expect(done.map(({ type }) => type)).toEqual(effects);
    expect(slot.since).toBe(done.length === 2 ? now : 7);
  });
});

describe("an operator's cycle", () => {
  const cycleAsked = { reason: "stuck", hard: false };

  it("begins with the reason that was given", () => {
    const { slot } = planned({ cycleAsked });
    expect(slot).toMatchObject({
      phase: "PoweringOff",
      why: "operator",
      stage: "soft",
      cycleAsked: null,
    });
    expect(slot.intent).toMatchObject({
      kind: "cycle",
      by: "operator",
      why: "operator",
      reason: "stuck",
    });
    expect(planned({ cycleAsked: { ...cycleAsked, hard: true } }).slot.stage).toBe("cut");
  });

  it("waits for the lane", () => {
    const busy = { ...second, phase: "PoweringOff" as const, intent: INTENT };
    const { slot } = planned({}, { slots: [{ ...plain, cycleAsked }, busy, third] });
    expect(slot).toMatchObject({ phase: "Ready", cycleAsked });
  });

  it("of a slot that is off is no more than its start", () => {
    expect(planned({ ...OFF, cycleAsked, wanted: "on" }).slot).toMatchObject({
      phase: "PoweringOn",
      cycleAsked: null,
    });
  });

  it("of one that goes off already waits for that", () => {
    expect(planned({ ...SOFT, cycleAsked }).slot.cycleAsked).toEqual(cycleAsked);
  });
});

describe("a silent Zero", () => {
  it("is cycled when nothing stands in the way, without being asked", () => {
    const { slot } = planned(SILENT);
    expect(slot).toMatchObject({
      phase: "PoweringOff",
      why: "power-cycle",
      stage: "cut",
      asking: null,
    });
    expect(slot.intent).toMatchObject({ kind: "cycle", by: "automation", why: "power-cycle" });
  });

  it("goes to quarantine when its cycles are spent", () => {
    const spent = { strikes: 3, cuts: [now - 2e6, now - 2e6, now - 2e6] };
    const { slot } = planned({ ...SILENT, ...spent });
    expect(slot).toMatchObject({ phase: "PoweringOff", why: "failed-cycles" });
    expect(slot.intent).toMatchObject({ kind: "quarantine", why: "failed-cycles" });
    expect(planned({ ...SILENT, ...spent, strikes: 2 }).slot.intent?.kind).toBe("cycle");
  });

  it.each([
    ["when something stands in the way", { hold: MAINTENANCE }],
    ["on another rung", { stage: "restart-agent" }],
    ["while it is only suspected", { phase: "Suspect", stage: null }],
  ] as const)("is left alone %s", (_, changes) => {
    expect(planned({ ...SILENT, ...changes }).slot.intent).toBeNull();
  });
});

describe("a slot that is off", () => {
  it("is started when it is wanted on", () => {
    const { slot } = planned({ ...OFF, wanted: "on" });
    expect(slot).toMatchObject({ phase: "PoweringOn", stage: "write" });
    expect(slot.intent).toMatchObject({ kind: "on", by: "automation" });
  });

  it("stays off when it is not", () => {
    expect(planned({ ...OFF, wanted: "off" }).slot.phase).toBe("Off");
  });

  const waits: [string, Partial<Slot>, Partial<RigState>, string | null][] = [
    ["maintenance", { hold: MAINTENANCE }, {}, "off; on waits for hold"],
    ["a failing supply", {}, { underVoltageAt: now }, "off; on waits for under-voltage"],
    [
      "a ceiling",
      {},
      { external: { watts: 1, source: "sun", until: NEVER } },
      "off; on waits for ceiling",
    ],
    ["heat", { shed: { why: "hot", at: 0 }, offAt: now - 3000 }, {}, "off; on waits for heat"],
    ["its dwell", { offAt: now }, {}, null],
    ["the stagger", {}, { lastOnAt: now }, null],
  ];
  it.each(waits)(
    "within its cycle, for as long as %s lasts, keeps its cycle open or not",
    (_, changes, rig, outcome) => {
      const { slot, effects } = planned({ ...OFF, wanted: "on", intent: INTENT, ...changes }, rig);
      expect(slot.phase).toBe("Off");
      expect(ofType(effects, "close-intent").map((closed) => closed.outcome)).toEqual(
        outcome === null ? [] : [outcome],
      );
      expect(slot.intent).toEqual(outcome === null ? INTENT : null);
      const saved = ofType(effects, "save-slot").filter(({ slot: id }) => id === slot.id);
      expect(saved).toHaveLength(outcome === null ? 0 : 1);
    },
  );
});

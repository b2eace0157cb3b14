// The standing rules: whom each would switch off next, and what that waits for; how a failing supply is trusted.

import { describe, expect, it } from "vitest";
import { mining } from "../../test/sim/scene.ts";
import { draftOf } from "./draft.ts";
import type { Intent, Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import { onUnderVoltage, recoverFromBrownOut } from "./supply.ts";
import { idler, overCeiling, surpluses, tooHot } from "./surplus.ts";

const world = mining({ zeros: 3 });
const { now } = world;
const NEVER = Number.POSITIVE_INFINITY;
const HOLD = { kind: "cordon", reason: "", since: 0, until: NEVER } as const;
/** A ceiling gave it back not quite long enough ago. */
const MOVED = { movedAt: now - 59_999 };
const INTENT: Intent = { id: 3, kind: "off", by: "policy", why: "x", reason: "", durable: true };
/** A rig whose Zeros came on long ago, p3 last, and have nothing to do. */
const base: RigState = {
  ...world.state,
  policy: { ...world.state.policy, idleOffMs: 60_000 },
  slots: world.state.slots.map(
    (slot, index): Slot => ({
      ...slot,
      task: null,
      onAt: now - 1e6 + index,
      since: now - 1e6,
      busyAt: now - 60_000,
    }),
  ),
};

function rig(
  slots: Readonly<Record<string, Partial<Slot>>>,
  changes: Partial<RigState> = {},
): RigState {
  return {
    ...base,
    ...changes,
    slots: base.slots.map((slot) => ({ ...slot, ...slots[slot.id] })),
  };
}

function told(surplus: ReturnType<typeof tooHot>): string | null {
  return surplus && [surplus.slot.id, surplus.why, surplus.waitsFor].join(" ").trim();
}

const sun = (watts: number) => ({ external: { watts, source: "sun", until: NEVER } });
const SAGGED = { brownOut: { zeros: 2, changedAt: now } };
const ON_THE_WAY = { phase: "PoweringOff" } as const;

describe("a Zero that is too hot", () => {
  const hot = { heat: 3 } as const;
  const table: [Parameters<typeof rig>[0], Partial<RigState>, string | null][] = [
    [{}, {}, null],
    [{ p1: { heat: 2 } }, {}, null],
    [{ p1: hot }, {}, "p1 hot"],
    [{ p1: hot, p2: hot }, {}, "p2 hot"],
    [{ p1: { ...hot, line: "off" } }, {}, null],
    [{ p1: { ...hot, ...ON_THE_WAY } }, {}, null],
    [{ p1: { ...hot, intent: INTENT } }, {}, null],
    [{ p1: { ...hot, intent: { ...INTENT, kind: "quarantine" } } }, {}, null],
    [{ p1: { ...hot, intent: { ...INTENT, kind: "cycle" } } }, {}, "p1 hot"],
    [
      { p1: { ...hot, phase: "Booting", hold: HOLD, onAt: now } },
      { pause: { reason: "", since: 0, until: NEVER } },
      "p1 hot",
    ],
    [{ p1: { ...hot, action: 9 } }, {}, "p1 hot power-action"],
    [{ p1: hot }, { wrongCards: ["p1"] }, "p1 hot wrong-card"],
    [{ p1: hot, p2: hot }, { wrongCards: ["p2"] }, "p1 hot"],
    [{ p1: hot }, { halted: "x" }, "p1 hot automation-halted"],
  ];
  it.each(table)("%o %o: %s", (slots, changes, expected) => {
    expect(told(tooHot(rig(slots, changes), now))).toBe(expected);
  });
});

describe("a Zero above the ceiling", () => {
  const table: [string, Parameters<typeof rig>[0], Partial<RigState>, string | null][] = [
    ["is none without one", {}, {}, null],
    ["is none that fits", {}, sun(3), null],
    ["is the one that came on last", {}, sun(2), "p3 ceiling"],
    ["is the last that may go", { p3: { hold: HOLD } }, sun(2), "p2 ceiling"],
    [
      "is the last that may go, though a later one may not",
      { p2: { hold: HOLD }, p3: { hold: HOLD } },
      sun(2),
      "p1 ceiling",
    ],
    [
      "of two that came on together is the later in the list",
      { p2: { onAt: now - 1e6 + 2 } },
      sun(2),
      "p3 ceiling",
    ],
    [
      "is the last of all, if none may go",
      { p1: { hold: HOLD }, p2: { hold: HOLD }, p3: { hold: HOLD } },
      sun(2),
      "p3 ceiling hold",
    ],
    ["is none that is going already", { p3: ON_THE_WAY }, sun(2), null],
    [
      "is none whose way off is begun",
      { p3: { phase: "Fault", intent: INTENT } },
      sun(2),
      "p2 ceiling",
    ],
    [
      "waits for a pause",
      {},
      { ...sun(2), pause: { reason: "", since: 0, until: NEVER } },
      "p3 ceiling paused",
    ],
    [
      "waits for a remedy",
      { p1: { phase: "Suspect" }, p2: { phase: "Suspect" }, p3: { phase: "Suspect" } },
      sun(2),
      "p3 ceiling not-running",
    ],
    ["is Degraded as well as Ready", { p3: { phase: "Degraded" } }, sun(2), "p3 ceiling"],
    [
      "waits for its dwell",
      { p1: MOVED, p2: MOVED, p3: MOVED },
      sun(2),
      "p3 ceiling ceiling-dwell",
    ],
    ["is the last that no ceiling moved lately", { p3: MOVED }, sun(2), "p2 ceiling"],
    ["waits no longer for its dwell", { p3: { movedAt: now - 60_000 } }, sun(2), "p3 ceiling"],
    [
      "waits for no dwell if nobody's ceiling moved it",
      { p3: { onAt: now } },
      sun(2),
      "p3 ceiling",
    ],
    [
      "waits for a token",
      {},
      { ...sun(2), switches: { tokens: 0, at: now } },
      "p3 ceiling switch-rate",
    ],
    [
      "of a failing supply waits for nothing of that",
      { p3: { hold: HOLD, onAt: now } },
      { brownOut: { zeros: 2, changedAt: now }, switches: { tokens: 0, at: now } },
      "p3 brown-out",
    ],
    [
      "of a failing supply is one that can be asked, where another had no time to dial in since the start",
      { p3: { link: null } },
      { ...SAGGED, startedAt: now - 19_999, resumedAt: now - 19_999 },
      "p2 brown-out",
    ],
    [
      "of a failing supply waits where none had time to dial in since the start",
      { p1: { link: null }, p2: { link: null }, p3: { link: null } },
      { ...SAGGED, startedAt: now - 19_999, resumedAt: now - 19_999 },
      "p3 brown-out just-resumed",
    ],
    [
      "of a failing supply waits where none that was found on at the start had time to dial in",
      { p1: { link: null }, p2: { link: null }, p3: { link: null, onAt: now - 10_000 } },
      { ...SAGGED, startedAt: now - 10_000, resumedAt: now - 10_000 },
      "p3 brown-out just-resumed",
    ],
    [
      "of a failing supply waits so after a standstill",
      { p1: { link: null }, p2: { link: null }, p3: { link: null } },
      { ...SAGGED, startedAt: now - 1e6, resumedAt: now - 19_999 },
      "p3 brown-out just-resumed",
    ],
    [
      "of a failing supply waits no longer for who does not dial in",
      { p1: { link: null }, p2: { link: null }, p3: { link: null } },
      { ...SAGGED, startedAt: now - 1e6, resumedAt: now - 20_000 },
      "p3 brown-out",
    ],
    [
      "of a failing supply may be one that was switched on since",
      { p1: { link: null }, p2: { link: null }, p3: { link: null, onAt: now - 9000 } },
      { ...SAGGED, startedAt: now - 1e6, resumedAt: now - 10_000 },
      "p3 brown-out",
    ],
    [
      "of a failing supply is none whose way off is begun",
      { p3: { phase: "Fault", intent: INTENT } },
      { brownOut: { zeros: 2, changedAt: now } },
      "p2 brown-out",
    ],
    [
      "is no matter of the supply while no more Zeros have power than it is trusted with",
      {},
      { ...sun(2), brownOut: { zeros: 3, changedAt: now } },
      "p3 ceiling",
    ],
  ];
  it.each(table)("%s", (_, slots, changes, expected) => {
    expect(told(overCeiling(rig(slots, changes), now))).toBe(expected);
  });
});

describe("a Zero with nothing to do", () => {
  const keepUp = (count: number) => ({ policy: { ...base.policy, keepUp: count } });
  const busy = { busyAt: now - 59_999 };
  const table: [string, Parameters<typeof rig>[0], Partial<RigState>, string | null][] = [
    ["sleeps, the one that came on last", {}, {}, "p3 idle"],
    [
      "does not where nothing is said of it",
      {},
      { policy: { ...base.policy, idleOffMs: null } },
      null,
    ],
    ["has had nothing for so long", { p3: busy }, {}, "p2 idle"],
    ["has been up for so long", { p3: { since: now - 59_999 } }, {}, "p2 idle"],
    [
      "holds no job",
      { p3: { task: { jobId: "x", seat: "p3", link: 1, until: now } } },
      {},
      "p2 idle",
    ],
    ["is wanted by nobody", { p3: { demandUntil: now + 1 } }, {}, "p2 idle"],
    ["is wanted by nobody any more", { p3: { demandUntil: now } }, {}, "p3 idle"],
    ["is not one that is too hot to work", { p3: { heat: 2 } }, {}, "p2 idle"],
    ["may be warm", { p3: { heat: 1 } }, {}, "p3 idle"],
    ["is up", { p3: { phase: "Booting" } }, {}, "p2 idle"],
    ["leaves as many up as are to be kept", {}, keepUp(3), null],
    ["leaves no more than that", {}, keepUp(2), "p3 idle"],
    ["is not one that boots", { p1: busy, p2: busy, p3: { phase: "Booting" } }, {}, null],
    ["leaves as many that are up, not that boot", { p1: { phase: "Booting" } }, keepUp(2), null],
    ["is none when all are busy", { p1: busy, p2: busy, p3: busy }, {}, null],
    [
      "waits for a hold of the only one",
      { p1: busy, p2: busy, p3: { hold: HOLD } },
      {},
      "p3 idle hold",
    ],
  ];
  it.each(table)("%s", (_, slots, changes, expected) => {
    expect(told(idler(rig(slots, changes), now))).toBe(expected);
  });
});

describe("all that are too much", () => {
  const order = (slots: Parameters<typeof rig>[0], changes: Partial<RigState>) =>
    surpluses(rig(slots, changes), now).map(told);

  it("are told in the order in which they go: the hot, then the newest above the ceiling, then who sleeps", () => {
    const policy = { ...base.policy, idleOffMs: null };
    expect(order({}, { policy })).toEqual([]);
    expect(order({}, { ...sun(0), policy })).toEqual(["p3 ceiling", "p2 ceiling", "p1 ceiling"]);
    expect(order({}, { ...sun(1), policy })).toEqual(["p3 ceiling", "p2 ceiling"]);
    expect(order({ p1: { heat: 3 }, p2: { heat: 3 } }, sun(9))).toEqual([
      "p2 hot",
      "p1 hot",
      "p3 idle",
    ]);
    expect(order({ p1: { heat: 3 } }, { ...sun(1), policy })).toEqual(["p1 hot", "p3 ceiling"]);
  });

  it("are as many sleepers as leave enough up", () => {
    expect(order({}, { policy: { ...base.policy, keepUp: 1 } })).toEqual(["p3 idle", "p2 idle"]);
  });

  it("are last those that something keeps from going", () => {
    expect(order({ p3: { hold: HOLD } }, sun(0))).toEqual([
      "p2 ceiling",
      "p1 ceiling",
      "p3 ceiling hold",
    ]);
  });

  it("are those that go while a hot one cannot, for it keeps its power", () => {
    const stuck = { p1: { heat: 3, action: 9 } } as const;
    expect(order(stuck, { ...sun(1), policy: { ...base.policy, idleOffMs: null } })).toEqual([
      "p1 hot power-action",
      "p3 ceiling",
      "p2 ceiling",
    ]);
  });

  it("are named by the rule that lets them go, if another does not", () => {
    const moved = { p3: MOVED, p2: { busyAt: now }, p1: { busyAt: now } };
    expect(order(moved, sun(2.9))).toEqual(["p2 ceiling", "p3 idle"]);
    const busy = { ...MOVED, busyAt: now };
    expect(order({ p1: busy, p2: busy, p3: MOVED }, sun(0))).toEqual([
      "p2 ceiling ceiling-dwell",
      "p1 ceiling ceiling-dwell",
      "p3 idle",
    ]);
    const held = { p3: { hold: HOLD }, p2: { busyAt: now }, p1: { busyAt: now } };
    expect(order(held, { ...sun(0) })).toEqual(["p2 ceiling", "p1 ceiling", "p3 ceiling hold"]);
  });
});

describe("a supply that fails", () => {
  function sagged(slots: Parameters<typeof rig>[0], changes: Partial<RigState> = {}) {
    const draft = draftOf(rig(slots, changes), now);
    onUnderVoltage(draft);
    expect(draft.rig.underVoltageAt).toBe(now);
    return draft.rig.brownOut;
  }
  const long = { brownOut: { zeros: 3, changedAt: now - 5000 } };
  const OFF = { phase: "Off", line: "off", offAt: 0 } as const;

  const first: [Parameters<typeof rig>[0], number][] = [
    [{}, 3],
    [{ p3: OFF }, 2],
    [{ p3: { phase: "PoweringOn", line: "off" } }, 3],
    [{ p1: OFF, p2: OFF, p3: OFF }, 0],
  ];
  it.each(first)("is at first trusted with those that have power, %o: %i", (slots, zeros) => {
    expect(sagged(slots, { brownOut: null })).toEqual({ zeros, changedAt: now });
  });

  it("is at first trusted with all, however short the time after which one goes", () => {
    const policy = { ...base.policy, brownOutShedMs: 0 };
    expect(sagged({}, { brownOut: null, policy })).toEqual({ zeros: 3, changedAt: now });
  });

  const then: [string, Parameters<typeof rig>[0], Partial<RigState>, number][] = [
    ["with one less after five seconds", {}, long, 2],
    ["with no less before", {}, { brownOut: { zeros: 3, changedAt: now - 4999 } }, 3],
    ["with no less while one goes off", { p3: ON_THE_WAY }, long, 3],
    ["with no less so soon after one went off", { p3: { ...OFF, offAt: now - 4999 } }, long, 3],
    ["with one less than there are, if that is less", { p3: OFF }, long, 1],
    ["with one less than it was, if that is less", {}, { brownOut: { zeros: 1, changedAt: 0 } }, 0],
    [
      "with none less than none",
      { p1: OFF, p2: OFF, p3: OFF },
      { brownOut: { zeros: 0, changedAt: 0 } },
      0,
    ],
  ];
  it.each(then)("is trusted %s", (_, slots, changes, zeros) => {
    const brownOut = sagged(slots, changes);
    expect(brownOut?.zeros).toBe(zeros);
    const changed = zeros !== changes.brownOut?.zeros || zeros === 0;
    expect(brownOut?.changedAt).toBe(changed ? now : changes.brownOut?.changedAt);
  });

  function recovered(changes: Partial<RigState>) {
    const draft = draftOf(rig({}, changes), now);
    recoverFromBrownOut(draft);
    return draft.rig.brownOut;
  }
  const quiet = { underVoltageAt: now - 60_000, brownOut: { zeros: 1, changedAt: now - 60_000 } };

  it("is trusted with one more after a minute of quiet, until all are back", () => {
    expect(recovered(quiet)).toEqual({ zeros: 2, changedAt: now });
    expect(recovered({ ...quiet, brownOut: { zeros: 2, changedAt: now - 60_000 } })).toBeNull();
    expect(recovered({ ...quiet, brownOut: null })).toBeNull();
  });

  it.each([
    ["since it sagged", { ...quiet, underVoltageAt: now - 59_999 }],
    [
      "since it was trusted with one more",
      { ...quiet, brownOut: { zeros: 1, changedAt: now - 59_999 } },
    ],
  ])("is not before a minute has passed %s", (_, changes) => {
    expect(recovered(changes)).toEqual(changes.brownOut);
  });
});

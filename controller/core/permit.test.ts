// What stands in the way of a cut and of a start: each hindrance by itself, and the first of two.

import { describe, expect, it } from "vitest";
import { mining, withSlot } from "../../test/sim/scene.ts";
import {
  capReached,
  cutHindrance,
  cyclesLeft,
  mayRetryEnumeration,
  onHindrance,
} from "./permit.ts";
import type { Intent, Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import type { Hindrance, OnHindrance } from "./why.ts";

const NEVER = Number.POSITIVE_INFINITY;
const world = mining();
const { now } = world;
const PAUSE = { reason: "", since: 0, until: NEVER };
const EMPTY = { tokens: 0, at: now };
const CYCLE: Intent = {
  id: 1,
  kind: "cycle",
  by: "automation",
  why: "x",
  reason: "",
  durable: true,
};

type Given = {
  readonly rig?: Partial<RigState>;
  readonly p1?: Partial<Slot>;
  readonly p2?: Partial<Slot>;
};

function given(base: RigState, { rig = {}, p1 = {}, p2 = {} }: Given): RigState {
  return withSlot(withSlot({ ...base, ...rig }, "p1", p1), "p2", p2);
}

describe("what stands in the way of a cut", () => {
  const silent = withSlot({ ...world.state, linkServerProvedAt: now }, "p1", {
    phase: "Remediating",
    stage: "power-cycle",
    heardAt: now - 14_000,
  });
  const lost = { phase: "Suspect", heardAt: 0 } as const;
  /** In the order in which they are looked at. */
  const hindrances: [Hindrance, Given][] = [
    ["automation-halted", { rig: { halted: "x" } }],
    ["paused", { rig: { pause: PAUSE } }],
    ["hold", { p1: { hold: { kind: "cordon", ...PAUSE } } }],
    ["just-resumed", { rig: { startedAt: 0, resumedAt: now - 19_999 } }],
    ["wrong-card", { rig: { wrongCards: ["p1"] } }],
    ["hub-lost", { rig: { hub: "lost" } }],
    ["link-server-unproved", { rig: { linkServerProvedAt: 0 } }],
    ["storm", { rig: { storm: { state: "cooldown", until: now + 1 } } }],
    ["below-floor", { p2: lost }],
    ["board-unread", { rig: { readAt: now - 5000 } }],
    ["boots", { p1: { bootPending: true, onAt: now - 89_999, heardAt: now - 90_000 } }],
    ["kernel-answers", { p1: { answers: { yes: true, at: now } } }],
    ["lane-busy", { p2: { intent: CYCLE } }],
    ["backoff", { p1: { strikes: 1, cuts: [now] } }],
    ["slot-cut-cap", { p1: { cuts: Array(6).fill(now - 1000) } }],
    ["rig-cut-cap", { p2: { cuts: Array(24).fill(now - 1000) } }],
    ["switch-rate", { rig: { switches: EMPTY } }],
  ];

  const proofs: [string, number, number, Hindrance | null][] = [
    ["while the Zero still beat", now - 14_000, now - 9001, "link-server-unproved"],
    ["since it fell silent", now - 14_000, now - 9000, null],
    ["since, but too long ago", now - 40_000, now - 15_000, "link-server-unproved"],
    ["since, and lately", now - 40_000, now - 14_999, null],
  ];
  it.each(proofs)("with a link server proved %s is the right one", (_, heardAt, at, hindrance) => {
    const state = given(silent, { rig: { linkServerProvedAt: at }, p1: { heardAt } });
    expect(cutHindrance(state, state.slots[0] as Slot, now)).toBe(hindrance);
  });

  it("waits after the link server was gone, until the Zeros could dial in anew", () => {
    const at = (linkServerBackAt: number) => {
      const state = given(silent, { rig: { linkServerBackAt } });
      return cutHindrance(state, state.slots[0] as Slot, now);
    };
    expect(at(now - 19_999)).toBe("link-server-unproved");
    expect(at(now - 20_000)).toBeNull();
  });

  it("counts a proof from the end of a standstill on, not from the last frame", () => {
    const policy = { ...silent.policy, livenessMs: 4000 };
    const since = given(silent, {
      rig: { policy, startedAt: 0, resumedAt: now - 8000, linkServerProvedAt: now - 6000 },
      p1: { heardAt: now - 90_000 },
    });
    const before = { ...since, linkServerProvedAt: now - 6001 };
    expect(cutHindrance(since, since.slots[0] as Slot, now)).toBeNull();
    expect(cutHindrance(before, before.slots[0] as Slot, now)).toBe("link-server-unproved");
  });

  it("is nothing in a rig that is well", () => {
    expect(cutHindrance(silent, silent.slots[0] as Slot, now)).toBeNull();
  });

  it.each(hindrances)("is %s", (name, changes) => {
    const state = given(silent, changes);
    expect(cutHindrance(state, state.slots[0] as Slot, now)).toBe(name);
  });

  it.each(hindrances.slice(1).map(([name], index) => [hindrances[index]?.[0], name] as const))(
    "is %s before %s",
    (first, second) => {
      const of = (name: Hindrance | undefined) =>
        hindrances.find(([each]) => each === name)?.[1] ?? {};
      const [a, b] = [of(first), of(second)];
      const state = given(silent, {
        rig: { ...b.rig, ...a.rig },
        p1: { ...b.p1, ...a.p1 },
        p2: { ...b.p2, ...a.p2 },
      });
      expect(cutHindrance(state, state.slots[0] as Slot, now)).toBe(first);
    },
  );

  it("is neither storm nor floor in a storm that lasts", () => {
    const storm = { state: "storm", since: 0, alerted: true } as const;
    const state = given(silent, { rig: { storm }, p2: lost });
    expect(cutHindrance(state, state.slots[0] as Slot, now)).toBeNull();
    const young = given(silent, { rig: { storm: { ...storm, alerted: false } } });
    expect(cutHindrance(young, young.slots[0] as Slot, now)).toBe("storm");
  });

  it("is a standstill for two liveness windows after it, and no longer", () => {
    const resumed = (ms: number) => {
      const state = given(silent, { rig: { startedAt: 0, resumedAt: now - ms } });
      return cutHindrance(state, state.slots[0] as Slot, now);
    };
    expect([resumed(19_999), resumed(20_000)]).toEqual(["just-resumed", null]);
  });

  it("is no kernel that answers when the agent's grace is over", () => {
    const p1 = { answers: { yes: true, at: now }, heardAt: now - 45_000 };
    const state = given({ ...silent, resumedAt: now - 45_000 }, { p1 });
    expect(cutHindrance(state, state.slots[0] as Slot, now)).toBeNull();
  });

  it("is its kernel's answer for as long as its agent was told to restart, not a moment longer", () => {
    const restarting = (untilMs: number) => {
      const restartUntil = now + untilMs;
      const p1 = { answers: { yes: true, at: now }, heardAt: now - 45_000, restartUntil };
      const state = given({ ...silent, resumedAt: now - 45_000 }, { p1 });
      return cutHindrance(state, state.slots[0] as Slot, now);
    };
    expect([1, 0].map(restarting)).toEqual(["kernel-answers", null]);
  });

  it("is no cut of more than an hour ago", () => {
    const cuts = Array(30).fill(now - 3_600_000);
    const state = given(silent, { p1: { cuts }, p2: { cuts } });
    expect(capReached(state, state.slots[0] as Slot, now)).toBeNull();
    expect(cyclesLeft(state.slots[0] as Slot, state.policy, now)).toBe(3);
  });
});

describe("what stands in the way of a start", () => {
  const off = withSlot(world.state, "p1", {
    phase: "Off",
    line: "off",
    usb: "absent",
    offAt: now - 3000,
    link: null,
  });
  const shed = (why: "hot" | "idle" | "ceiling") => ({ shed: { why, at: 0 } });
  const sun = (watts: number) => ({ external: { watts, source: "sun", until: NEVER } });
  const hindrances: [OnHindrance, Given][] = [
    ["automation-halted", { rig: { halted: "x" } }],
    ["paused", { rig: { pause: PAUSE } }],
    ["hold", { p1: { hold: { kind: "maintenance", ...PAUSE } } }],
    ["heat", { p1: shed("hot") }],
    ["idle", { p1: shed("idle") }],
    ["under-voltage", { rig: { underVoltageAt: now - 9_999 } }],
    ["ceiling", { rig: sun(4) }],
    ["ceiling-dwell", { p1: shed("ceiling") }],
    ["off-dwell", { p1: { offAt: now - 1999 } }],
    ["another-starts", { p2: { phase: "PoweringOn" } }],
    ["stagger", { rig: { lastOnAt: now - 1999 } }],
    ["switch-rate", { rig: { switches: EMPTY } }],
  ];

  it("is nothing in a rig that is well", () => {
    expect(onHindrance(off, off.slots[0] as Slot, now)).toBeNull();
  });

  it.each(hindrances.slice(1).map(([name], index) => [hindrances[index]?.[0], name] as const))(
    "is %s before %s",
    (first, second) => {
      const of = (name: OnHindrance | undefined) =>
        hindrances.find(([each]) => each === name)?.[1] ?? {};
      const [a, b] = [of(first), of(second)];
      const state = given(off, {
        rig: { ...b.rig, ...a.rig },
        // One rule at a time keeps it off, and a dwell that is over stays over.
        p1: { ...b.p1, ...a.p1 },
        p2: { ...b.p2, ...a.p2 },
      });
      expect(onHindrance(state, state.slots[0] as Slot, now)).toBe(first);
    },
  );

  it.each(hindrances)("is %s", (name, changes) => {
    const state = given(off, changes);
    expect(onHindrance(state, state.slots[0] as Slot, now)).toBe(name);
  });

  const over: [string, Given][] = [
    ["a ceiling that it fits under", { rig: sun(4.4) }],
    ["a cordon", { p1: { hold: { kind: "cordon", ...PAUSE } } }],
    ["heat that is long past", { p1: { ...shed("hot"), offAt: now - 600_000 } }],
    ["a sleep that somebody ended", { p1: { ...shed("idle"), demandUntil: now + 1 } }],
    ["a ceiling's dwell that is over", { p1: { ...shed("ceiling"), offAt: now - 60_000 } }],
    ["under-voltage of a while ago", { rig: { underVoltageAt: now - 10_000 } }],
    ["a pause, for what was begun", { rig: { pause: PAUSE }, p1: { intent: CYCLE } }],
    ["a pause, for a person's word", { rig: { pause: PAUSE }, p1: { onAsked: { reason: "" } } }],
    ["an empty bucket, for what was begun", { rig: { switches: EMPTY }, p1: { intent: CYCLE } }],
    [
      "a stop of automation, for a person's word",
      { rig: { halted: "x" }, p1: { onAsked: { reason: "" } } },
    ],
    [
      "a stop of automation, for what a person began",
      { rig: { halted: "x" }, p1: { intent: { ...CYCLE, by: "operator" } } },
    ],
  ];
  it.each(over)("is not %s", (_, changes) => {
    const state = given(off, changes);
    expect(onHindrance(state, state.slots[0] as Slot, now)).toBeNull();
  });
});

describe("off and on again for a Zero that never showed up", () => {
  const long = { state: "storm", since: 0, alerted: true } as const;
  const table: [string, Partial<RigState>, boolean][] = [
    ["is tried in a rig that is well", {}, true],
    ["is not while automation has stopped itself", { halted: "x" }, false],
    ["is not while the hub is gone", { hub: "lost" }, false],
    ["is not in a storm", { storm: { ...long, alerted: false } }, false],
    ["is not in the time after one", { storm: { state: "cooldown", until: NEVER } }, false],
    ["is in a storm that lasts", { storm: long }, true],
  ];
  it.each(table)("%s", (_, changes, may) => {
    expect(mayRetryEnumeration({ ...world.state, ...changes })).toBe(may);
  });
});

import { describe, expect, it } from "vitest";
import { mining, withSlot } from "../../test/sim/scene.ts";
import type { Slot } from "../core/slot.ts";
import type { RigState } from "../core/state.ts";
import { bootLeftMs } from "./boot-left.ts";
import { choose } from "./choice.ts";
import { type Readiness, readinessOf } from "./readiness.ts";

const world = mining({ zeros: 2 });
const { now } = world;
const rig: RigState = { ...world.state, lastOnAt: 0 };
const OFF = { phase: "Off", line: "off", offAt: 0 } as const;
const intent = { id: 1, by: "operator", why: "x", reason: "", durable: true } as const;
const hold = { kind: "cordon", reason: "fan", since: 0, until: Number.POSITIVE_INFINITY } as const;
const NEVER = Number.POSITIVE_INFINITY;

describe("a slot", () => {
  const cases: [string, Partial<Slot>, boolean, Readiness, string][] = [
    ["that mines", {}, true, "serves", "serves"],
    ["that is degraded", { phase: "Degraded" }, true, "serves", "serves"],
    ["whose service is up before its agent", { phase: "Booting" }, true, "serves", "serves"],
    [
      "whose line another hand turned off",
      { line: "off" },
      true,
      "comes",
      "is up, and its service is starting",
    ],
    ["that boots", { phase: "Booting" }, false, "comes", "is booting"],
    ["that is just up", { since: now }, false, "comes", "is up, and its service is starting"],
    [
      "without a service",
      { since: now - 60_000 },
      false,
      "blocked",
      "is up, and nothing answers on its port",
    ],
    ["that is switched on", { phase: "PoweringOn" }, false, "comes", "is being switched on"],
    [
      "not known yet",
      { phase: "Unknown" },
      true,
      "comes",
      "is being looked at: the controller has just started",
    ],
    ["that is silent", { phase: "Suspect" }, true, "ill", "is silent"],
    ["under a remedy", { phase: "Remediating" }, true, "ill", "is silent"],
    ["in quarantine", { phase: "Quarantined" }, true, "blocked", "is quarantined"],
    [
      "on its way there",
      { ...OFF, phase: "PoweringOff", intent: { ...intent, kind: "quarantine" } },
      true,
      "blocked",
      "is quarantined",
    ],
    ["in fault", { phase: "Fault" }, true, "blocked", "has a fault"],
    ["that a person holds", { hold }, true, "blocked", "is held (cordon)"],
    [
      "that another program switched on",
      { hold: { ...hold, kind: "foreign" } },
      true,
      "serves",
      "serves",
    ],
    ["that is off", OFF, false, "sleeps", "is woken"],
    [
      "that was on just now",
      { ...OFF, offAt: now },
      false,
      "sleeps",
      "is woken soon: it has not been off for long enough",
    ],
    [
      "that goes off",
      { phase: "PoweringOff", offAt: 0 },
      false,
      "sleeps",
      "is going off, and comes back then",
    ],
    [
      "off by a person",
      { ...OFF, wanted: "off" },
      false,
      "blocked",
      "was switched off by a person",
    ],
    [
      "in a power cycle",
      { ...OFF, intent: { ...intent, kind: "cycle" } },
      false,
      "comes",
      "is being started anew",
    ],
  ];
  it.each(cases)("%s", (_, changes, isOpen, readiness, why) => {
    const state = withSlot(rig, "p1", changes);
    expect(readinessOf(state, "p1", isOpen, now)).toEqual({
      slot: "p1",
      readiness,
      why: `p1 ${why}`,
    });
  });

  it("that the rig has not is of no use", () => {
    expect(readinessOf(rig, "p9", true, now)).toMatchObject({
      readiness: "blocked",
      why: "p9 is no slot of this rig",
    });
  });

  const limits: [string, Partial<RigState>, Readiness, string][] = [
    [
      "a ceiling",
      { external: { watts: 0, source: "sun", until: NEVER } },
      "blocked",
      "p1 cannot be woken: the ceiling leaves no room for it",
    ],
    [
      "a pause",
      { pause: { reason: "", since: now, until: NEVER } },
      "blocked",
      "p1 cannot be woken: automation is paused",
    ],
    [
      "a stop of automation",
      { halted: "x" },
      "blocked",
      "p1 cannot be woken: automation stopped itself",
    ],
    [
      "a sag",
      { underVoltageAt: now },
      "sleeps",
      "p1 is woken soon: under-voltage was seen just now",
    ],
  ];
  it.each(limits)("that is off under %s", (_, changes, readiness, why) => {
    const state = { ...withSlot(rig, "p1", OFF), ...changes };
    expect(readinessOf(state, "p1", false, now)).toEqual({ slot: "p1", readiness, why });
  });

  it("may find room below the ceiling when another has started", () => {
    const ceiling = { external: { watts: 2.5, source: "sun", until: NEVER } };
    const state = { ...withSlot(withSlot(rig, "p1", OFF), "p2", { phase: "Booting" }), ...ceiling };
    expect(readinessOf(state, "p1", false, now).readiness).toBe("sleeps");
  });
});

describe("of several", () => {
  const all = (...kinds: readonly Readiness[]) =>
    kinds.map((readiness, index) => ({
      slot: `p${index + 1}` as const,
      readiness,
      why: `p${index + 1} ${readiness}`,
    }));
  const active = { p1: 3, p2: 1, p3: 1 } as Readonly<Record<string, number>>;
  const choice = (...kinds: readonly Readiness[]) =>
    choose(all(...kinds), (slot) => active[slot] ?? 0);

  it("the one that serves least, the first of equals", () => {
    expect(choice("serves", "serves", "serves")).toEqual({ kind: "serve", slot: "p2" });
    expect(choice("serves", "sleeps", "comes")).toEqual({ kind: "serve", slot: "p1" });
  });

  it("one alone is woken: who comes already, else the first that sleeps", () => {
    expect(choice("sleeps", "comes", "sleeps")).toEqual({
      kind: "wait",
      wake: "p2",
      why: "p2 comes",
    });
    expect(choice("blocked", "ill", "sleeps")).toEqual({
      kind: "wait",
      wake: "p3",
      why: "p3 sleeps",
    });
  });

  it("one that is ill is waited for where there is no other", () => {
    expect(choice("blocked", "ill")).toEqual({ kind: "wait", wake: null, why: "p2 ill" });
  });

  it("none, and why", () => {
    expect(choice("blocked", "blocked")).toEqual({ kind: "none", why: "p1 blocked; p2 blocked" });
  });
});

it("guesses by its own boots how long a Zero takes yet", () => {
  const slot = { bootMs: [9000, 30_000, 20_000], since: 100_000, onAt: 98_000 };
  expect(bootLeftMs({ ...slot, phase: "Off" }, 100_000)).toBe(20_000);
  expect(bootLeftMs({ ...slot, phase: "PoweringOff" }, 100_000)).toBe(20_000);
  expect(bootLeftMs({ ...slot, phase: "PoweringOn" }, 101_000)).toBe(19_000);
  expect(bootLeftMs({ ...slot, phase: "Booting" }, 108_000)).toBe(10_000);
  expect(bootLeftMs({ ...slot, phase: "Booting" }, 208_000)).toBe(5000);
  expect(bootLeftMs({ ...slot, phase: "Ready" }, 108_000)).toBe(5000);
  expect(bootLeftMs({ ...slot, bootMs: [], phase: "Off" }, 108_000)).toBe(40_000);
});

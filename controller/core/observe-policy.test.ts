// Other numbers while the rig runs: they hold from now on, and telling them switches nothing.

import { describe, expect, it } from "vitest";
import { INTENT, mining } from "../../test/sim/scene.ts";
import { World } from "../../test/sim/world.ts";
import type { Policy } from "./policy.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import { step } from "./step.ts";

function tell(world: World, changes: Partial<Policy>): void {
  world.post({ type: "policy", policy: { ...world.state.policy, ...changes } });
}

function told(rig: RigState, changes: Partial<Policy>, now: number): RigState {
  return step(rig, { type: "policy", policy: { ...rig.policy, ...changes }, now }).state;
}

function withSlot(rig: RigState, index: number, changes: Partial<Slot>): RigState {
  const slots = rig.slots.map((slot) => (slot.index === index ? { ...slot, ...changes } : slot));
  return { ...rig, slots };
}

/** The power effects since then. */
function switched(world: World, since: number): number {
  return world.effects.filter(({ type, now }) => type === "power" && now >= since).length;
}

describe("other numbers", () => {
  it("hold from now on; those that shaped the rig stay", () => {
    const world = mining();
    const { algorithm, poolMode, connectionsPerZero, powerRestore } = world.state.policy;
    tell(world, {
      tariffPerKwh: 0.5,
      staggerMs: 9000,
      algorithm: "scrypt",
      poolMode: "split",
      connectionsPerZero: 4,
      powerRestore: "all-off",
    });
    world.run(1000);
    expect(world.state.policy).toMatchObject({ tariffPerKwh: 0.5, staggerMs: 9000 });
    expect(world.state.policy).toMatchObject({
      algorithm,
      poolMode,
      connectionsPerZero,
      powerRestore,
    });
    expect(world.state.seats).toHaveLength(world.state.slots.length);
  });

  it("switch nothing by themselves, and the mining goes on", () => {
    const world = mining();
    const since = world.now;
    const { accepted } = world.state.seats[0] ?? { accepted: 0 };
    tell(world, {
      livenessMs: 5000,
      suspectDwellMs: 500,
      bootGraceMs: 5000,
      quarantineCycles: 1,
      laneWidth: 4,
      cutsPerSlotHour: 1,
    });
    world.run(120_000);
    expect(switched(world, since)).toBe(0);
    expect(world.state.slots.every(({ phase }) => phase === "Ready")).toBe(true);
    expect(world.state.seats[0]?.accepted).toBeGreaterThan(accepted);
  });

  it("convict nobody of the silence before them: it gets the windows that a standstill gets", () => {
    const world = mining({ policy: { livenessMs: 60_000, progressMs: 120_000 } });
    world.zero("p2").hung = true;
    world.run(50_000);
    const since = world.now;
    tell(world, { livenessMs: 10_000 });
    world.run(9900);
    expect(world.state.slots[1]?.phase).toBe("Ready");
    world.run(10_000);
    expect(switched(world, since)).toBe(0);
    world.run(10_000);
    expect(switched(world, since)).toBeGreaterThan(0);
  });

  it("that say nothing of silence hold up no fence", () => {
    const world = mining();
    world.zero("p2").hung = true;
    world.run(5000);
    const putOff = (changes: Partial<Policy>) => {
      const { state } = world;
      return told(state, changes, world.now).resumedAt - state.resumedAt;
    };
    expect(putOff({ tariffPerKwh: 1, ceilingWatts: 3, laneWidth: 2 })).toBe(0);
    expect(putOff({ livenessMs: 9000 })).toBeGreaterThan(0);
    expect(putOff({ healthyFloor: 0.6 })).toBeGreaterThan(0);
  });

  it.each([
    "livenessMs",
    "suspectDwellMs",
    "agentGraceMs",
    "bootGraceMs",
    "progressMs",
    "restartWorkerMs",
    "restartAgentMs",
    "softRebootMs",
    "healthyFloor",
  ] as const)("put off every conviction if %s is another, and not if it is the same", (name) => {
    const { state, now } = new World({ policy: { [name]: 0.25 } });
    const resumedAt = (value: number) => told(state, { [name]: value }, now + 7).resumedAt;
    expect(resumedAt(0.25)).toBe(state.resumedAt);
    expect(resumedAt(0.5)).toBe(now + 7);
  });

  it("may shed a Zero later, by the rule of the ceiling and with its reason", () => {
    const world = mining({ zeros: 2 }, 70_000);
    tell(world, { ceilingWatts: 1.2 });
    world.run(60_000);
    const off = world.state.slots.filter(({ phase }) => phase === "Off");
    expect(off.map(({ shed }) => shed?.why)).toEqual(["ceiling"]);
  });

  it("leave what was drawn until then at the old model", () => {
    const world = mining();
    const before = world.state;
    const now = world.now + 4000;
    const joules = ({ slots }: RigState) => slots[0]?.energy.modelledJ ?? 0;
    const drawn = joules(told(before, {}, now)) - joules(before);
    expect(drawn).toBeGreaterThan(0);
    expect(joules(told(before, { model: "zero-2-w" }, now)) - joules(before)).toBe(drawn);
  });

  it("fill no bucket, and leave no more in it than it now holds", () => {
    const world = mining();
    const rig = { ...world.state, switches: { tokens: 3, at: world.now } };
    expect(told(rig, { switchBurst: 50 }, world.now).switches.tokens).toBe(3);
    expect(told(rig, { switchBurst: 2 }, world.now).switches.tokens).toBe(2);
  });

  it("are not held against a cut that was begun before: automation does not stop itself", () => {
    const { state, now } = mining({ policy: { laneWidth: 2 } });
    // Both are between cut and beat; the first showed nothing on USB and is switched off and on once more.
    const cycling = withSlot(state, 1, { intent: { ...INTENT, id: 4 }, phase: "Booting" });
    const cutting = withSlot(cycling, 0, {
      intent: INTENT,
      phase: "PoweringOff",
      stage: "cut",
      tries: 1,
      line: "on",
      link: null,
      heardAt: -1e9,
      retryAt: now,
      action: null,
      until: now + 1e6,
      cuts: [now, now, now],
    });
    const later = now + 15_000;
    const narrow = {
      ...told(cutting, { laneWidth: 1, cutsPerSlotHour: 1 }, now),
      lastTickAt: later - 100,
    };
    const { state: after, effects } = step(narrow, { type: "tick", now: later });
    expect(after.halted).toBeNull();
    expect(effects).toContainEqual(expect.objectContaining({ type: "power", slot: "p1" }));
    // One that was begun under them is.
    const begun = step({ ...narrow, policyFrom: 0 }, { type: "tick", now: later });
    expect(begun.state.halted).toMatch(/^2:/);
  });
});

// What a controller remembers of the one before it: ages and time left, never clock times.

import { describe, expect, it } from "vitest";
import { leftBehind, mining, say } from "../../test/sim/scene.ts";
import { World, type WorldOptions } from "../../test/sim/world.ts";
import { memoryOf, NOTHING_REMEMBERED, untilOf } from "./memory.ts";

/** The controller after this one: it starts with its own clock, and finds the lines as told. */
function successor(world: World, options: WorldOptions = {}): World {
  // As it is kept on disk: what JSON cannot hold is lost.
  const { rig, slots, ...rest } = leftBehind(world);
  const remembered = {
    ...rest,
    rig: JSON.parse(JSON.stringify(rig)),
    slots: new Map([...slots].map(([id, memory]) => [id, JSON.parse(JSON.stringify(memory))])),
  };
  return new World({ policy: { powerRestore: "adopt" }, ...options, remembered });
}

describe("a pause", () => {
  it("goes on for the time that it had left", () => {
    const world = mining();
    world.post({ type: "pause", reason: "guests", forMs: 100_000 });
    world.run(40_000);
    const next = successor(world, { lines: "on" });
    expect(next.state.pause).toMatchObject({ reason: "guests", since: 1000 });
    next.run(59_000);
    expect(next.state.pause).not.toBeNull();
    next.run(2000);
    expect(next.state.pause).toBeNull();
  });

  it("without an end has none after the restart", () => {
    const world = mining();
    world.post({ type: "pause", reason: "guests", forMs: null });
    const next = successor(world, { lines: "on" });
    next.zero("p1").hung = true;
    next.run(600_000);
    expect(next.state.pause?.until).toBe(Number.POSITIVE_INFINITY);
    expect(next.slot("p1").fences).toBe(0);
  });

  it("that is over is not remembered", () => {
    const world = mining();
    world.post({ type: "pause", reason: "guests", forMs: null });
    world.post({ type: "resume", reason: "" });
    expect(successor(world).state.pause).toBeNull();
  });
});

describe("an override", () => {
  it.each([3, null])("of %s W goes on for the time that it had left", (watts) => {
    const world = mining();
    world.post({ type: "override", watts, reason: "party", forMs: 100_000 });
    world.run(40_000);
    const next = successor(world, { lines: "on" });
    expect(next.state.override).toMatchObject({ watts, reason: "party" });
    next.run(59_000);
    expect(next.state.override).not.toBeNull();
    next.run(2000);
    expect(next.state.override).toBeNull();
  });
});

describe("a hold", () => {
  it("goes on for the time that it had left, with its reason", () => {
    const world = mining();
    say(world, "cordon", ["p1"], { reason: "fan", forMs: 100_000 });
    say(world, "maintenance", ["p2"], { reason: "card" });
    world.run(40_000);
    const next = successor(world, { lines: "on" });
    expect(next.slot("p1").hold).toMatchObject({ kind: "cordon", reason: "fan" });
    next.run(59_000);
    expect(next.slot("p1").hold).not.toBeNull();
    next.run(2000);
    expect(next.slot("p1").hold).toBeNull();
    expect(next.slot("p2").hold).toMatchObject({
      kind: "maintenance",
      until: Number.POSITIVE_INFINITY,
    });
    expect(next.slot("p3").hold).toBeNull();
  });

  it("that has run out while nobody looked is over at once", () => {
    const world = mining();
    say(world, "cordon", ["p1"], { forMs: 1000 });
    const memory = memoryOf(world.slot("p1"), world.now + 5000, 0);
    expect(memory.hold?.leftMs).toBe(0);
  });

  it("of a drain ends as a cordon, for what the Zero held is gone", () => {
    const world = mining();
    world.until(() => world.slot("p1").task !== null, "a job");
    say(world, "drain", ["p1"]);
    const next = successor(world, { lines: "on" });
    next.run(1000);
    expect(next.slot("p1").hold?.kind).toBe("cordon");
  });
});

describe("a Zero that a rule had switched off", () => {
  it.each(["ceiling", "idle", "hot", "brown-out"] as const)(
    "for %s is still wanted on, and comes back when it may",
    (why) => {
      const world = mining({ zeros: 1 });
      world.state = {
        ...world.state,
        slots: world.state.slots.map((slot) => ({
          ...slot,
          phase: "Off" as const,
          line: "off" as const,
          link: null,
          shed: { why, at: world.now },
        })),
      };
      const next = successor(world, { zeros: 1 });
      expect(next.slot("p1")).toMatchObject({ wanted: "on", phase: "Off", shed: { why } });
      next.until(() => next.slot("p1").phase === "Ready", "back");
      expect(next.slot("p1")).toMatchObject({ shed: null, heat: 0 });
      const { heatOffMs } = next.state.policy;
      if (why === "hot") expect(next.now).toBeGreaterThan(heatOffMs);
      else expect(next.now).toBeLessThan(heatOffMs);
    },
  );

  it("and that runs now is not kept off", () => {
    const world = mining({ zeros: 1 });
    world.state = {
      ...world.state,
      slots: world.state.slots.map((slot) => ({ ...slot, shed: { why: "idle", at: 0 } as const })),
    };
    const next = successor(world, { zeros: 1, lines: "on" });
    next.allReady();
    expect(next.slot("p1").shed).toBeNull();
    expect(next.powerEffects()).toEqual([]);
  });

  it("differs from one that a person had switched off", () => {
    const world = mining({ zeros: 1 });
    say(world, "off", ["p1"], { hard: true });
    world.until(() => world.slot("p1").phase === "Off", "off");
    const next = successor(world, { zeros: 1 });
    next.run(600_000);
    expect(next.slot("p1")).toMatchObject({ wanted: "off", phase: "Off" });
  });
});

describe("joules", () => {
  it("go on from where they were, and the time in between counts for none", () => {
    const world = mining({ zeros: 1 });
    world.post({ type: "metered", slot: "p1", watts: 2, forMs: 6000 });
    world.run(60_000);
    const { measuredJ, modelledJ } = memoryOf(world.slot("p1"), world.now, 0).energy;
    expect(measuredJ).toBeGreaterThan(0);
    const next = successor(world, { zeros: 1, lines: "on" });
    expect(next.slot("p1").energy).toEqual({ measuredJ, modelledJ, at: 1000 });
    next.allReady();
    expect(next.slot("p1").energy.measuredJ).toBe(measuredJ);
    expect(next.slot("p1").energy.modelledJ - modelledJ).toBeLessThan((next.now / 1000) * 1.4);
  });
});

describe("a controller that remembers nothing", () => {
  it("has no pause, no override, no hold and no joules", () => {
    const { state } = new World({ zeros: 1, remembered: NOTHING_REMEMBERED });
    expect(state).toMatchObject({ pause: null, override: null });
    expect(state.slots[0]).toMatchObject({ hold: null, shed: null });
  });

  it("takes time left as it is written down", () => {
    expect(untilOf(null, 5)).toBe(Number.POSITIVE_INFINITY);
    expect(untilOf(10, 5)).toBe(15);
  });
});

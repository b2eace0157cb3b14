// What comes between a decision and its write, or between two controllers, in the standing rules.

import { describe, expect, it } from "vitest";
import { beatOf, leftBehind, mining, say } from "../../test/sim/scene.ts";
import { World } from "../../test/sim/world.ts";

/** One Zero, adopted and long up, that a ceiling of 0 W begins to shed. */
function shedding(): World {
  const world = mining({ zeros: 1, policy: { powerRestore: "adopt" }, lines: "on" }, 70_000);
  world.post({ type: "external-ceiling", watts: 0, source: "sun", forMs: 600_000 });
  world.run(100);
  expect(world.slot("p1")).toMatchObject({ phase: "PoweringOff", shed: { why: "ceiling" } });
  return world;
}

describe("a shed that is under way", () => {
  it.each(["on", "off", "release", "cycle"] as const)("stands an operator's `%s`", (verb) => {
    const world = mining();
    beatOf(world, "p1", { tempC: 90 });
    world.until(() => world.slot("p1").stage === "soft", "asked");
    say(world, verb, ["p1"]);
    world.run(700_000);
    expect(world.state.halted).toBeNull();
    expect(world.slot("p1").phase).toBe(verb === "off" ? "Off" : "Ready");
  });

  it("stands a link that comes up before its intent is on disk", () => {
    const world = mining();
    world.storeSlow = 1500;
    world.unlink(world.zero("p4"));
    world.underVoltage = true;
    world.until(() => world.slot("p4").phase === "PoweringOff", "shed");
    world.linkUp(world.zero("p4"), world.zero("p4").bootId);
    world.underVoltage = false;
    world.run(30_000);
    expect(world.state.halted).toBeNull();
    world.run(200_000);
    expect(world.phases()).toBe("Ready Ready Ready Ready");
  });

  it("asks the Zero before the cut, however long the disk is full", () => {
    const world = mining({}, 70_000);
    world.storeFails = true;
    world.post({ type: "external-ceiling", watts: 3, source: "sun", forMs: 10_000_000 });
    world.run(60_000);
    world.storeFails = false;
    const from = world.effects.length;
    world.run(200_000);
    const after = world.effects.slice(from);
    const cuts = after.flatMap((effect, at) => (effect.type === "power" ? [at] : []));
    const asked = after.findIndex(
      (effect) => effect.type === "send" && effect.message.type === "shutdown",
    );
    expect(cuts.length).toBeGreaterThan(0);
    expect(asked).toBeGreaterThanOrEqual(0);
    expect(asked).toBeLessThan(cuts[0] ?? 0);
  });

  it.each(["on", "off"] as const)(
    "is not taken for an operator's `off` by the next controller, which finds the line %s",
    (lines) => {
      const world = shedding();
      const options = { zeros: 1, policy: { powerRestore: "adopt" as const } };
      const remembered = { ...leftBehind(world), rig: null };
      const next = new World({ ...options, lines, remembered });
      next.run(120_000);
      expect(next.slot("p1")).toMatchObject({ wanted: "on", phase: "Ready" });
      expect(next.powerEffects("p1").filter(({ to }) => to === "off")).toEqual([]);
    },
  );
});

describe("a ceiling", () => {
  it("that falls between the decision to switch on and the write holds the write back", () => {
    const world = mining();
    say(world, "off", ["p1"], { hard: true });
    world.until(() => world.slot("p1").phase === "Off", "off");
    world.run(10_000);
    world.storeSlow = 1500;
    say(world, "on", ["p1"]);
    world.until(() => world.slot("p1").phase === "PoweringOn", "on");
    const before = world.powerEffects("p1").length;
    world.post({ type: "external-ceiling", watts: 3, source: "sun", forMs: 60_000 });
    world.run(5000);
    expect(world.state.halted).toBeNull();
    expect(world.powerEffects("p1").length).toBe(before);
    world.run(80_000);
    expect(world.slot("p1").phase).toBe("Ready");
  });

  it("does not make the next controller forget that a person wants the Zero on", () => {
    const world = shedding();
    world.until(() => world.slot("p1").phase === "Off", "off");
    say(world, "on", ["p1"]);
    world.run(5000);
    const options = { zeros: 1, policy: { powerRestore: "adopt" as const } };
    const next = new World({ ...options, remembered: leftBehind(world) });
    next.run(120_000);
    expect(next.slot("p1")).toMatchObject({ wanted: "on", phase: "Off" });
    next.post({ type: "external-ceiling", watts: 9, source: "sun", forMs: 600_000 });
    next.allReady();
  });
});

describe("a power cycle whose second half has to wait", () => {
  it.each(["ceiling", "maintenance"] as const)(
    "for a %s keeps no other silent Zero from its fence",
    (what) => {
      const world = mining();
      world.zero("p1").hung = true;
      world.until(() => world.slot("p1").phase === "Off", "off");
      if (what === "maintenance") say(world, "maintenance", ["p1"]);
      else world.post({ type: "external-ceiling", watts: 3, source: "sun", forMs: 10_000_000 });
      world.run(10_000);
      expect(world.slot("p1").phase).toBe("Off");
      world.zero("p2").hung = true;
      world.run(200_000);
      expect(world.slot("p2").fences).toBe(1);
    },
  );
});

describe("automation", () => {
  it("soon acts again after a bus that failed for an hour", () => {
    const world = mining();
    world.powerError = "bus";
    const all = ["p1", "p2", "p3", "p4"] as const;
    say(world, "off", all, { hard: true });
    world.run(3_600_000);
    world.powerError = null;
    world.until(() => world.phases() === "Off Off Off Off", "off");
    say(world, "on", all);
    world.run(120_000);
    world.zero("p1").hung = true;
    world.run(120_000);
    expect(world.slot("p1").fences).toBe(1);
    expect(world.phases()).toBe("Ready Ready Ready Ready");
  });

  it("that has stopped itself begins no `on` that it may not write", () => {
    const world = mining({}, 70_000);
    world.post({ type: "external-ceiling", watts: 3, source: "sun", forMs: 30_000 });
    world.until(() => world.slot("p4").phase === "Off", "shed");
    world.state = { ...world.state, halted: "test" };
    world.run(200_000);
    expect(world.reports.filter(({ why }) => why === "on-failed")).toEqual([]);
  });

  it("gives the agent its grace anew after the loop stood still", () => {
    const world = mining();
    for (const zero of world.zeros) world.unlink(zero);
    world.stall(60_000);
    for (const zero of world.zeros.slice(1)) world.linkUp(zero, zero.bootId);
    for (let s = 0; s < 40; s++) {
      world.post({ type: "probed", slot: "p1", answers: true });
      world.run(1000);
    }
    expect(world.powerEffects("p1").filter(({ to }) => to === "off")).toEqual([]);
    world.run(60_000);
    expect(world.slot("p1").fences).toBe(1);
  });
});

describe("a Zero that sleeps for want of work", () => {
  it("is woken by an operator's cycle", () => {
    const world = mining({ policy: { idleOffMs: 60_000 } }, 70_000);
    world.poolRefuses = true;
    for (const { id } of world.state.seats) {
      world.post({ type: "pool-down", seat: id, code: "lost", detail: "test" });
    }
    world.until(() => world.phases() === "Off Off Off Off", "asleep");
    say(world, "cycle", ["p1"]);
    world.run(30_000);
    expect(world.slot("p1").phase).toBe("Ready");
  });

  it("is not one that is only too hot to work", () => {
    const world = mining({ policy: { idleOffMs: 60_000 } }, 70_000);
    const before = world.powerEffects("p1").length;
    for (let s = 0; s < 150; s++) {
      if (world.slot("p1").link !== null) beatOf(world, "p1", { tempC: 82 });
      world.run(1000);
    }
    expect(world.powerEffects("p1").length).toBe(before);
  });

  it("is not woken for work that a cordon keeps from it", () => {
    const world = mining({ policy: { idleOffMs: 60_000 } }, 70_000);
    world.poolRefuses = true;
    for (const { id } of world.state.seats) {
      world.post({ type: "pool-down", seat: id, code: "lost", detail: "test" });
    }
    world.until(() => world.phases() === "Off Off Off Off", "asleep");
    say(world, "cordon", ["p1"]);
    world.poolRefuses = false;
    world.until(() => world.phases() === "Off Ready Ready Ready", "work");
    world.run(60_000);
    expect(world.slot("p1").phase).toBe("Off");
  });
});

describe("the rate of switching", () => {
  it("holds for sheds that are decided at once", () => {
    const world = mining({ policy: { switchBurst: 1, switchesPerMinute: 1 } }, 240_000);
    world.post({ type: "external-ceiling", watts: 0, source: "sun", forMs: 10_000_000 });
    world.run(20_000);
    expect(world.powerEffects().filter(({ to }) => to === "off")).toHaveLength(1);
    world.until(() => world.phases() === "Off Off Off Off", "off");
  });
});

describe("under-voltage", () => {
  it("takes the newest also where a person switched it on, and where it only boots", () => {
    const world = mining();
    say(world, "off", ["p1"], { hard: true });
    world.until(() => world.slot("p1").phase === "Off", "off");
    world.run(5000);
    world.zero("p1").neverBoots = true;
    say(world, "on", ["p1"]);
    world.until(() => world.slot("p1").stage === "settle", "on");
    world.underVoltage = true;
    world.run(9000);
    expect(world.slot("p1")).toMatchObject({ shed: { why: "brown-out" }, phase: "Off" });
    expect(world.state.halted).toBeNull();
  });
});

describe("a start that is postponed", () => {
  it("does not count as lost, so that a silent Zero is still fenced", () => {
    const world = mining();
    say(world, "off", ["p4"], { hard: true });
    world.until(() => world.slot("p4").phase === "Off", "off");
    world.run(10_000);
    world.storeSlow = 1500;
    say(world, "on", ["p4"]);
    world.until(() => world.slot("p4").phase === "PoweringOn", "on");
    world.post({ type: "external-ceiling", watts: 3, source: "sun", forMs: 10_000_000 });
    world.run(10_000);
    expect(world.slot("p4").phase).toBe("Off");
    world.zero("p1").hung = true;
    world.run(200_000);
    expect(world.slot("p1").fences).toBe(1);
  });
});

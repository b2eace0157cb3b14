import { describe, expect, it } from "vitest";
import { World } from "../../test/sim/world.ts";

function mining(): World {
  const world = new World();
  world.allReady();
  world.run(10_000);
  return world;
}

describe("the storm guard", () => {
  it("cuts nobody when all fall silent at once, and nobody in the cool-down after", () => {
    const world = mining();
    const from = world.now;
    for (const zero of world.zeros) zero.cutOff = true;
    world.run(60_000);
    expect(world.state.storm.state).toBe("storm");
    for (const zero of world.zeros) zero.cutOff = false;
    world.allReady();
    expect(world.state.storm.state).toBe("cooldown");
    world.run(31_000);
    expect(world.state.storm.state).toBe("normal");
    expect(world.powerEffects().filter(({ now }) => now > from)).toEqual([]);
  });

  it("falls back to one at a time, and tells people, when it lasts two minutes", () => {
    const world = mining();
    for (const zero of world.zeros) zero.hung = true;
    world.run(125_000);
    expect(world.powerEffects().filter(({ to }) => to === "off")).toEqual([]);
    world.run(20_000);
    expect(world.reported("storm.long")).toHaveLength(1);
    expect(world.powerEffects().filter(({ to }) => to === "off").length).toBeGreaterThan(0);
    world.allReady();
    const cuts = world.powerEffects().filter(({ now }) => now > 30_000);
    expect(cuts.map(({ slot, to }) => `${slot} ${to}`)).toEqual(
      ["p1", "p2", "p3", "p4"].flatMap((slot) => [`${slot} off`, `${slot} on`]),
    );
    expect(world.state.halted).toBeNull();
  });

  it("is no dead end for a Zero that was being brought back when it began", () => {
    const world = mining();
    world.zero("p4").hung = true;
    world.until(() => world.slot("p4").phase === "Off", "p4 is cut");
    world.zero("p4").neverBoots = true;
    for (const name of ["p1", "p2", "p3"] as const) world.zero(name).hung = true;
    world.run(150_000);
    expect(world.state.storm).toMatchObject({ state: "storm", alerted: true });
    world.zero("p4").neverBoots = false;
    world.allReady();
    expect(world.state.halted).toBeNull();
  });

  it("begins again when health is lost in the cool-down", () => {
    const world = mining();
    for (const zero of world.zeros) zero.cutOff = true;
    world.run(20_000);
    for (const zero of world.zeros) zero.cutOff = false;
    world.allReady();
    for (const zero of world.zeros) zero.cutOff = true;
    world.run(20_000);
    expect(world.reported("storm.begin")).toHaveLength(2);
    expect(world.powerEffects().filter(({ to }) => to === "off")).toEqual([]);
  });

  it("cuts nobody while the hub itself is gone", () => {
    const world = mining();
    world.hubGone = true;
    world.zero("p1").cutOff = true;
    world.run(300_000);
    expect(world.reported("hub.lost")).toHaveLength(1);
    expect(world.powerEffects().filter(({ to }) => to === "off")).toEqual([]);
    world.hubGone = false;
    world.zero("p1").cutOff = false;
    world.run(2000);
    world.allReady();
    expect(world.reported("hub.back")).toHaveLength(1);
  });

  it("convicts nobody when it was the loop that stood still", () => {
    const world = mining();
    const from = world.now;
    world.stall(30_000);
    world.run(60_000);
    expect(world.reported("loop.paused")).toHaveLength(1);
    expect(world.phases()).toBe("Ready Ready Ready Ready");
    expect(world.powerEffects().filter(({ now }) => now > from)).toEqual([]);
  });
});

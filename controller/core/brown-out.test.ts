// A failing supply: nobody more, then one less at a time, the newest first; and back one at a time.

import { describe, expect, it } from "vitest";
import { mining, say } from "../../test/sim/scene.ts";
import { World } from "../../test/sim/world.ts";

function up(world: World): number {
  return world.state.slots.filter(({ phase }) => phase === "Ready" || phase === "Degraded").length;
}

describe("under-voltage", () => {
  it("that is over at once costs nobody, and for a while nobody more is started", () => {
    const world = mining();
    say(world, "off", ["p4"], { hard: true });
    world.until(() => world.slot("p4").phase === "Off", "off");
    world.run(5000);
    world.underVoltage = true;
    world.run(1500);
    world.underVoltage = false;
    expect(world.state.brownOut?.zeros).toBe(3);
    say(world, "on", ["p4"]);
    world.run(50_000);
    expect(world.phases()).toBe("Ready Ready Ready Off");
    world.run(20_000);
    expect(world.state.brownOut).toBeNull();
    world.allReady();
  });

  it("that a starting controller finds takes nobody before it lasts", () => {
    const world = new World({ lines: "on", policy: { powerRestore: "adopt" } });
    world.underVoltage = true;
    world.run(4000);
    expect(world.state.brownOut?.zeros).toBe(4);
    expect(world.powerEffects()).toEqual([]);
  });

  it("that lasts sheds the newest, looks whether that helped, and goes on", () => {
    const world = mining();
    const byAge = [...world.state.slots].sort((a, b) => b.onAt - a.onAt).map(({ id }) => id);
    world.underVoltage = true;
    world.until(() => up(world) === 3, "first");
    expect(world.slot(byAge[0] ?? "p9").shed?.why).toBe("brown-out");
    world.until(() => up(world) === 2, "second");
    const [first, second] = byAge.map((id) =>
      world.powerEffects(id).find(({ to }) => to === "off"),
    );
    if (first === undefined) throw new Error("no cut");
    expect(second).toBeUndefined(); // asked, not yet cut
    expect(world.slot(byAge[1] ?? "p9").since - first.now).toBeGreaterThanOrEqual(
      world.state.policy.brownOutShedMs - 1,
    );
    world.until(() => up(world) === 0, "all");
    world.run(60_000);
    expect(world.phases()).toBe("Off Off Off Off");
    expect(world.state).toMatchObject({ brownOut: { zeros: 0 }, halted: null });
    expect(world.state.slots.map(({ fences }) => fences)).toEqual([0, 0, 0, 0]);
  });

  it("gives the Zeros back one at a time, each after a quiet minute", () => {
    const world = mining();
    world.underVoltage = true;
    world.until(() => up(world) === 0, "all off");
    world.run(30_000);
    world.underVoltage = false;
    const quietAt = world.now;
    world.allReady();
    const ons = world
      .powerEffects()
      .filter(({ to, now }) => to === "on" && now > quietAt)
      .map(({ now }) => now);
    expect(ons).toHaveLength(4);
    const pauses = ons.map((at, index) => at - (ons[index - 1] ?? quietAt));
    for (const pause of pauses.slice(0, 3)) expect(pause).toBeGreaterThan(58_000);
    expect(world.state.brownOut).toBeNull();
  });

  it("that comes back takes the last one again", () => {
    const world = mining();
    world.underVoltage = true;
    world.until(() => world.slot("p4").phase === "Off" || up(world) === 3, "one off");
    world.run(12_000);
    world.underVoltage = false;
    const before = up(world);
    world.until(() => up(world) > before, "one back");
    world.underVoltage = true;
    world.until(() => up(world) === before, "taken again");
    expect(world.state.halted).toBeNull();
  });

  it("takes no second Zero while the first still takes its time to shut down", () => {
    const world = mining();
    for (const zero of world.zeros) zero.stuckWorker = true;
    world.underVoltage = true;
    world.until(() => world.phases().includes("PoweringOff"), "first");
    world.run(9000);
    expect(world.phases().match(/PoweringOff/g)).toHaveLength(1);
    expect(world.state.brownOut?.zeros).toBe(3);
  });

  it("gives a Zero a shorter time to shut down than other rules do", () => {
    const world = mining();
    for (const zero of world.zeros) zero.stuckWorker = true;
    world.underVoltage = true;
    world.until(() => world.powerEffects().some(({ to }) => to === "off"), "cut");
    const [cut] = world.powerEffects().filter(({ to }) => to === "off");
    const asked = world.reports.find(({ why, ev }) => ev === "slot.state" && why === "brown-out");
    expect((cut?.now ?? 0) - (asked?.now ?? 0)).toBeLessThan(11_500);
    expect((cut?.now ?? 0) - (asked?.now ?? 0)).toBeGreaterThanOrEqual(10_000);
    expect(world.state.halted).toBeNull();
  });

  it("outranks a pause, a hold and the rate of switching, and only switches off", () => {
    const world = mining({ policy: { switchBurst: 4, switchesPerMinute: 0 } });
    world.post({ type: "pause", reason: "guests", forMs: null });
    say(world, "maintenance", ["p1", "p2", "p3", "p4"]);
    world.underVoltage = true;
    world.until(() => up(world) === 3, "shed");
    world.underVoltage = false;
    world.run(600_000);
    expect(up(world)).toBe(3);
    expect(world.powerEffects().filter(({ to }) => to === "on")).toHaveLength(4);
  });

  it("takes also a Zero that boots, for it draws too", () => {
    const world = mining({}, 0);
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").phase === "Off", "fence");
    world.zero("p1").neverBoots = true;
    world.until(() => world.slot("p1").stage === "settle", "on again");
    world.underVoltage = true;
    world.until(() => world.slot("p1").shed !== null, "shed");
    expect(world.slot("p1")).toMatchObject({ stage: "cut", shed: { why: "brown-out" } });
    world.until(() => world.slot("p1").phase === "Off", "off");
    expect(world.state.halted).toBeNull();
    expect(world.slot("p1").intent).toBeNull();
  });

  it("that the board cannot tell of changes nothing", () => {
    const world = mining();
    world.underVoltage = null;
    world.run(30_000);
    expect(world.state.brownOut).toBeNull();
  });

  it("waits while automation has stopped itself", () => {
    const world = mining();
    world.state = { ...world.state, halted: "test" };
    world.underVoltage = true;
    world.run(30_000);
    expect(up(world)).toBe(4);
  });
});

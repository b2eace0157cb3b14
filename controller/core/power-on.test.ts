import { describe, expect, it } from "vitest";
import { World } from "../../test/sim/world.ts";

describe("powering on", () => {
  it("starts the slots one at a time, with the stagger between them", () => {
    const world = new World();
    world.allReady();
    const times = world.powerEffects().map(({ now }) => now);
    expect(world.powerEffects().map(({ slot, to }) => `${slot} ${to}`)).toEqual([
      "p1 on",
      "p2 on",
      "p3 on",
      "p4 on",
    ]);
    for (const [index, at] of times.entries()) {
      if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(2000);
    }
  });

  it("writes the intent before it switches, and closes it when the Zero mines", () => {
    const world = new World({ zeros: 1 });
    world.allReady();
    const order = world.effects
      .map(({ type }) => type)
      .filter((type) => type.endsWith("intent") || type === "power");
    expect(order).toEqual(["write-intent", "power", "close-intent"]);
  });

  it("is no longer waiting on disk from the proof of its power on, whenever the controller dies", () => {
    const world = new World({ zeros: 1 });
    const remembered = () => world.store.recall().slots.get("p1")?.waiting;
    world.until(() => world.slot("p1").phase === "PoweringOn", "begun");
    expect(remembered()).toBe(true);
    world.until(() => world.reported("power.on").length > 0, "on");
    expect(remembered()).toBe(false);
  });

  it("does not switch while the intent is not on disk", () => {
    const world = new World({ zeros: 1 });
    world.storeSlow = 5000;
    world.run(5500);
    expect(world.powerEffects()).toEqual([]);
    world.until(() => world.powerEffects().length > 0, "on");
  });

  it("tries again when nothing shows up on USB, then calls it a fault, and probes it later", () => {
    const world = new World({ zeros: 1 });
    world.zero("p1").neverBoots = true;
    world.until(() => world.slot("p1").phase === "Fault", "fault");
    expect(world.slot("p1").why).toBe("no-enumeration");
    expect(world.powerEffects().filter(({ to }) => to === "on")).toHaveLength(3);
    world.zero("p1").neverBoots = false;
    world.allReady();
  });

  it("lets the settle time stand for USB where ports cannot be read", () => {
    const world = new World({ zeros: 2, usb: false });
    world.until(() => world.slot("p1").phase === "Booting", "booting");
    expect(world.slot("p1").why).toBe("settled");
    world.allReady();
  });

  it("takes a link as a sign that comes before USB was read", () => {
    const world = new World({ zeros: 1 });
    world.zero("p1").neverBoots = true;
    world.until(() => world.slot("p1").stage === "settle", "settle");
    world.linkUp(world.zero("p1"), "early");
    world.until(() => world.slot("p1").phase === "Ready", "ready");
  });

  it("ignores a link while the line is still being written", () => {
    const world = new World({ zeros: 1 });
    world.storeSlow = 1000;
    world.until(() => world.slot("p1").stage === "write", "write");
    world.linkUp(world.zero("p1"), "strange");
    expect(world.slot("p1").phase).toBe("PoweringOn");
  });

  it("calls an `on` that never reads back a fault, and tries again when it is probed", () => {
    const world = new World({ zeros: 1 });
    world.powerError = "bus";
    world.until(() => world.slot("p1").phase === "Fault", "fault");
    expect(world.slot("p1").why).toBe("on-failed");
    expect(world.reported("power.failed").length).toBeGreaterThan(3);
    world.powerError = null;
    world.until(
      () => world.slot("p1").phase === "Off" || world.slot("p1").phase === "PoweringOn",
      "off",
    );
    world.allReady();
  });

  it("keeps the predicted power within the ceiling", () => {
    const world = new World({ policy: { ceilingWatts: 3.5 } });
    world.run(60_000);
    expect(world.phases()).toBe("Ready Ready Ready Off");
    expect(world.slot("p4").wanted).toBe("on");
  });

  it("starts nothing while the supply is low, nor soon after", () => {
    const world = new World();
    world.underVoltage = true;
    world.run(20_000);
    expect(world.powerEffects()).toEqual([]);
    expect(world.reported("supply.under-voltage").length).toBeGreaterThan(0);
    world.underVoltage = null;
    const quietFrom = world.now;
    world.until(() => world.powerEffects().length > 0, "on");
    expect(world.now - quietFrom).toBeGreaterThanOrEqual(8000);
  });

  it("powers on again what lost its supply, with the stagger", () => {
    const world = new World();
    world.allReady();
    for (const zero of world.zeros) world.powerDown(zero);
    world.powerLost = true;
    world.run(1100);
    world.powerLost = false;
    expect(world.reported("board.power-lost")).toHaveLength(4);
    world.allReady();
    expect(world.slot("p1").hold).toBeNull();
    expect(world.slot("p1").fences).toBe(0);
  });
});

// What limits power, as people see it.

import { describe, expect, it } from "vitest";
import { mining, say, withSlot } from "../../test/sim/scene.ts";
import { view } from "./view.ts";

const AROUND = { version: "1.2.3", board: "a board" };

describe("the limits of power", () => {
  it("are none in a rig that has none", () => {
    const world = mining({ zeros: 1 });
    const status = view(world.state, AROUND, world.now);
    expect(status).toMatchObject({ ceiling_watts: null, pause: null, automation: null });
    expect(status.power).toEqual({
      ceilings: [],
      watts: null,
      zeros: null,
      schedule: null,
      external: null,
      override: null,
    });
  });

  it("are shown with their time left and the least of them", () => {
    const world = mining({ policy: { ceilingWatts: 9 } });
    world.post({
      type: "schedule",
      reading: {
        clockSet: false,
        ceilings: [{ name: "night", watts: 7 }],
        nextEdgeMs: 5000,
        open: ["night"],
      },
    });
    world.post({ type: "external-ceiling", watts: 8, source: "sun", forMs: 60_000 });
    world.underVoltage = true;
    world.run(1000);
    const { power, ceiling_watts } = view(world.state, AROUND, world.now);
    expect(ceiling_watts).toBe(7);
    expect(power).toEqual({
      ceilings: [
        { name: "configured", watts: 9 },
        { name: "schedule", watts: 7 },
        { name: "external", watts: 8 },
      ],
      watts: 7,
      zeros: 4,
      schedule: { clock_set: false, open: ["night"], next_edge_ms: 5000 },
      external: { source: "sun", left_ms: 59_000 },
      override: null,
    });
  });

  it("show an override and a pause, with an end and without", () => {
    const world = mining();
    world.post({ type: "override", watts: 3, reason: "party", forMs: 60_000 });
    world.post({ type: "pause", reason: "guests", forMs: null });
    world.run(10_000);
    const first = view(world.state, AROUND, world.now);
    expect(first.power.override).toEqual({ reason: "party", left_ms: 50_000 });
    expect(first.pause).toEqual({ reason: "guests", left_ms: null });
    world.post({ type: "override", watts: null, reason: "all", forMs: null });
    world.post({ type: "pause", reason: "guests", forMs: 5000 });
    const second = view(world.state, AROUND, world.now);
    expect(second.power).toMatchObject({ watts: null, override: { reason: "all", left_ms: null } });
    expect(second.pause?.left_ms).toBe(5000);
  });
});

describe("a Zero that a rule keeps off", () => {
  it("is shown with the rule and with what it waits for", () => {
    const world = mining({}, 70_000);
    world.post({ type: "external-ceiling", watts: 3, source: "sun", forMs: 1e7 });
    world.until(() => world.state.slots.some(({ phase }) => phase === "Off"), "shed");
    const shown = () => {
      const slots = view(world.state, AROUND, world.now).slots;
      return slots.find(({ state }) => state === "Off");
    };
    expect(shown()).toMatchObject({
      why: "ceiling",
      wanted: "on",
      next: "on, waits for ceiling",
    });
    world.post({ type: "external-ceiling", watts: 9, source: "sun", forMs: 1e7 });
    expect(shown()?.next).toBe("on, waits for ceiling-dwell");
  });

  it("is shown with the hold that a person put on it", () => {
    const world = mining();
    world.state = withSlot(world.state, "p1", {
      phase: "Off",
      line: "off",
      shed: { why: "hot", at: 0 },
    });
    say(world, "maintenance", ["p1"], { reason: "paste" });
    const [slot] = view(world.state, AROUND, world.now).slots;
    expect(slot?.why).toBe("hot; maintenance: paste");
  });
});

// Complaints that users of other tools have made of clocks that jump, of bad power, and of tools that say what is not so.
// docs/complaints.md has the list.

import { describe, expect, it } from "vitest";
import { beatOf, mining, say } from "../../test/sim/scene.ts";
import type { World } from "../../test/sim/world.ts";
import type { Event } from "./event.ts";
import { step } from "./step.ts";
import { view } from "./view.ts";

const AROUND = { version: "1.2.3", board: "a board" };
const HOUR_MS = 3_600_000;

function expectUntouched(world: World): void {
  expect(world.powerEffects().filter(({ to }) => to === "off")).toEqual([]);
  expect(world.phases()).toBe("Ready Ready Ready Ready");
  expect(world.state.slots.map(({ boots, fences }) => [boots, fences])).toEqual(
    world.state.slots.map(() => [1, 0]),
  );
}

describe("clocks that jump", () => {
  it("xen-api#5700: a clock that leaps an hour takes nobody for lost", () => {
    const world = mining();
    world.stall(HOUR_MS);
    world.run(5 * 60_000);
    expectUntouched(world);
  });

  it("bluechi#952: what a Zero's own clock says counts for nothing", () => {
    const world = mining();
    for (const uptimeMs of [0, 1e15, 5, 1e12, 0]) {
      for (const { slot } of world.zeros) beatOf(world, slot, { uptimeMs });
      world.run(15_000);
    }
    expectUntouched(world);
  });

  it("nats-server#6999: many small stalls, each shorter than the window, take nobody for lost", () => {
    const world = mining();
    for (let i = 0; i < 200; i++) {
      world.stall(2900);
      world.run(2500);
    }
    expectUntouched(world);
  });

  it("hazelcast#4226: a leap that comes again before the first was got over takes nobody for lost", () => {
    const world = mining();
    for (let i = 0; i < 20; i++) {
      world.stall(30_000);
      world.run(3000);
    }
    world.run(60_000);
    expectUntouched(world);
  });

  it("ros nodelet_core#35: a wall clock that is set at boot by NTP switches only what the schedule asks for", () => {
    const world = mining({}, 70_000);
    const reading = (clockSet: boolean, watts: number | null) => ({
      clockSet,
      ceilings: watts === null ? [] : [{ name: "night", watts }],
      nextEdgeMs: null,
      open: watts === null ? [] : ["night"],
    });
    world.post({ type: "schedule", reading: reading(false, null) });
    world.run(60_000);
    world.post({ type: "schedule", reading: reading(true, null) });
    world.run(60_000);
    expectUntouched(world);
    // A clock that flutters between day and night moves a Zero once a minute at most.
    const from = world.now;
    for (let s = 0; s < 300; s++) {
      world.post({ type: "schedule", reading: reading(true, s % 2 === 0 ? 3 : null) });
      world.run(1000);
    }
    const moves = world.powerEffects().filter(({ now }) => now > from);
    expect(moves.length).toBeLessThanOrEqual(4 * 5);
    for (const { id } of world.state.slots) {
      const own = moves.filter(({ slot }) => slot === id).map(({ now }) => now);
      for (const [index, at] of own.slice(1).entries()) {
        expect(at - (own[index] ?? 0)).toBeGreaterThan(55_000);
      }
    }
    expect(world.state.slots.every(({ fences }) => fences === 0)).toBe(true);
  });

  it("dronekit#592: a time that goes backwards cuts nobody and breaks nothing", () => {
    const world = mining();
    const { state, now } = world;
    for (const back of [1, 10_000, HOUR_MS, now]) {
      for (const event of [
        { type: "tick" },
        { type: "link-server-proved" },
        { type: "board-read", reading: world.read() },
      ] as const) {
        const result = step(state, { ...event, now: now - back } as Event);
        expect(result.effects.filter(({ type }) => type === "power")).toEqual([]);
        expect(result.state.slots.map(({ phase }) => phase)).toEqual(
          state.slots.map(({ phase }) => phase),
        );
        expect(result.state.halted).toBeNull();
      }
    }
  });

  it("aiperf#1326: the loop's own delay is measured, by the one clock that does not jump", () => {
    const world = mining();
    world.run(60_000);
    expect(world.reported("loop.paused")).toEqual([]);
    world.stall(4000);
    world.run(1000);
    const [said, ...more] = world.reported("loop.paused");
    expect(more).toEqual([]);
    expect(said?.detail["stood_still_ms"]).toBeGreaterThanOrEqual(3900);
    expect(said?.detail["stood_still_ms"]).toBeLessThan(5100);
  });
});

describe("bad power", () => {
  it("genmon#1435: a supply that is too weak for all of them does not reboot them all day", {
    timeout: 90_000,
  }, () => {
    const world = mining();
    const count = () => world.state.slots.filter(({ line }) => line === "on").length;
    let fewest = 4;
    // Three are what this supply can bear.
    for (let s = 0; s < 8 * 3600; s += 5) {
      world.underVoltage = count() > 3;
      world.run(5000);
      fewest = Math.min(fewest, count());
    }
    expect(world.state.slots.map(({ fences }) => fences)).toEqual([0, 0, 0, 0]);
    expect(fewest).toBeGreaterThanOrEqual(2);
    // One of them is tried again now and then, the others run through.
    const boots = world.state.slots.map((slot) => slot.boots).sort((a, b) => a - b);
    expect(boots[0]).toBe(1);
    expect(boots[1]).toBe(1);
    expect(world.state.halted).toBeNull();
  });

  it("SD cards: a Zero that can be asked is asked before a rule or a person takes its power", () => {
    const world = mining({}, 70_000);
    say(world, "off", ["p1"]);
    beatOf(world, "p2", { tempC: 90 });
    world.post({ type: "external-ceiling", watts: 1, source: "sun", forMs: 1e7 });
    world.run(120_000);
    const off = world.powerEffects().filter(({ to }) => to === "off");
    expect(off.length).toBeGreaterThanOrEqual(3);
    for (const { slot, now } of off) {
      const asked = world.effects.find(
        (effect) =>
          effect.type === "send" && effect.slot === slot && effect.message.type === "shutdown",
      );
      expect(asked?.now).toBeLessThan(now);
    }
  });
});

describe("lost trust", () => {
  it("soperator#2859: no Zero is said to be off while it runs", () => {
    const world = mining();
    world.zero("p1").stuckOn = true;
    say(world, "off", ["p1"], { hard: true });
    for (let s = 0; s < 300; s++) {
      world.run(1000);
      const [slot] = view(world.state, AROUND, world.now).slots;
      expect(slot?.state).not.toBe("Off");
      expect(slot?.evidence).toMatch(/line on/);
    }
    expect(world.slot("p1").phase).toMatch(/Fault|PoweringOff/);
    world.zero("p1").stuckOn = false;
    world.until(() => world.slot("p1").phase === "Off", "off");
    expect(world.zero("p1").powered).toBe(false);
  });

  it("nats-server#4786: the result of one who no longer holds the job counts for nothing", () => {
    const world = mining();
    world.until(() => world.slot("p1").task?.seat === "p1", "a job");
    const { task, epoch, link } = world.slot("p1");
    if (task === null || link === null) throw new Error("no task");
    // It is silent until its job was given to another, and then it answers after all.
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").phase === "Suspect", "suspect");
    world.zero("p1").hung = false;
    const before = world.effects.length;
    const late = { type: "result", worker: "p1", link: link.id, jobId: task.jobId } as const;
    world.post({ ...late, epoch, nonce: 42, hashes: 1, elapsedMs: 1 });
    expect(world.reported("result.late", "p1")).toHaveLength(1);
    const about = world.effects
      .slice(before)
      .filter((effect) => effect.type === "secure-share" && effect.share.worker === "p1");
    expect(about).toEqual([]);
    world.run(60_000);
    expect(world.sentAgain).not.toContain(task.jobId);
  });

  it("celery#7918: no share is sent twice, whoever else worked on its job", () => {
    const world = mining({ hostWorkers: 1 });
    for (let i = 0; i < 30; i++) {
      const zero = world.zeros[i % 4];
      if (zero === undefined) throw new Error("no Zero");
      zero.cutOff = true;
      world.run(12_000);
      zero.cutOff = false;
      world.run(4000);
    }
    expect(world.sent.size).toBeGreaterThan(100);
    expect(world.sentAgain).toEqual([]);
  });
});

// Zeros that have nothing to do go to sleep, and wake for work or because somebody asks.

import { describe, expect, it } from "vitest";
import { mining, say } from "../../test/sim/scene.ts";
import type { World, WorldOptions } from "../../test/sim/world.ts";

const IDLE_OFF_MS = 120_000;

/** A rig whose pool has just gone. */
function poolless(policy: WorldOptions["policy"] = {}): World {
  const world = mining({ policy: { idleOffMs: IDLE_OFF_MS, ...policy } }, 70_000);
  world.poolRefuses = true;
  for (const { id } of world.state.seats) {
    world.post({ type: "pool-down", seat: id, code: "lost", detail: "test" });
  }
  return world;
}

function asleep(world: World): number {
  return world.state.slots.filter(({ phase, shed }) => phase === "Off" && shed?.why === "idle")
    .length;
}

describe("Zeros without work", () => {
  it("go to sleep after their time, and wake when the pool is back", () => {
    const world = poolless();
    world.run(IDLE_OFF_MS - 5000);
    expect(world.phases()).toBe("Ready Ready Ready Ready");
    world.until(() => asleep(world) === 4, "asleep");
    expect(world.state.slots.map(({ fences, wanted }) => [fences, wanted])).toEqual(
      world.state.slots.map(() => [0, "on"]),
    );
    world.run(3_600_000);
    expect(asleep(world)).toBe(4);
    expect(world.state.storm.state).toBe("normal");
    world.poolRefuses = false;
    world.allReady();
    world.run(20_000);
    expect(world.state.slots.every(({ task }) => task !== null)).toBe(true);
    expect(
      world
        .reported("slot.woken")
        .map(({ slot, why }) => `${slot} ${why}`)
        .sort(),
    ).toEqual(["p1 work", "p2 work", "p3 work", "p4 work"]);
  });

  it("do so when the pool is there and has no jobs, and wake for a job", () => {
    const world = mining({ policy: { idleOffMs: IDLE_OFF_MS } }, 70_000);
    // Every session waits for a job that does not come.
    world.poolSilent = true;
    world.state = {
      ...world.state,
      slots: world.state.slots.map((slot) => ({ ...slot, task: null })),
      seats: world.state.seats.map((seat) => ({
        ...seat,
        state: "requested" as const,
        job: null,
        share: null,
      })),
    };
    world.until(() => asleep(world) === 4, "asleep");
    world.run(60_000);
    expect(asleep(world)).toBe(4);
    world.post({
      type: "pool-job",
      seat: "p2",
      prefix: "a".repeat(40),
      target: "b".repeat(40),
      difficulty: 7000,
      to: 700_000,
    });
    world.until(() => world.slot("p2").phase === "Ready", "woken");
    expect(world.reported("slot.woken")).toMatchObject([{ slot: "p2", why: "work" }]);
    world.until(() => world.slot("p2").task?.seat === "p2", "at work");
    expect(asleep(world)).toBe(3);
  });

  it("never sleep where the policy says nothing of it", () => {
    const world = poolless({ idleOffMs: null });
    world.run(3_600_000);
    expect(world.phases()).toBe("Ready Ready Ready Ready");
  });

  it("stay up as many as the policy keeps", () => {
    const world = poolless({ keepUp: 2 });
    world.run(600_000);
    expect(world.state.slots.filter(({ phase }) => phase === "Ready")).toHaveLength(2);
    expect(asleep(world)).toBe(2);
  });

  it("stay up under a pause and under a hold", () => {
    const world = poolless();
    say(world, "cordon", ["p1"]);
    world.post({ type: "pause", reason: "", forMs: 300_000 });
    world.run(299_000);
    expect(asleep(world)).toBe(0);
    world.run(60_000);
    expect(world.phases()).toBe("Ready Off Off Off");
  });

  it("are not lost ones: a silent Zero beside three that sleep is fenced", () => {
    const world = poolless({ keepUp: 1 });
    world.until(() => asleep(world) === 3, "asleep");
    const awake = world.state.slots.find(({ phase }) => phase === "Ready");
    if (awake === undefined) throw new Error("none is awake");
    world.zero(awake.id).hung = true;
    world.until(() => world.slot(awake.id).fences === 1, "fence");
  });
});

describe("a demand", () => {
  it("wakes those that it names, and keeps them up for as long as it says", () => {
    const world = poolless();
    world.until(() => asleep(world) === 4, "asleep");
    world.post({ type: "demand", slots: ["p2", "p9" as "p2"], forMs: 600_000 });
    world.until(() => world.slot("p2").phase === "Ready", "woken");
    expect(world.reported("slot.woken")).toMatchObject([{ slot: "p2", why: "demand" }]);
    expect(asleep(world)).toBe(3);
    world.run(580_000);
    expect(world.slot("p2").phase).toBe("Ready");
    world.until(() => asleep(world) === 4, "asleep again");
  });

  it("keeps a Zero from going to sleep, and a shorter one takes nothing from a longer", () => {
    const world = poolless();
    world.post({ type: "demand", slots: ["p1"], forMs: 600_000 });
    world.post({ type: "demand", slots: ["p1"], forMs: 1000 });
    world.run(590_000);
    expect(world.phases()).toBe("Ready Off Off Off");
    expect(world.powerEffects("p1").filter(({ to }) => to === "off")).toEqual([]);
    expect(world.reported("slot.woken")).toEqual([]);
  });

  it("does not wake a Zero that was switched off for another reason", () => {
    const world = mining({}, 70_000);
    world.post({ type: "external-ceiling", watts: 0, source: "sun", forMs: 10_000_000 });
    world.until(() => world.phases() === "Off Off Off Off", "off");
    world.post({ type: "demand", slots: ["p1"], forMs: 600_000 });
    world.run(300_000);
    expect(world.slot("p1").phase).toBe("Off");
  });

  it("waits for the end of a pause", () => {
    const world = poolless();
    world.until(() => asleep(world) === 4, "asleep");
    world.post({ type: "pause", reason: "", forMs: null });
    world.post({ type: "demand", slots: ["p1"], forMs: 600_000 });
    world.run(60_000);
    expect(asleep(world)).toBe(4);
    world.post({ type: "resume", reason: "" });
    world.until(() => world.slot("p1").phase === "Ready", "woken");
  });
});

describe("an operator's `on`", () => {
  it("wakes a Zero for another such time", () => {
    const world = poolless();
    world.until(() => asleep(world) === 4, "asleep");
    say(world, "on", ["p3"]);
    world.until(() => world.slot("p3").phase === "Ready", "up");
    world.run(IDLE_OFF_MS - 10_000);
    expect(world.slot("p3").phase).toBe("Ready");
    world.until(() => asleep(world) === 4, "asleep again");
  });
});

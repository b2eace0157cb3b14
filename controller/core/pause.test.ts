// A pause: a person's word that automation switches no power. What was begun is completed, and the mining goes on.

import { describe, expect, it } from "vitest";
import { mining, say } from "../../test/sim/scene.ts";
import type { World } from "../../test/sim/world.ts";

function pause(world: World, forMs: number | null = null): void {
  world.post({ type: "pause", reason: "guests", forMs });
}

function shares(world: World): number {
  return world.state.seats.reduce((sum, { accepted }) => sum + accepted, 0);
}

describe("a pause", () => {
  it("keeps a silent Zero from its fence until it ends; the others mine on", () => {
    const world = mining();
    pause(world);
    world.zero("p1").hung = true;
    const before = shares(world);
    world.run(600_000);
    expect(world.slot("p1")).toMatchObject({ phase: "Remediating", fences: 0 });
    expect(shares(world)).toBeGreaterThan(before);
    world.post({ type: "resume", reason: "gone" });
    world.until(() => world.slot("p1").fences === 1, "fence");
    expect(world.reported("operator.resume")).toMatchObject([{ why: "gone" }]);
    world.allReady();
  });

  it("ends by itself, and that is said and written down", () => {
    const world = mining();
    pause(world, 60_000);
    expect(world.reported("operator.pause")).toMatchObject([
      { why: "guests", detail: { for_ms: 60_000 } },
    ]);
    world.zero("p1").hung = true;
    world.run(59_000);
    expect(world.slot("p1").fences).toBe(0);
    world.run(2000);
    expect(world.reported("pause.expired")).toMatchObject([{ why: "guests" }]);
    const saved = world.effects.filter((effect) => effect.type === "save-rig").at(-1);
    expect(saved).toMatchObject({ memory: { pause: null } });
    world.until(() => world.slot("p1").fences === 1, "fence");
  });

  it("without a reason is said as such", () => {
    const world = mining({ zeros: 1 });
    world.post({ type: "pause", reason: "", forMs: null });
    world.post({ type: "resume", reason: "" });
    expect(world.reported("operator.pause")).toMatchObject([{ why: null }]);
    expect(world.reported("operator.resume")).toMatchObject([{ why: null }]);
  });

  it("in the middle of a fence lets the cycle be completed", () => {
    const world = mining();
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").line === "off", "cut");
    pause(world);
    world.until(() => world.slot("p1").phase === "Ready", "back");
    expect(world.slot("p1").fences).toBe(1);
  });

  it("between a fence's decision and its write takes it back, and it counts for nothing", () => {
    const world = mining();
    world.storeSlow = 1500;
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").phase === "PoweringOff", "decided");
    pause(world);
    world.run(10_000);
    expect(world.slot("p1")).toMatchObject({
      phase: "Remediating",
      intent: null,
      cuts: [],
      strikes: 0,
    });
    expect(world.powerEffects("p1").filter(({ to }) => to === "off")).toEqual([]);
    expect(world.state.halted).toBeNull();
    world.post({ type: "resume", reason: "" });
    world.until(() => world.slot("p1").fences === 1, "fence");
  });

  it("keeps a Zero off that waited for its turn, and lets a person switch it on", () => {
    const world = mining();
    say(world, "off", ["p1", "p2"], { hard: true });
    world.until(() => world.phases() === "Off Off Ready Ready", "off");
    world.state = {
      ...world.state,
      slots: world.state.slots.map((slot) => ({ ...slot, wanted: "on" as const })),
    };
    pause(world);
    world.run(60_000);
    expect(world.phases()).toBe("Off Off Ready Ready");
    say(world, "on", ["p2"]);
    world.until(() => world.slot("p2").phase === "Ready", "on");
    expect(world.slot("p1").phase).toBe("Off");
    world.post({ type: "resume", reason: "" });
    world.allReady();
  });

  it("does not hinder a person's off and cycle", () => {
    const world = mining();
    pause(world);
    say(world, "off", ["p1"]);
    say(world, "cycle", ["p2"]);
    world.until(() => world.slot("p2").boots === 2 && world.slot("p2").phase === "Ready", "cycled");
    expect(world.slot("p1").phase).toBe("Off");
  });

  it("holds back ceilings too", () => {
    const world = mining({}, 70_000);
    pause(world);
    world.post({ type: "external-ceiling", watts: 0, source: "sun", forMs: 10_000_000 });
    world.run(200_000);
    expect(world.phases()).toBe("Ready Ready Ready Ready");
    world.post({ type: "resume", reason: "" });
    world.until(() => world.phases() === "Off Off Off Off", "shed");
  });
});

describe("a resume", () => {
  it("lets automation act again that had stopped itself", () => {
    const world = mining();
    world.state = { ...world.state, halted: "2: too many" };
    world.zero("p1").hung = true;
    world.run(60_000);
    expect(world.slot("p1").fences).toBe(0);
    world.post({ type: "resume", reason: "looked" });
    expect(world.state.halted).toBeNull();
    world.until(() => world.slot("p1").fences === 1, "fence");
  });
});

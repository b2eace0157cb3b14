// Each power action is written down with a code that programs can count by, and beside it what a person said or a rule went by.

import { describe, expect, it } from "vitest";
import type { SlotId } from "../../hat/slots.ts";
import { ofType } from "../../test/sim/effects.ts";
import { mining, say, withSlot } from "../../test/sim/scene.ts";
import type { World } from "../../test/sim/world.ts";
import { classify } from "./evidence.ts";
import { backoffUntil } from "./permit.ts";
import { step } from "./step.ts";

/** The rows of the audit, newest last. */
function rows(world: World, from = 0): string[] {
  return world.effects.flatMap((effect) =>
    effect.type === "write-intent" && effect.now >= from
      ? [`${effect.slot} ${effect.kind} by ${effect.by}: ${effect.why} (${effect.reason})`]
      : [],
  );
}

function off(world: World, slot: SlotId): void {
  world.until(() => world.slot(slot).phase === "Off", "off");
}

describe("the audit", () => {
  it("tells what a person said, beside the code", () => {
    const world = mining();
    const from = world.now;
    say(world, "off", ["p1"], { reason: "new card" });
    off(world, "p1");
    say(world, "on", ["p1"], { reason: "card is in" });
    world.until(() => world.slot("p1").phase === "Ready", "on");
    say(world, "cycle", ["p1"], { reason: "one more try", hard: true });
    world.run(3000);
    expect(rows(world, from)).toEqual([
      "p1 off by operator: wanted-off (new card)",
      "p1 on by operator: operator (card is in)",
      "p1 cycle by operator: operator (one more try)",
    ]);
  });

  it("keeps what a person said over a restart in the middle of it", () => {
    const world = mining();
    const from = world.now;
    world.zero("p1").stuckWorker = true;
    say(world, "off", ["p1"], { reason: "new card" });
    world.run(2000);
    world.kill();
    expect(world.startController()).toBe(true);
    world.run(5000);
    expect(rows(world, from).at(-1)).toBe("p1 off by operator: wanted-off (new card)");
  });

  it("tells of a fence what the signs said", () => {
    const world = mining();
    const from = world.now;
    world.zero("p2").hung = true;
    world.until(() => world.slot("p2").phase === "PoweringOff", "fence");
    expect(rows(world, from)).toEqual(["p2 cycle by automation: power-cycle (zero-dead)"]);
  });

  it("tells which ceiling took a Zero, and from what it comes back", () => {
    const world = mining();
    const from = world.now;
    world.post({ type: "external-ceiling", watts: 3, source: "sun", forMs: 20_000 });
    world.until(() => world.phases().split(" ").includes("Off"), "shed");
    world.post({ type: "override", watts: 2, reason: "guests", forMs: 30_000 });
    world.until(
      () =>
        world
          .phases()
          .split(" ")
          .filter((each) => each === "Off").length === 2,
      "two",
    );
    world.until(() => world.phases() === "Ready Ready Ready Ready", "back");
    const told = rows(world, from).map((row) => row.slice(3));
    expect(told).toEqual([
      "off by policy: ceiling (external: 3 W at most)",
      "off by policy: ceiling (override: 2 W at most)",
      "on by automation: wanted-on (it was off: ceiling)",
      "on by automation: wanted-on (it was off: ceiling)",
    ]);
  });

  it("tells how hot a Zero was, how many a failing supply bears, how long one had nothing to do", () => {
    const hot = mining();
    const from = hot.now;
    const vitals = hot.slot("p1").vitals;
    if (vitals === null) throw new Error("no beat");
    hot.state = withSlot(hot.state, "p1", { heat: 3, vitals: { ...vitals, tempC: 86 } });
    hot.until(() => rows(hot, from).length === 1, "off");
    expect(rows(hot, from)).toEqual(["p1 off by policy: hot (last read 86 C)"]);
    const unread = withSlot(hot.state, "p2", { heat: 3, vitals: null });
    const { effects } = step(unread, { type: "tick", now: hot.now });
    expect(ofType(effects, "write-intent")).toMatchObject([{ reason: "last read no C" }]);

    const sagging = mining();
    sagging.underVoltage = true;
    sagging.until(() => sagging.phases().includes("PoweringOff"), "shed");
    expect(rows(sagging).at(-1)).toMatch(/brown-out \(the supply sagged: 3 at most\)$/);

    const idle = mining({ policy: { idleOffMs: 30_000 } });
    idle.poolRefuses = true;
    for (const { id } of idle.state.seats) {
      idle.post({ type: "pool-down", seat: id, code: "lost", detail: "test" });
    }
    idle.until(() => idle.phases().includes("PoweringOff"), "sleep");
    expect(rows(idle).at(-1)).toMatch(/idle \(nothing to do for 3\d\.\d s\)$/);
  });
});

describe("a Zero that is proved off", () => {
  it("is off, and not heard, however lately it spoke before that; one that speaks since is heard", () => {
    const world = mining();
    say(world, "off", ["p1"], { hard: true });
    off(world, "p1");
    const slot = world.slot("p1");
    expect(world.now - slot.heardAt).toBeLessThan(10_000);
    expect(classify(world.state, slot, world.now)).toBe("off");
    const speaks = { ...slot, heardAt: slot.offAt + 1 };
    expect(classify(world.state, speaks, world.now)).toBe("heard");
    expect(classify(world.state, { ...slot, line: "on" }, world.now)).toBe("heard");
  });
});

describe("the back-off at its cap", () => {
  it("still differs from slot to slot, within 20 % either way", () => {
    const { state } = mining();
    const at = state.slots.map((slot) =>
      backoffUntil({ ...slot, strikes: 12, cuts: [0] }, state.policy),
    );
    expect(new Set(at).size).toBe(4);
    for (const ms of at) {
      expect(ms).toBeGreaterThanOrEqual(0.8 * state.policy.backoffMaxMs);
      expect(ms).toBeLessThanOrEqual(1.2 * state.policy.backoffMaxMs);
    }
  });
});

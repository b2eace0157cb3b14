// Complaints that users of other watchdogs have made of false alarms, missed ones, and one cause taken for many.
// docs/complaints.md has the list.

import { describe, expect, it } from "vitest";
import { mining } from "../../test/sim/scene.ts";
import type { World } from "../../test/sim/world.ts";
import { explain, forecast } from "./explain.ts";
import { SELF_TEST_SEAT } from "./self-test.ts";
import { view } from "./view.ts";

const AROUND = { version: "1.2.3", board: "a board" };
const HOUR_MS = 3_600_000;

function cuts(world: World): string[] {
  return world
    .powerEffects()
    .filter(({ to }) => to === "off")
    .map(({ slot }) => slot);
}

/** Commands to a Zero: restarts and shutdowns. */
function remedies(world: World): string[] {
  return world.effects.flatMap((effect) => {
    if (effect.type !== "send") return [];
    const { type } = effect.message;
    return type === "restart" || type === "shutdown" ? [`${effect.slot} ${type}`] : [];
  });
}

function shares(world: World): number {
  return world.state.seats.reduce((sum, { accepted }) => sum + accepted, 0);
}

describe("false alarms", () => {
  it("SRBMiner#24: a new pool job that nobody can solve does not make the Zeros look dead", () => {
    const world = mining();
    // From now on every job is far too hard: no result comes within any limit.
    for (const zero of world.zeros) zero.speed = 0.0001;
    world.run(10 * 60_000);
    expect(cuts(world)).toEqual([]);
    expect(world.state.slots.filter(({ fences }) => fences > 0)).toEqual([]);
    for (const zero of world.zeros) zero.speed = 1;
    const before = shares(world);
    world.until(() => shares(world) > before + 4, "mines again");
  });

  it("bzminer#29: a rig that is well is left alone, hour after hour", () => {
    const world = mining({ zeros: 2 });
    world.run(3 * HOUR_MS);
    expect(cuts(world)).toEqual([]);
    expect(remedies(world)).toEqual([]);
    expect(world.phases()).toBe("Ready Ready");
    expect(world.reported("slot.state").filter(({ level }) => level !== "info")).toEqual([]);
  });

  it("bzminer#253: a client that asks all the time changes nothing", () => {
    const asked = mining({ seed: 5 });
    const alone = mining({ seed: 5 });
    for (let i = 0; i < 300; i++) {
      view(asked.state, AROUND, asked.now);
      forecast(asked.state, asked.now);
      for (const slot of asked.state.slots) explain(asked.state, slot, asked.now);
      asked.run(100);
      alone.run(100);
    }
    expect(asked.state).toEqual(alone.state);
    expect(asked.effects).toEqual(alone.effects);
  });

  it("RainbowMiner#1921: a pool that is gone for hours does not make the Zeros look dead", () => {
    const world = mining();
    world.poolRefuses = true;
    for (const { id } of world.state.seats) {
      world.post({ type: "pool-down", seat: id, code: "lost", detail: "test" });
    }
    world.run(2 * HOUR_MS);
    expect(world.phases()).toBe("Ready Ready Ready Ready");
    expect(cuts(world)).toEqual([]);
    expect(remedies(world)).toEqual([]);
    world.poolRefuses = false;
    const before = shares(world);
    world.until(() => shares(world) > before + 4, "mines again");
  });

  it("hiveos-linux#98: one flaky Zero costs no other one its power or its work", () => {
    const world = mining();
    const jobs = (slot: string) =>
      world.effects.filter(
        (effect) => effect.type === "send" && effect.slot === slot && effect.message.type === "job",
      ).length;
    const before = jobs("p1");
    for (let i = 0; i < 6; i++) {
      world.zero("p2").hung = true;
      world.run(2 * 60_000);
    }
    expect(world.slot("p2").fences).toBeGreaterThan(1);
    expect(new Set(cuts(world))).toEqual(new Set(["p2"]));
    expect(remedies(world)).toEqual([]);
    expect(jobs("p1") - before).toBeGreaterThan(300);
    for (const id of ["p1", "p3", "p4"] as const) {
      expect(world.slot(id)).toMatchObject({ phase: "Ready", boots: 1, fences: 0 });
    }
  });
});

describe("missed alarms", () => {
  it("lolMiner#1360: 0 H/s with a process that lives and beats is found and remedied", () => {
    const world = mining();
    world.zero("p2").stuckWorker = true;
    const stuckAt = world.now;
    world.until(() => world.slot("p2").phase === "Remediating", "remedy");
    const { progressMs, suspectDwellMs } = world.state.policy;
    // A job's time, then the time without progress and the dwell.
    expect(world.now - stuckAt).toBeLessThan(progressMs + suspectDwellMs + 20_000);
    expect(remedies(world)).toEqual(["p2 restart"]);
    expect(world.reported("slot.state", "p2").map(({ why }) => why)).toContain("no-progress");
  });

  it("minerstat: a Zero whose hashes rise and whose jobs others must solve is found, though a hardware watchdog is happy", () => {
    const world = mining();
    const seen = new Set<string>();
    while (remedies(world).length === 0 && seen.size < 20) {
      const { task, link, epoch } = world.slot("p1");
      if (task !== null && link !== null && task.seat !== SELF_TEST_SEAT && !seen.has(task.jobId)) {
        seen.add(task.jobId);
        world.post({
          type: "result",
          worker: "p1",
          link: link.id,
          jobId: task.jobId,
          epoch,
          nonce: null,
          hashes: 700_000,
          elapsedMs: 2900,
        });
      }
      world.run(50);
    }
    expect(seen.size).toBeLessThanOrEqual(8);
    expect(remedies(world)).toEqual(["p1 restart"]);
    expect(cuts(world)).toEqual([]);
  });
});

describe("one cause, taken for many", () => {
  it("k8s#13412: a common fault cuts nobody", () => {
    const world = mining();
    for (const zero of world.zeros) zero.cutOff = true;
    world.run(90_000);
    expect(world.state.storm.state).toBe("storm");
    for (const zero of world.zeros) zero.cutOff = false;
    world.run(5 * 60_000);
    expect(cuts(world)).toEqual([]);
    expect(world.phases()).toBe("Ready Ready Ready Ready");
  });

  it("k8s#24597: a common fault that ends for one after the other cuts nobody at its end", () => {
    const world = mining();
    for (const zero of world.zeros) zero.cutOff = true;
    world.run(60_000);
    for (const zero of world.zeros) {
      zero.cutOff = false;
      world.run(8000);
    }
    world.run(5 * 60_000);
    expect(cuts(world)).toEqual([]);
    expect(world.phases()).toBe("Ready Ready Ready Ready");
  });

  it("k8s#24597: what a common fault makes silent costs no share that was secured", () => {
    const world = mining();
    world.until(() => world.state.seats.some(({ state }) => state === "submitting"), "a share out");
    for (const zero of world.zeros) zero.cutOff = true;
    const before = shares(world);
    world.run(1000);
    expect(shares(world)).toBeGreaterThan(before);
    expect(world.sent.size).toBeGreaterThan(0);
    expect(world.sentAgain).toEqual([]);
  });

  it("k8s#77864: a fault on our own side, with Zeros that are well, cuts nobody however long it lasts", () => {
    const world = mining();
    // The link server no longer gets an answer even from itself.
    world.serverProved = false;
    for (const zero of world.zeros) zero.cutOff = true;
    world.run(HOUR_MS);
    expect(cuts(world)).toEqual([]);
    world.serverProved = true;
    for (const zero of world.zeros) zero.cutOff = false;
    world.run(60_000);
    expect(world.phases()).toBe("Ready Ready Ready Ready");
    expect(cuts(world)).toEqual([]);
  });

  it("k8s#77864: a hub that is gone cuts nobody however long it is", () => {
    const world = mining();
    world.hubGone = true;
    for (const zero of world.zeros) zero.cutOff = true;
    world.run(HOUR_MS);
    expect(cuts(world)).toEqual([]);
  });
});

// Heat of a Zero: half the work, none, off; taken at once, left slowly.

import { describe, expect, it } from "vitest";
import { reportsOf } from "../../test/sim/effects.ts";
import { beatOf, mining, say, withSlot } from "../../test/sim/scene.ts";
import type { World } from "../../test/sim/world.ts";
import { draftOf } from "./draft.ts";
import { judgeHeat, restAfter } from "./heat.ts";
import type { HeatStep, Slot } from "./slot.ts";

function after(tempC: number | null, changes: Partial<Slot>, coolMs = 0): HeatStep {
  const world = mining({ zeros: 1 });
  const slot = { ...world.slot("p1"), heatAt: world.now, ...changes };
  const draft = draftOf({ ...world.state, slots: [slot] }, world.now + coolMs);
  return judgeHeat(draft, slot, tempC).heat;
}

/** Keeps a Zero at a temperature, a beat each second, for as long as it is linked. */
function keepAt(world: World, tempC: number, ms: number): void {
  for (let passed = 0; passed < ms; passed += 1000) {
    if (world.slot("p1").link !== null) beatOf(world, "p1", { tempC });
    world.run(1000);
  }
}

describe("the steps of heat", () => {
  const table: [number | null, HeatStep, number, HeatStep][] = [
    // temperature, step before, ms since it was last as hot, step after
    [74.9, 0, 0, 0],
    [75, 0, 0, 1],
    [80, 0, 0, 2],
    [85, 0, 0, 3],
    [85, 2, 0, 3],
    [80, 1, 0, 2],
    [76, 1, 1e6, 1],
    [70, 1, 1e6, 1], // 5 C below its begin is still warm
    [69.9, 1, 59_999, 1],
    [69.9, 1, 60_000, 0],
    [40, 2, 60_000, 1], // one step at a time
    [74.9, 2, 60_000, 1],
    [75, 2, 60_000, 2],
    [80, 3, 1e6, 3],
    [79.9, 3, 60_000, 2],
    [null, 1, 599_999, 1], // no sensor, no news
    [null, 1, 600_000, 0],
    [null, 2, 599_999, 2],
    [null, 2, 600_000, 1], // but not for ever
    [null, 0, 0, 0],
  ];
  it.each(table)("%s C on step %s after %s ms is step %s", (tempC, heat, coolMs, then) => {
    expect(after(tempC, { heat }, coolMs)).toBe(then);
  });

  it("begin the wait anew each time it is as hot again", () => {
    const world = mining({ zeros: 1 });
    beatOf(world, "p1", { tempC: 76 });
    const { heatAt } = world.slot("p1");
    world.run(1000);
    beatOf(world, "p1", { tempC: 72 });
    expect(world.slot("p1").heatAt).toBe(heatAt + 1000);
  });

  it("are told with the temperature that took or left them, none where the clock did", () => {
    const world = mining({ zeros: 1 });
    const told = (heat: HeatStep, tempC: number | null) => {
      const slot = { ...world.slot("p1"), heat, heatAt: 0 };
      const draft = draftOf({ ...world.state, slots: [slot] }, world.now + 1e6);
      judgeHeat(draft, slot, tempC);
      return reportsOf(draft.effects);
    };
    const said = (level: string, step: number, temp_c: number | null) => [
      { level, ev: "slot.heat", slot: "p1", why: null, detail: { step, temp_c } },
    ];
    expect(told(0, 76)).toEqual(said("warn", 1, 76));
    expect(told(2, 69)).toEqual(said("info", 1, 69));
    expect(told(1, null)).toEqual(said("info", 0, null));
    expect(told(1, 76)).toEqual([]);
  });

  it("are reported: up as a warning, down as news", () => {
    const world = mining({ zeros: 1 });
    beatOf(world, "p1", { tempC: 76 });
    world.run(70_000);
    expect(world.reported("slot.heat").map(({ level, detail }) => [level, detail["step"]])).toEqual(
      [
        ["warn", 1],
        ["info", 0],
      ],
    );
  });
});

describe("a warm Zero", () => {
  it("rests after each job as long as the job took", () => {
    const slot = mining({ zeros: 1 }).slot("p1");
    expect(restAfter({ ...slot, heat: 1 }, 1500, 100)).toBe(1600);
    expect(restAfter({ ...slot, heat: 0, restUntil: 7 }, 1500, 100)).toBe(7);
  });

  it("does half the work", () => {
    const world = mining({ zeros: 1 });
    const shares = (tempC: number) => {
      const from = world.effects.length;
      keepAt(world, tempC, 20_000);
      return world.effects.slice(from).filter(({ type }) => type === "submit-share").length;
    };
    const cool = shares(45);
    const warm = shares(76);
    expect(world.slot("p1")).toMatchObject({ phase: "Degraded", why: "hot", heat: 1 });
    expect(warm).toBeGreaterThan(cool * 0.3);
    expect(warm).toBeLessThan(cool * 0.7);
  });
});

describe("a hot Zero", () => {
  it("gets no work, stays linked, and gets it again when it has cooled", () => {
    const world = mining({ zeros: 1 });
    keepAt(world, 82, 10_000);
    const from = world.effects.length;
    keepAt(world, 82, 20_000);
    const work = world.effects
      .slice(from)
      .filter((effect) => effect.type === "send" && effect.message.type === "job");
    expect(work).toEqual([]);
    expect(world.slot("p1")).toMatchObject({ phase: "Degraded", heat: 2 });
    world.run(130_000);
    expect(world.slot("p1")).toMatchObject({ phase: "Ready", heat: 0 });
    expect(world.slot("p1").task).not.toBeNull();
    expect(world.powerEffects("p1")).toHaveLength(1);
  });
});

describe("a Zero that is too hot", () => {
  it("is switched off after it was asked, stays off for its time, and comes up cool", () => {
    const world = mining();
    beatOf(world, "p1", { tempC: 86 });
    world.until(() => world.slot("p1").phase === "Off", "off");
    const { offAt, shed, wanted, fences } = world.slot("p1");
    expect({ why: shed?.why, wanted, fences }).toEqual({ why: "hot", wanted: "on", fences: 0 });
    world.run(world.state.policy.heatOffMs - 5000);
    expect(world.slot("p1").phase).toBe("Off");
    world.until(() => world.slot("p1").phase === "Ready", "back");
    expect(world.now - offAt).toBeGreaterThanOrEqual(world.state.policy.heatOffMs);
    expect(world.slot("p1")).toMatchObject({ heat: 0, shed: null });
    expect(world.phases()).toBe("Ready Ready Ready Ready");
  });

  it.each(["pause", "maintenance", "cordon"] as const)("is switched off under a %s too", (what) => {
    const world = mining();
    if (what === "pause") world.post({ type: "pause", reason: "", forMs: null });
    else say(world, what, ["p1"]);
    beatOf(world, "p1", { tempC: 86 });
    world.until(() => world.slot("p1").phase === "Off", "off");
    expect(world.state.halted).toBeNull();
    world.run(world.state.policy.heatOffMs + 60_000);
    // A cordon keeps work away, not power.
    expect(world.slot("p1").phase).toBe(what === "cordon" ? "Ready" : "Off");
    if (what === "pause") world.post({ type: "resume", reason: "" });
    else say(world, "uncordon", ["p1"]);
    world.allReady();
  });

  it("is cut without asking where nobody is there to ask", () => {
    const world = mining();
    world.state = withSlot(world.state, "p1", { heat: 3 });
    world.unlink(world.zero("p1"));
    expect(world.slot("p1").stage).toBe("cut");
    world.run(2000);
    expect(world.slot("p1")).toMatchObject({ phase: "Off", shed: { why: "hot" } });
    expect(world.state.halted).toBeNull();
  });

  it("is left on while automation has stopped itself, but gets no work", () => {
    const world = mining();
    world.state = { ...world.state, halted: "test" };
    keepAt(world, 86, 30_000);
    expect(world.slot("p1")).toMatchObject({ phase: "Degraded", heat: 3, task: null });
  });

  it("waits for its turn where two are: one in a pass", () => {
    const world = mining();
    beatOf(world, "p1", { tempC: 86 });
    beatOf(world, "p2", { tempC: 86 });
    world.until(() => world.phases() === "Off Off Ready Ready", "off");
    expect(world.state.halted).toBeNull();
    expect(world.state.storm.state).toBe("normal");
  });
});

// Ceilings of watts: the least of all counts, Zeros over it are shed, and come back when it rises.

import { describe, expect, it } from "vitest";
import { mining, say } from "../../test/sim/scene.ts";
import type { World } from "../../test/sim/world.ts";
import { ceilingOf, wattCeilings } from "./ceiling.ts";
import type { ScheduleReading } from "./schedule.ts";
import type { RigState } from "./state.ts";

const NEVER = Number.POSITIVE_INFINITY;

function schedule(...watts: number[]): ScheduleReading {
  const ceilings = watts.map((each, index) => ({ name: `s${index}`, watts: each }));
  return { clockSet: true, ceilings, nextEdgeMs: 1000, open: ceilings.map(({ name }) => name) };
}

/** A rig of four, up for longer than the dwell. */
function settled(options: Parameters<typeof mining>[0] = {}): World {
  return mining(options, 70_000);
}

function external(world: World, watts: number, forMs = 10_000_000): void {
  world.post({ type: "external-ceiling", watts, source: "sun", forMs });
}

function up(world: World): number {
  return world.state.slots.filter(({ phase }) => phase === "Ready").length;
}

describe("the effective ceiling", () => {
  const { state } = mining();
  const sun = { watts: 3, source: "sun", until: NEVER };
  const override = (watts: number | null) => ({ watts, reason: "x", since: 0, until: NEVER });
  const policy = { ...state.policy, ceilingWatts: 4 };
  const table: [string, Partial<RigState>, number, string | null][] = [
    ["is none where nothing limits", {}, NEVER, null],
    ["is the configured one", { policy }, 4, "configured"],
    ["is the least of the schedules", { schedule: schedule(5, 2) }, 2, "schedule"],
    ["is none where no schedule is open", { schedule: schedule() }, NEVER, null],
    ["is the number from outside", { external: sun }, 3, "external"],
    ["is the least of all", { policy, schedule: schedule(3.5), external: sun }, 3, "external"],
    [
      "is the first that is named of two alike",
      { policy, external: { ...sun, watts: 4 } },
      4,
      "configured",
    ],
    ["is 0 W where one says so", { external: { ...sun, watts: 0 } }, 0, "external"],
    [
      "is the override's instead of schedule and outside",
      { override: override(3.5), schedule: schedule(1), external: sun },
      3.5,
      "override",
    ],
    [
      "is lifted by an override of no watts",
      { override: override(null), external: sun },
      NEVER,
      null,
    ],
    [
      "is never above the configured one, which no override lifts",
      { policy, override: override(9) },
      4,
      "configured",
    ],
  ];
  it.each(table)("%s", (_, changes, watts, wattsBy) => {
    expect(ceilingOf({ ...state, ...changes })).toEqual({ watts, wattsBy, zeros: NEVER });
  });

  it("is shown with all that hold", () => {
    const all = wattCeilings({ ...state, policy, schedule: schedule(5, 2), external: sun });
    expect(all.map(({ name, watts }) => `${name} ${watts}`)).toEqual([
      "configured 4",
      "schedule 5",
      "schedule 2",
      "external 3",
    ]);
  });
});

describe("a ceiling that falls", () => {
  it("sheds the newest Zeros one after the other, each asked first, and none of it is a fence", () => {
    const world = settled();
    const byAge = [...world.state.slots].sort((a, b) => b.onAt - a.onAt).map(({ id }) => id);
    external(world, 2);
    world.until(() => up(world) === 2, "shed");
    world.run(30_000);
    expect(up(world)).toBe(2);
    const off = world.state.slots.filter(({ phase }) => phase === "Off");
    expect(off.map(({ id }) => id).sort()).toEqual(byAge.slice(0, 2).sort());
    for (const { shed, wanted, fences, strikes, cuts } of off) {
      expect({ why: shed?.why, wanted, fences, strikes, cuts }).toEqual({
        why: "ceiling",
        wanted: "on",
        fences: 0,
        strikes: 0,
        cuts: [],
      });
    }
    const asked = world.effects.filter(
      (effect) => effect.type === "send" && effect.message.type === "shutdown",
    );
    expect(asked.length).toBeGreaterThanOrEqual(2);
    expect(world.state.halted).toBeNull();
  });

  it("to 0 W takes all, and nothing comes back before it rises", () => {
    const world = settled();
    external(world, 0);
    world.until(() => world.phases() === "Off Off Off Off", "off");
    world.run(600_000);
    expect(world.phases()).toBe("Off Off Off Off");
    expect(world.state.storm.state).toBe("normal");
    external(world, 10);
    world.allReady();
  });

  it("waits for the dwell with a Zero that a ceiling had switched off, and takes another before", () => {
    const world = settled();
    external(world, 0);
    world.until(() => world.phases() === "Off Off Off Off", "off");
    external(world, 10);
    world.allReady();
    const movedAt = Math.min(...world.state.slots.map((slot) => slot.movedAt));
    external(world, 3);
    world.run(movedAt + world.state.policy.ceilingDwellMs - 1000 - world.now);
    expect(world.phases()).toBe("Ready Ready Ready Ready");
    world.run(15_000);
    expect(up(world)).toBe(3);
  });

  it("takes those at once that no ceiling moved, however young: all for an override of 0 W", () => {
    const world = mining({}, 0);
    world.post({ type: "override", watts: 0, reason: "guests", forMs: 7_200_000 });
    world.run(15_000);
    expect(world.phases()).toBe("Off Off Off Off");
    world.post({ type: "end-override", reason: "" });
    world.allReady();
    for (const { movedAt, onAt } of world.state.slots) expect(movedAt).toBeCloseTo(onAt, -2);
    // What a person switches is not a ceiling's any more.
    say(world, "off", ["p1"]);
    world.until(() => world.slot("p1").phase === "Off", "off by a person");
    say(world, "on", ["p1"]);
    world.until(() => world.slot("p1").phase === "Ready", "on by a person");
    expect(world.slot("p1").movedAt).toBe(Number.NEGATIVE_INFINITY);
  });

  it("knows also after a restart which Zero a ceiling moved", () => {
    const world = settled();
    external(world, 3);
    world.until(() => up(world) === 3 && /\bOff\b/.test(world.phases()), "shed");
    external(world, 10);
    world.allReady();
    const moved = world.state.slots.find(({ movedAt }) => Number.isFinite(movedAt));
    if (moved === undefined) throw new Error("nobody was moved");
    world.kill();
    expect(world.startController()).toBe(true);
    const age = world.now - world.slot(moved.id).movedAt;
    expect(age).toBeLessThan(60_000);
    expect(world.state.slots.filter(({ movedAt }) => Number.isFinite(movedAt))).toHaveLength(1);
  });

  it("and rises in the middle of a shed: the Zero goes off cleanly, and comes back after the dwell", () => {
    const world = settled();
    external(world, 3);
    world.run(100);
    const shed = world.state.slots.find(({ phase }) => phase === "PoweringOff");
    if (shed === undefined) throw new Error("nothing was shed");
    external(world, 10);
    world.until(() => world.slot(shed.id).phase === "Off", "off");
    const { offAt } = world.slot(shed.id);
    world.until(() => world.slot(shed.id).phase === "PoweringOn", "on");
    expect(world.now - offAt).toBeGreaterThanOrEqual(world.state.policy.ceilingDwellMs);
    world.allReady();
  });

  it("cuts a Zero that ignores the shutdown when its time is over, and no sooner", () => {
    const world = settled();
    for (const zero of world.zeros) zero.stuckWorker = true;
    external(world, 3);
    world.run(29_000);
    expect(world.phases().match(/PoweringOff/g)).toHaveLength(1);
    expect(world.powerEffects().filter(({ to }) => to === "off")).toEqual([]);
    world.run(3000);
    expect(world.phases()).toMatch(/\bOff\b/);
    expect(world.state.halted).toBeNull();
  });

  it("knows the shutdown by the end of the link where USB cannot be read", () => {
    const world = settled({ usb: false });
    external(world, 3);
    world.until(() => /\bOff\b/.test(world.phases()), "off");
    const [cut] = world.powerEffects().filter(({ to }) => to === "off");
    expect(cut?.by).toBe("policy");
    expect(world.state.halted).toBeNull();
  });

  it("and a cut that is not proved is a fault, tried again until it is", () => {
    const world = settled();
    for (const zero of world.zeros) zero.stuckOn = true;
    external(world, 3);
    world.until(() => world.phases().includes("Fault"), "fault");
    const slot = world.state.slots.find(({ phase }) => phase === "Fault");
    expect(slot).toMatchObject({ why: "cut-not-proved", shed: { why: "ceiling" }, wanted: "on" });
    for (const zero of world.zeros) zero.stuckOn = false;
    world.until(() => /\bOff\b/.test(world.phases()), "off");
    external(world, 10);
    world.allReady();
    expect(world.state.halted).toBeNull();
  });

  it("leaves alone what a person holds, cycles, or has switched off", () => {
    const world = settled();
    say(world, "cordon", ["p1", "p2"]);
    say(world, "off", ["p3"], { hard: true });
    say(world, "cycle", ["p4"], { hard: true });
    external(world, 0);
    world.run(25_000);
    expect(world.slot("p1").phase).toBe("Ready");
    expect(world.slot("p2").phase).toBe("Ready");
    expect(world.slot("p3").shed).toBeNull();
    expect(world.powerEffects().filter(({ by }) => by === "policy")).toEqual([]);
    expect(world.state.halted).toBeNull();
  });

  it("takes no Zero that is silent or under a remedy: whether it is dead is not this rule's to say", () => {
    const world = settled();
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").phase === "Suspect", "suspect");
    external(world, 0);
    world.run(1500);
    expect(world.slot("p1").shed).toBeNull();
  });
});

describe("a number from outside", () => {
  it("is let go when it runs out, and that is said", () => {
    const world = settled();
    external(world, 3, 40_000);
    world.run(39_000);
    expect(up(world)).toBe(3);
    world.run(2000);
    expect(world.reported("ceiling.expired")).toMatchObject([{ detail: { source: "sun" } }]);
    expect(world.state.external).toBeNull();
    world.allReady();
  });

  it("is reported when it changes, and not each time it is said", () => {
    const world = settled();
    external(world, 9);
    external(world, 9);
    external(world, 8);
    expect(world.reported("ceiling.external").map(({ detail }) => detail["watts"])).toEqual([9, 8]);
  });
});

describe("a schedule", () => {
  it("is reported when what is open changes", () => {
    const world = settled();
    const night = schedule(3, 2.5);
    world.post({ type: "schedule", reading: night });
    world.post({ type: "schedule", reading: { ...night, nextEdgeMs: 500 } });
    world.post({ type: "schedule", reading: { ...night, clockSet: false } });
    world.post({ type: "schedule", reading: schedule() });
    expect(world.reported("schedule.now").map(({ detail }) => detail)).toEqual([
      { open: "s0, s1", clock_set: true, watts: 2.5 },
      { open: "s0, s1", clock_set: false, watts: 2.5 },
      { open: "", clock_set: true, watts: null },
    ]);
  });
});

describe("an override", () => {
  it("stands in for the schedule until it ends, and then the schedule holds again", () => {
    const world = settled();
    world.post({ type: "schedule", reading: schedule(2) });
    world.post({ type: "override", watts: null, reason: "guests", forMs: 100_000 });
    world.run(99_000);
    expect(up(world)).toBe(4);
    world.run(2000);
    expect(world.reported("override.expired")).toMatchObject([{ why: "guests" }]);
    world.until(() => up(world) === 2, "shed");
    world.run(60_000);
    expect(up(world)).toBe(2);
  });

  it("that is longer than the schedule, and than a number from outside, sheds nobody when it ends", () => {
    const world = settled();
    world.post({ type: "override", watts: 10, reason: "", forMs: null });
    world.post({ type: "schedule", reading: schedule(2) });
    external(world, 1, 20_000);
    world.run(30_000);
    world.post({ type: "schedule", reading: schedule() });
    world.run(600_000);
    world.post({ type: "end-override", reason: "" });
    world.run(60_000);
    expect(world.phases()).toBe("Ready Ready Ready Ready");
    expect(world.powerEffects().filter(({ to }) => to === "off")).toEqual([]);
  });

  it("does not hold back what the supply asks for", () => {
    const world = settled();
    world.post({ type: "override", watts: null, reason: "", forMs: null });
    world.underVoltage = true;
    world.until(() => up(world) === 3, "shed");
  });
});

// What must not be taken for a proof or for our own doing: old readings, ports behind a hub that went, lines that others turned.

import { describe, expect, it } from "vitest";
import { leftBehind, mining, say } from "../../test/sim/scene.ts";
import { resetExpander } from "../../test/sim/sim-board.ts";
import { World } from "../../test/sim/world.ts";
import { initialState } from "./state.ts";

const ADOPT = { powerRestore: "adopt" as const };

describe("the port of a Zero", () => {
  it("that was not read lately does not tell that nothing showed up", () => {
    const world = mining();
    say(world, "cycle", ["p2"], { hard: true });
    world.until(() => world.slot("p2").stage === "settle", "switched on");
    world.boardError = "bus";
    world.run(60_000);
    expect(world.reported("power.no-enumeration")).toEqual([]);
    world.boardError = null;
    world.allReady();
  });

  it("proves no off when its hub is gone and it showed the Zero last", () => {
    const world = mining();
    const zero = world.zero("p3");
    Object.assign(zero, { hung: true, pretendsOff: true });
    world.until(() => world.slot("p3").line === "off", "a line that lies");
    world.hubGone = true;
    world.run(5000);
    expect(world.slot("p3").phase).toBe("PoweringOff");
    Object.assign(zero, { pretendsOff: false, readsOff: false });
    world.hubGone = false;
    world.allReady();
    expect(world.slot("p3").boots).toBe(2);
  });
});

describe("a line that reads off, and is not", () => {
  it("is not cut again while its Zero speaks, and counts for nothing when it reads on again", () => {
    const world = mining();
    const zero = world.zero("p1");
    Object.assign(zero, { hung: true, pretendsOff: true });
    world.powerLies = true;
    world.until(() => world.powerEffects("p1").length > 3, "tried again and again");
    expect(world.slot("p1")).toMatchObject({ phase: "PoweringOff", line: "off" });
    const tries = world.powerEffects("p1").length;
    zero.hung = false;
    world.run(120_000);
    expect(world.powerEffects("p1")).toHaveLength(tries);
    expect(world.slot("p1")).toMatchObject({ phase: "Fault", why: "cut-not-proved" });
    world.powerLies = false;
    Object.assign(zero, { pretendsOff: false, readsOff: false });
    world.allReady();
    expect(world.powerEffects("p1")).toHaveLength(tries);
    expect(world.slot("p1").hold).toBeNull();
    expect(world.state.halted).toBeNull();
  });
});

describe("a shed whose cut is not proved", () => {
  /** The times at which p4 was asked or cut, once its cut stood as a fault. */
  function triesAfterFault(world: World): number[] {
    world.until(() => world.slot("p4").phase === "Fault", "fault");
    const since = world.now;
    const intents = () =>
      world.effects.filter((effect) => effect.type === "write-intent" && effect.slot === "p4");
    const decided = intents().length;
    world.run(4 * 60_000);
    expect(intents()).toHaveLength(decided);
    return world
      .powerEffects("p4")
      .filter(({ now }) => now > since)
      .map(({ now }) => now - since);
  }

  function isTriedAnewEachMinute(times: readonly number[]): void {
    expect(times[0]).toBeGreaterThanOrEqual(59_000);
    // Each look has its 20 s, and then comes the next minute.
    for (const at of times) expect((at - 59_900) % 80_000).toBeLessThan(20_200);
  }

  it("for heat is tried again when the fault is looked at, and not before", () => {
    const world = mining();
    Object.assign(world.zero("p4"), { stuckOn: true, tempC: 90 });
    isTriedAnewEachMinute(triesAfterFault(world));
  });

  it("for the supply is tried again when the fault is looked at, and not before", () => {
    const world = mining();
    world.zero("p4").stuckOn = true;
    world.underVoltage = true;
    world.until(() => world.slot("p4").shed?.why === "brown-out", "shed");
    isTriedAnewEachMinute(triesAfterFault(world));
  });
});

describe("a cut of ours that is reported as failed, and was done", () => {
  /** p1 hangs; its cut is done, the driver says that it failed and forgets it, and for a while nothing can be read. */
  function lied(): World {
    const world = mining();
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").phase === "Suspect", "suspect");
    world.powerLies = true;
    world.until(() => !world.zero("p1").powered, "cut");
    world.boardError = "bus";
    world.zero("p1").expected = "on";
    expect(world.slot("p1")).toMatchObject({ phase: "PoweringOff", line: "on" });
    return world;
  }

  function isOurs(world: World): void {
    world.boardError = null;
    world.powerLies = false;
    world.allReady();
    expect(world.slot("p1")).toMatchObject({ hold: null, wanted: "on" });
    expect(world.reported("power.foreign-change")).toEqual([]);
    expect(world.slot("p1").boots).toBe(2);
  }

  it("is no foreign hand's, though the next try finds the line changed", () => {
    const world = lied();
    world.until(() => world.reported("power.failed", "p1").length > 1, "the next try");
    expect(world.reported("power.failed", "p1").at(-1)?.why).toBe("foreign-change");
    isOurs(world);
  });

  it("nor when the cut is given up before anything was read", () => {
    const world = lied();
    world.post({ type: "pause", reason: "x", forMs: 5000 });
    world.until(() => world.slot("p1").phase === "Remediating", "withdrawn");
    isOurs(world);
  });

  it("nor when the board lost its supply meanwhile", () => {
    const world = mining();
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").phase === "Suspect", "suspect");
    world.storeSlow = 1900;
    world.until(() => world.slot("p1").phase === "PoweringOff", "decided");
    world.boardError = "bus";
    resetExpander(world);
    world.until(() => world.reported("power.failed", "p1").length > 0, "refused");
    world.boardError = null;
    world.storeSlow = 0;
    world.allReady();
    expect(world.reported("power.foreign-change")).toEqual([]);
  });
});

describe("a line that somebody else turned", () => {
  it("while its slot is a fault is theirs", () => {
    const world = mining();
    world.zero("p2").wrong = true;
    world.until(() => world.slot("p2").phase === "Fault", "wrong answers");
    world.powerDown(world.zero("p2"));
    world.run(200_000);
    expect(world.slot("p2")).toMatchObject({ phase: "Off", hold: { kind: "foreign" } });
    expect(world.powerEffects("p2").filter(({ to }) => to === "on")).toHaveLength(1);
  });

  it("while a Zero is still asked to shut down is theirs", () => {
    const world = mining({}, 70_000);
    world.zero("p2").stuckWorker = true;
    say(world, "off", ["p2"]);
    world.run(500);
    expect(world.slot("p2").stage).toBe("soft");
    world.powerDown(world.zero("p2"));
    world.run(1000);
    expect(world.slot("p2")).toMatchObject({ phase: "Off", hold: { kind: "foreign" } });
  });

  it("to on, before our own start was written, is theirs", () => {
    const world = mining();
    say(world, "off", ["p2"], { hard: true });
    world.until(() => world.slot("p2").phase === "Off", "off");
    world.run(5000);
    world.storeSlow = 3000;
    say(world, "on", ["p2"]);
    world.until(() => world.slot("p2").phase === "PoweringOn", "decided");
    const zero = world.zero("p2");
    zero.powered = true;
    world.boot(zero);
    world.run(1500);
    expect(world.slot("p2")).toMatchObject({ phase: "Unknown", hold: { kind: "foreign" } });
  });

  it("when the driver refused to write is theirs, and nothing is written before the lines were read", () => {
    const world = mining();
    world.zero("p2").hung = true;
    world.until(() => world.slot("p2").phase === "Suspect", "suspect");
    world.storeSlow = 1900;
    world.until(() => world.slot("p2").phase === "PoweringOff", "decided");
    world.boardError = "bus";
    world.run(900);
    world.powerDown(world.zero("p2"));
    world.run(10_000);
    expect(world.reported("power.failed", "p2").map(({ why }) => why)).toEqual(["foreign-change"]);
    world.boardError = null;
    world.run(2000);
    expect(world.slot("p2")).toMatchObject({ phase: "Off", hold: { kind: "foreign" } });
  });
});

describe("a start", () => {
  it("keeps its distance from the moment that another was written, not decided", () => {
    const world = new World({ zeros: 2, bootMs: [2000, 2001] });
    world.storeSlow = 1900;
    world.allReady();
    const [first, second] = world.powerEffects().filter(({ to }) => to === "on");
    expect((second?.now ?? 0) - (first?.now ?? 0)).toBeGreaterThanOrEqual(2000);
  });

  it("that was asked for counts against the other slots' fences only once", () => {
    const world = mining();
    say(world, "off", ["p4"], { hard: true });
    world.until(() => world.slot("p4").phase === "Off", "off");
    const zero = world.zero("p3");
    Object.assign(zero, { hung: true, stuckOn: true });
    world.until(() => world.slot("p3").phase === "PoweringOff", "cut");
    say(world, "on", ["p4"]);
    world.run(5000);
    expect(world.state.halted).toBeNull();
    zero.stuckOn = false;
    world.allReady();
  });
});

describe("a common cause", () => {
  it("is told by Zeros that are held, or a fault, and spoke lately", () => {
    const world = mining();
    say(world, "maintenance", ["p1", "p2"]);
    world.zero("p3").wrong = true;
    world.until(() => world.slot("p3").phase === "Fault", "wrong answers");
    for (const zero of world.zeros) zero.cutOff = true;
    world.run(60_000);
    expect(world.state.storm.state).toBe("storm");
    expect(world.powerEffects().filter(({ to }) => to === "off")).toEqual([]);
  });
});

describe("a standstill within a storm", () => {
  it("does not make it long, and cuts nobody in the tick in which the loop comes back", () => {
    const world = mining();
    for (const zero of world.zeros) zero.cutOff = true;
    world.run(20_000);
    expect(world.state.storm.state).toBe("storm");
    world.stall(211_000);
    world.run(200);
    for (const zero of world.zeros) zero.cutOff = false;
    world.run(1000);
    expect(world.reported("storm.long")).toEqual([]);
    world.allReady();
    expect(world.powerEffects().filter(({ to }) => to === "off")).toEqual([]);
  });
});

describe("an intent whose end could not be written", () => {
  it("is known as ended by what was saved later", () => {
    const world = mining({ policy: ADOPT, lines: "on", zeros: 1 });
    const left = leftBehind(world);
    const id = world.state.nextId - 1;
    const stale = { id, kind: "cycle", by: "automation", why: "power-cycle", reason: "" } as const;
    const remembered = { ...left, intents: new Map([["p1" as const, stale]]) };
    const shape = { slots: ["p1" as const], hostWorkers: 0 };
    expect(initialState(shape, world.policy, remembered, 0).slots[0]?.intent).toBeNull();
    const fresh = { ...stale, id: world.state.nextId + 1 };
    const begun = { ...left, intents: new Map([["p1" as const, fresh]]) };
    expect(initialState(shape, world.policy, begun, 0).slots[0]?.intent).toMatchObject(fresh);
  });
});

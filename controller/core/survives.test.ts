// What would cause a power action if a restart of the controller forgot it: the sag of the supply, automation's own stop, a
// storm, the power actions that were left, who is wanted up.

import { describe, expect, it } from "vitest";
import { ofType } from "../../test/sim/effects.ts";
import { leftBehind, mining, say, withSlot } from "../../test/sim/scene.ts";
import { World } from "../../test/sim/world.ts";
import { NOTHING_REMEMBERED, type RigMemory, rigMemoryOf } from "./memory.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import type { RigState } from "./state.ts";
import { initialState } from "./state.ts";
import { step } from "./step.ts";

function up(world: World): number {
  return world.state.slots.filter(({ phase }) => phase === "Ready").length;
}

/** The controller is killed, and the next one starts at once on what was written down. */
function restart(world: World): void {
  world.kill();
  world.run(100);
  expect(world.startController()).toBe(true);
}

function onsSince(world: World, from: number): number[] {
  return world
    .powerEffects()
    .filter(({ to, now }) => to === "on" && now > from)
    .map(({ now }) => now - from);
}

/** A rig whose supply sagged until one Zero was left, and then held for some seconds. */
function sagged(quietMs: number): World {
  const world = mining();
  world.underVoltage = true;
  world.until(() => up(world) === 1, "one left");
  world.underVoltage = false;
  world.until(() => world.phases().match(/\bOff\b/g)?.length === 3, "the others off");
  world.run(quietMs);
  return world;
}

describe("a failing supply", () => {
  it("that shed all but one gives them back one each quiet minute, whoever restarts", () => {
    const world = sagged(2000);
    const from = world.now;
    restart(world);
    expect(world.state.brownOut?.zeros).toBe(1);
    world.allReady();
    const [first = 0, second = 0, third = 0] = onsSince(world, from);
    expect(first).toBeGreaterThan(45_000);
    expect(second - first).toBeGreaterThan(55_000);
    expect(third).toBeGreaterThan(second);
    expect(world.state.brownOut).toBeNull();
  });

  it("is remembered with its age, so that a quiet minute is not waited for anew at each restart", () => {
    const world = sagged(0);
    const from = world.now;
    for (let round = 0; round < 8; round++) {
      // What is written down once a minute is older than that by no more.
      world.run(15_000);
      world.post({ type: "quiesce" });
      restart(world);
    }
    expect(onsSince(world, from).length).toBeGreaterThanOrEqual(1);
  });

  it("starts nobody for some seconds after a restart in the middle of it", () => {
    const world = sagged(0);
    world.underVoltage = true;
    world.run(1500);
    world.underVoltage = false;
    restart(world);
    expect(world.now - world.state.underVoltageAt).toBeLessThan(2000);
  });

  it("is written down when it begins, when it is trusted with less or more, and not at each reading", () => {
    const world = mining();
    const before = ofType(world.effects, "save-rig").length;
    world.underVoltage = true;
    world.run(4500);
    expect(ofType(world.effects, "save-rig").length - before).toBe(1);
    world.until(() => up(world) === 3, "shed");
    const last = ofType(world.effects, "save-rig").at(-1)?.memory;
    expect(last?.brownOut?.zeros).toBe(3);
  });

  it("that sags again after a while of quiet is written down again", () => {
    const world = mining();
    const reading = { slots: [], underVoltage: true };
    const quiet = {
      ...world.state,
      underVoltageAt: world.now - 20_000,
      brownOut: { zeros: 4, changedAt: world.now - 100 },
    };
    const said = (state: RigState) =>
      step(state, { type: "board-read", now: world.now, reading } as never).effects;
    expect(ofType(said(quiet), "save-rig")).toMatchObject([{ memory: { supplyQuietMs: 0 } }]);
    expect(ofType(said({ ...quiet, underVoltageAt: world.now - 500 }), "save-rig")).toEqual([]);
  });
});

describe("automation that stopped itself", () => {
  function halted(): World {
    const world = mining();
    const broken = { stage: "cut", shed: null, action: null, retryAt: 0 } as const;
    const intent = {
      id: 1,
      kind: "off",
      by: "policy",
      why: "x",
      reason: "",
      durable: true,
    } as const;
    world.state = withSlot(world.state, "p1", { ...broken, intent });
    world.run(1500);
    expect(world.state.halted).toMatch(/^13:/);
    return world;
  }

  it("stays so over a restart, until a person resumes it", () => {
    const world = halted();
    restart(world);
    expect(world.state.halted).toMatch(/^13:/);
    world.until(() => up(world) === 4, "mining");
    world.zero("p2").hung = true;
    world.run(120_000);
    expect(world.slot("p2")).toMatchObject({ fences: 0, phase: "Remediating" });
    world.post({ type: "resume", reason: "looked" });
    world.until(() => world.slot("p2").fences === 1, "fence");
    restart(world);
    expect(world.state.halted).toBeNull();
  });
});

describe("the power actions that automation has left", () => {
  it("are no more for a restart", () => {
    const world = mining({ policy: { switchBurst: 5, switchesPerMinute: 1 } }, 0);
    const left = world.state.switches.tokens;
    expect(left).toBeLessThan(2);
    restart(world);
    expect(world.state.switches.tokens).toBeLessThan(left + 0.1);
  });

  it("are as many as a burst at most, and all where nothing is remembered of them", () => {
    const begun = (switches: number | undefined) => {
      const rig = { pause: null, override: null, external: null, switches } as RigMemory;
      const remembered = { ...NOTHING_REMEMBERED, rig };
      const shape = { slots: ["p1"], hostWorkers: 0 } as const;
      return initialState(shape, DEFAULT_POLICY, remembered, 5000).switches;
    };
    expect(begun(99)).toEqual({ tokens: 10, at: 5000 });
    expect(begun(-3)).toEqual({ tokens: -3, at: 5000 });
    expect(begun(undefined)).toEqual({ tokens: 10, at: 5000 });
  });
});

describe("a storm", () => {
  const begun = (changes: Partial<RigState>) => {
    const world = mining({ zeros: 1 });
    const rig = rigMemoryOf({ ...world.state, ...changes }, world.now);
    const shape = { slots: ["p1"], hostWorkers: 0 } as const;
    const remembered = { ...NOTHING_REMEMBERED, rig: JSON.parse(JSON.stringify(rig)) };
    return {
      madeAt: world.now,
      storm: initialState(shape, DEFAULT_POLICY, remembered, 5000).storm,
    };
  };

  it("begins anew with a start, and is not long yet", () => {
    const { storm } = begun({ storm: { state: "storm", since: 7, alerted: true } });
    expect(storm).toEqual({ state: "storm", since: 5000, alerted: false });
  });

  it("cools down for the time that was left", () => {
    const { madeAt } = begun({});
    expect(begun({ storm: { state: "cooldown", until: madeAt + 700 } }).storm).toEqual({
      state: "cooldown",
      until: 5700,
    });
    expect(begun({ storm: { state: "cooldown", until: madeAt - 1 } }).storm).toEqual({
      state: "cooldown",
      until: 5000,
    });
    expect(begun({}).storm).toEqual({ state: "normal" });
  });

  it("keeps the next controller from cutting the first that falls silent in its cool-down", () => {
    const world = mining({ policy: { stormCooldownMs: 120_000 } });
    for (const { slot } of world.zeros) world.zero(slot).cutOff = true;
    world.until(() => world.state.storm.state === "storm", "storm");
    for (const { slot } of world.zeros) world.zero(slot).cutOff = false;
    world.until(() => world.state.storm.state === "cooldown", "cool-down");
    const from = world.now;
    restart(world);
    world.until(() => up(world) === 4, "heard again");
    world.zero("p2").hung = true;
    world.until(() => world.slot("p2").fences === 1, "fence");
    expect(world.now - from).toBeGreaterThanOrEqual(119_000);
  });
});

describe("a Zero that somebody wants up", () => {
  it("is wanted up after a restart for the time that was left", () => {
    const world = mining({ policy: { idleOffMs: 60_000 } });
    world.post({ type: "demand", slots: ["p1"], forMs: 300_000 });
    restart(world);
    expect(world.slot("p1").demandUntil - world.now).toBeCloseTo(300_000, -1);
    expect(world.slot("p2").demandUntil).toBeLessThanOrEqual(world.now);
  });
});

describe("a number from outside that ran out", () => {
  it("is not found again by the next controller", () => {
    const world = mining();
    world.post({ type: "external-ceiling", watts: 9, source: "sun", forMs: 5000 });
    world.run(7000);
    restart(world);
    expect(world.state.external).toBeNull();
  });
});

describe("a controller that starts", () => {
  it("keeps its first start apart from what the last one may have switched on", () => {
    const world = mining({ policy: { staggerMs: 20_000 } });
    say(world, "off", ["p1"], { hard: true });
    world.until(() => world.slot("p1").phase === "Off", "off");
    say(world, "on", ["p1"]);
    restart(world);
    const from = world.now;
    world.until(() => onsSince(world, from).length > 0, "on");
    expect(world.now - from).toBeGreaterThanOrEqual(19_900);
  });

  it("takes over what an older one wrote down, which knew nothing of these", () => {
    const world = mining({ zeros: 1 });
    const { pause, override, external } = rigMemoryOf(world.state, world.now);
    const remembered = { ...leftBehind(world), rig: { pause, override, external } };
    const next = new World({ zeros: 1, lines: "on", remembered });
    expect(next.state).toMatchObject({ halted: null, brownOut: null, storm: { state: "normal" } });
    expect(next.state.underVoltageAt).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("a person's off that was begun", () => {
  it("is that person's still, and asks the Zero first whatever was said then", () => {
    const intent = { id: 3, kind: "off", by: "operator", why: "operator", reason: "fan" } as const;
    const remembered = { ...NOTHING_REMEMBERED, intents: new Map([["p1" as const, intent]]) };
    const shape = { slots: ["p1"], hostWorkers: 0 } as const;
    const [slot] = initialState(shape, DEFAULT_POLICY, remembered, 0).slots;
    expect(slot).toMatchObject({ wanted: "off", offAsked: { reason: "fan", hard: false } });
  });
});

describe("another program's off of a Zero that was just found on", () => {
  it("is written down at once", () => {
    const { state, now } = mining({ zeros: 2 });
    const found = withSlot(state, "p1", { phase: "Unknown", why: "found-on", link: null });
    const off = { slot: "p1", line: "off", usb: "absent", driven: true } as const;
    const { effects } = step(found, {
      type: "board-read",
      now,
      reading: { slots: [off], underVoltage: null },
    });
    expect(ofType(effects, "save-slot")).toMatchObject([{ slot: "p1", memory: { wanted: "off" } }]);
  });
});

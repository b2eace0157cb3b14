// Zeros that are up on demand only: off while nobody asks, on for whoever does, within all that limits the others.

import { describe, expect, it } from "vitest";
import { ofType } from "../../test/sim/effects.ts";
import { mining, say, withSlot } from "../../test/sim/scene.ts";
import { World, type WorldOptions } from "../../test/sim/world.ts";
import { askerOf } from "./demand.ts";
import { draftOf } from "./draft.ts";
import { onHindrance } from "./permit.ts";
import { beginOn } from "./power.ts";
import type { Slot } from "./slot.ts";
import { step } from "./step.ts";
import { surpluses } from "./surplus.ts";

const IDLE_MS = 120_000;
const MINUTE_MS = 60_000;

/** A rig that mines with p1 and p2, and has the others up on demand only. */
function rig(options: WorldOptions = {}): World {
  const policy = { onDemand: ["p3", "p4"] as const, onDemandIdleMs: IDLE_MS, ...options.policy };
  return mining({ lines: "on", ...options, policy }, 70_000);
}

function asked(world: World, slot: "p3" | "p4", forMs: number, by = "wiki.lan"): void {
  world.post({ type: "demand", slots: [slot], forMs, by });
}

function isOff(world: World, slot: "p3" | "p4"): boolean {
  return world.slot(slot).phase === "Off";
}

describe("a Zero that is up on demand only", () => {
  it("sleeps so long after it came up, though there is work", () => {
    const world = rig();
    expect(world.phases()).toBe("Ready Ready Ready Ready");
    world.until(() => isOff(world, "p3") && isOff(world, "p4"), "asleep");
    expect(world.now - world.slot("p1").onAt).toBeGreaterThan(IDLE_MS);
    world.run(10 * MINUTE_MS);
    expect(world.phases()).toBe("Ready Ready Off Off");
    const { shed, fences, wanted } = world.slot("p3");
    expect([shed?.why, fences, wanted]).toEqual(["no-demand", 0, "on"]);
    expect(onHindrance(world.state, world.slot("p3"), world.now)).toBe("no-demand");
    expect(world.reported("slot.woken")).toEqual([]);
  });

  it("comes on for whoever asks, says for whom, and goes when the demand is over", () => {
    const world = rig();
    world.until(() => isOff(world, "p3"), "asleep");
    asked(world, "p3", 5 * MINUTE_MS);
    world.until(() => world.slot("p3").phase === "Ready", "up");
    expect(world.reported("slot.woken")).toMatchObject([
      { slot: "p3", why: "demand", detail: { by: "wiki.lan" } },
    ]);
    const on = ofType(world.effects, "write-intent").filter(({ slot }) => slot === "p3");
    expect(on.at(-1)).toMatchObject({ kind: "on", by: "automation", why: "demand" });
    expect(on.at(-1)?.reason).toBe("wiki.lan");
    expect(world.reported("power.on").at(-1)).toMatchObject({ slot: "p3", why: "demand" });
    const upAt = world.now;
    world.until(() => isOff(world, "p3"), "asleep again");
    expect(world.now - upAt).toBeGreaterThan(4 * MINUTE_MS);
    const off = ofType(world.effects, "write-intent").filter(({ slot }) => slot === "p3");
    expect(off.at(-1)).toMatchObject({ kind: "off", by: "policy", why: "no-demand" });
    expect(off.at(-1)?.reason).toBe("wiki.lan asked last");
  });

  it("stays up for its time after a short demand that woke it", () => {
    const world = rig();
    world.until(() => isOff(world, "p3"), "asleep");
    asked(world, "p3", 5000);
    world.until(() => world.slot("p3").phase === "Ready", "up");
    world.run(IDLE_MS / 2);
    expect(world.slot("p3").phase).toBe("Ready");
    world.until(() => isOff(world, "p3"), "asleep again");
  });

  it("stays up as long as the demand is renewed", () => {
    const world = rig();
    world.until(() => isOff(world, "p3"), "asleep");
    for (let count = 0; count < 20; count++) {
      asked(world, "p3", 40_000);
      world.run(30_000);
    }
    expect(world.slot("p3").phase).toBe("Ready");
    expect(world.reported("slot.woken")).toHaveLength(1);
  });

  it("waits for room below the ceiling, and comes when there is some", () => {
    const world = new World({
      policy: { onDemand: ["p3", "p4"], ceilingWatts: 2.4 },
      lines: "off",
    });
    world.run(2 * MINUTE_MS);
    expect(world.phases()).toBe("Ready Ready Off Off");
    asked(world, "p4", 20 * MINUTE_MS);
    world.run(3 * MINUTE_MS);
    expect(isOff(world, "p4")).toBe(true);
    expect(onHindrance(world.state, world.slot("p4"), world.now)).toBe("ceiling");
    say(world, "off", ["p2"]);
    world.until(() => world.slot("p4").phase === "Ready", "room");
  });

  it("stays off on a person's word, whoever asks, until the person says on", () => {
    const world = rig();
    say(world, "off", ["p3"]);
    world.until(() => isOff(world, "p3"), "off");
    asked(world, "p3", 5 * MINUTE_MS);
    world.run(3 * MINUTE_MS);
    expect(isOff(world, "p3")).toBe(true);
    expect(world.reported("slot.woken")).toEqual([]);
    say(world, "on", ["p3"]);
    world.until(() => world.slot("p3").phase === "Ready", "on");
  });

  it("comes on for a person, who need not ask again, and sleeps after its time", () => {
    const world = rig();
    world.until(() => isOff(world, "p3"), "asleep");
    say(world, "on", ["p3"]);
    world.until(() => world.slot("p3").phase === "Ready", "on");
    world.until(() => isOff(world, "p3"), "asleep again");
  });

  it("is not told of as woken where a demand finds it up", () => {
    const world = rig();
    asked(world, "p3", 5000);
    world.run(10_000);
    asked(world, "p3", 5000);
    expect(world.slot("p3").phase).toBe("Ready");
    expect(world.reported("slot.woken")).toEqual([]);
  });

  it("is not woken for work, nor for want of work switched off sooner", () => {
    const world = rig({ policy: { idleOffMs: 20_000 } });
    world.poolSilent = true;
    asked(world, "p3", 10 * MINUTE_MS);
    world.run(8 * MINUTE_MS);
    expect(world.slot("p3").phase).toBe("Ready");
    expect(world.slot("p4").shed?.why).toBe("no-demand");
    world.poolSilent = false;
    world.run(4 * MINUTE_MS);
    expect(isOff(world, "p4")).toBe(true);
  });

  it("has its power cycle completed though the demand is over", () => {
    const world = rig();
    world.until(() => isOff(world, "p3"), "asleep");
    asked(world, "p3", 90_000);
    world.until(() => world.slot("p3").phase === "Ready", "up");
    world.zero("p3").hung = true;
    world.until(() => world.slot("p3").fences === 1, "fenced");
    world.state = withSlot(world.state, "p3", { demandUntil: world.now });
    world.until(() => world.slot("p3").phase === "Ready", "back");
  });

  it("is woken again where a demand comes while it is on its way off", () => {
    const world = rig();
    world.until(() => world.slot("p3").phase === "PoweringOff", "on its way");
    asked(world, "p3", 10 * MINUTE_MS);
    expect(world.reported("slot.woken")).toMatchObject([{ slot: "p3" }]);
    world.until(() => isOff(world, "p3"), "off");
    world.until(() => world.slot("p3").phase === "Ready", "up again");
  });

  it("is woken by a person's `wake`, which names nobody", () => {
    const world = rig();
    world.until(() => isOff(world, "p3"), "asleep");
    world.post({ type: "demand", slots: ["p3"], forMs: 5000 });
    world.until(() => world.slot("p3").phase === "Ready", "up");
    const on = ofType(world.effects, "write-intent").filter(({ slot }) => slot === "p3");
    expect(on.at(-1)).toMatchObject({ why: "demand", reason: "a person's `wake`" });
    world.until(() => isOff(world, "p3"), "asleep again");
    const off = ofType(world.effects, "write-intent").filter(({ slot }) => slot === "p3");
    expect(off.at(-1)?.reason).toBe("nobody asks for it");
  });

  it("shows that it goes, and what that waits for", () => {
    const world = rig();
    const slot = { ...world.slot("p3"), onAt: world.now - IDLE_MS };
    const due = withSlot(world.state, "p3", slot);
    expect(surpluses(due, world.now).map(({ slot: { id }, why }) => [id, why])).toEqual([
      ["p3", "no-demand"],
    ]);
    const paused = {
      ...due,
      pause: { reason: "", since: world.now, until: Number.POSITIVE_INFINITY },
    };
    expect(surpluses(paused, world.now)[0]?.waitsFor).toBe("paused");
    const demanded = (untilMs: number) =>
      surpluses(withSlot(due, "p3", { demandUntil: world.now + untilMs }), world.now).length;
    expect([1, 0].map(demanded)).toEqual([0, 1]);
  });
});

describe("at a start", () => {
  const onDemand = ["p3", "p4"] as const;

  it("a Zero on demand that is found off sleeps; the others are off as somebody wanted", () => {
    const policy = { onDemand, powerRestore: "adopt" } as const;
    const world = new World({ policy, lines: "off" });
    world.run(MINUTE_MS);
    expect(world.state.slots.map(({ wanted }) => wanted)).toEqual(["off", "off", "on", "on"]);
    expect(world.phases()).toBe("Off Off Off Off");
    asked(world, "p4", MINUTE_MS);
    world.until(() => world.slot("p4").phase === "Ready", "up");
    expect(world.phases()).toBe("Off Off Off Ready");
  });

  it("one that a person had switched off stays off, also after a restart", () => {
    const world = rig({ policy: { powerRestore: "adopt" }, lines: "on" });
    say(world, "off", ["p3"]);
    world.until(() => isOff(world, "p3"), "off");
    world.kill();
    world.startController();
    world.run(MINUTE_MS);
    expect(world.slot("p3").wanted).toBe("off");
    asked(world, "p3", MINUTE_MS);
    world.run(MINUTE_MS);
    expect(isOff(world, "p3")).toBe(true);
  });

  it("a demand, and whose it is, goes on", () => {
    const world = rig({ lines: "on" });
    world.until(() => isOff(world, "p3"), "asleep");
    asked(world, "p3", 20 * MINUTE_MS);
    world.until(() => world.slot("p3").phase === "Ready", "up");
    world.kill();
    world.startController();
    world.run(10 * MINUTE_MS);
    expect(world.slot("p3")).toMatchObject({ phase: "Ready", demandBy: "wiki.lan" });
    world.until(() => isOff(world, "p3"), "asleep again");
  });

  it("all that are wanted on come on, but for those on demand", () => {
    const world = new World({ policy: { onDemand, powerRestore: "all-on" }, lines: "off" });
    world.run(2 * MINUTE_MS);
    expect(world.phases()).toBe("Ready Ready Off Off");
  });
});

it.each<[string, Partial<Slot>, string | null]>([
  ["who asked, if it is up on demand only", { demandUntil: 1 }, "wiki.lan"],
  ["a person, if nobody is named", { demandUntil: 1, demandBy: null }, "a person's `wake`"],
  ["nobody, if the demand is over", { demandUntil: 0 }, null],
  ["nobody, if it comes on for another reason", { id: "p1", demandUntil: 1 }, null],
  [
    "who asked, if it sleeps for want of work",
    { id: "p1", demandUntil: 1, shed: { why: "idle", at: 0 } },
    "wiki.lan",
  ],
  [
    "nobody, if it is off for want of power",
    { id: "p1", demandUntil: 1, shed: { why: "ceiling", at: 0 } },
    null,
  ],
])("is the reason of its start: %s", (_, { demandUntil = 0, ...changes }, by) => {
  const { state, now } = new World({ policy: { onDemand: ["p3", "p4"] } });
  const asked = { demandBy: "wiki.lan", ...changes, demandUntil: now + demandUntil };
  const slot = { ...(state.slots[2] as Slot), ...asked };
  expect(askerOf(draftOf(state, now), slot)).toBe(by);
  expect(beginOn(draftOf(state, now), slot).why).toBe(by === null ? "wanted-on" : "demand");
});

it("is told of with who asked, if anybody is named, and that is who asked last", () => {
  const { state, now } = new World({ policy: { onDemand: ["p3", "p4"] } });
  const asleep = withSlot(state, "p3", { phase: "Off", demandBy: "wiki.lan" });
  const asked = (who: { readonly by?: string }) =>
    step(asleep, { type: "demand", now, slots: ["p3"], forMs: 1000, ...who });
  const told = (who: { readonly by?: string }) =>
    ofType(asked(who).effects, "report").map(({ ev, detail }) => [ev, detail]);
  expect(told({ by: "nas.lan" })).toEqual([["slot.woken", { by: "nas.lan" }]]);
  expect(told({})).toEqual([["slot.woken", {}]]);
  expect(asked({ by: "nas.lan" }).state.slots[2]?.demandBy).toBe("nas.lan");
  expect(asked({}).state.slots[2]?.demandBy).toBeNull();
});

it("changes nothing for a slot that nobody has", () => {
  const world = rig();
  const { state, now } = world;
  const after = step(state, { type: "demand", now, slots: ["p9"], forMs: 1000 });
  expect(after.effects).toEqual([]);
});

it("is not the reason of a Zero that comes on for another", () => {
  const world = mining({}, 70_000);
  world.post({ type: "external-ceiling", watts: 0, source: "sun", forMs: 120_000 });
  world.until(() => world.phases() === "Off Off Off Off", "off");
  world.post({ type: "demand", slots: ["p1"], forMs: 10 * MINUTE_MS });
  world.until(() => world.slot("p1").phase === "Ready", "back");
  const on = ofType(world.effects, "write-intent").filter(({ slot }) => slot === "p1");
  expect(on.at(-1)).toMatchObject({ kind: "on", why: "wanted-on", reason: "it was off: ceiling" });
});

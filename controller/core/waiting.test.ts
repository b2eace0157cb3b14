// What the next controller knows of a Zero that waits for its turn, from what was really written down.

import { describe, expect, it } from "vitest";
import { leftBehind, mining, say } from "../../test/sim/scene.ts";
import { World } from "../../test/sim/world.ts";
import { memoryOf, type Remembered } from "./memory.ts";
import { initialState } from "./state.ts";

/** What is on the disk: the last that was saved of each slot, and the intents that are open. */
function onDisk(world: World): Remembered {
  const left = leftBehind(world);
  const slots = new Map(left.slots);
  slots.clear();
  for (const effect of world.effects) {
    if (effect.type === "save-slot") slots.set(effect.slot, effect.memory);
  }
  return { ...left, slots };
}

const ADOPT = { zeros: 1, policy: { powerRestore: "adopt" as const } };

describe("a Zero that waits for its turn", () => {
  it("is not forgotten by two restarts within a minute", () => {
    const world = mining({ ...ADOPT, lines: "on" }, 70_000);
    world.post({ type: "external-ceiling", watts: 0, source: "sun", forMs: 1e7 });
    world.until(() => world.slot("p1").phase === "Off", "off");
    say(world, "on", ["p1"]);
    world.run(5000);
    const second = new World({ ...ADOPT, remembered: onDisk(world) });
    second.run(500);
    const third = new World({ ...ADOPT, remembered: { ...onDisk(second), rig: null } });
    third.run(120_000);
    expect(third.slot("p1")).toMatchObject({ wanted: "on", phase: "Ready" });
  });

  it("is not forgotten by a controller that ends before it could read the board", () => {
    const world = mining({ ...ADOPT, lines: "on" }, 70_000);
    world.post({ type: "external-ceiling", watts: 0, source: "sun", forMs: 1e7 });
    world.until(() => world.slot("p1").phase === "Off", "off");
    say(world, "on", ["p1"]);
    const { slots, ...rest } = onDisk(world);
    const shape = { slots: ["p1" as const], hostWorkers: 0 };
    const state = initialState(shape, world.state.policy, { slots, ...rest }, 0);
    const [unread] = state.slots;
    if (unread === undefined) throw new Error("no slot");
    expect(memoryOf(unread, 0, 0).waiting).toBe(true);
    expect(memoryOf({ ...unread, wasWaiting: false }, 0, 0).waiting).toBe(false);
  });

  it("is not forgotten by a restart while its start is a fault", () => {
    const world = mining({ ...ADOPT, lines: "on" }, 70_000);
    say(world, "off", ["p1"], { hard: true });
    world.until(() => world.slot("p1").phase === "Off", "off");
    world.powerError = "bus";
    say(world, "on", ["p1"]);
    const savedInFault = () =>
      world.slot("p1").phase === "Fault" && world.state.savedAt > world.slot("p1").since;
    world.until(savedInFault, "a fault that is written down");
    const next = new World({ ...ADOPT, remembered: onDisk(world) });
    next.run(120_000);
    expect(next.slot("p1")).toMatchObject({ wanted: "on", phase: "Ready" });
  });
});

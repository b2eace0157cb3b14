import { describe, expect, it } from "vitest";
import { mining, say } from "../../test/sim/scene.ts";
import { World } from "../../test/sim/world.ts";
import { memoryOf, NOTHING_REMEMBERED, type Remembered } from "./memory.ts";
import { DEFAULT_POLICY, type PowerRestore } from "./policy.ts";
import type { IntentKind } from "./slot.ts";
import { initialState } from "./state.ts";

function open(kind: IntentKind, by: "operator" | "automation" = "automation"): Remembered {
  const intent = { id: 7, kind, by, why: "power-cycle", reason: "zero-dead" };
  return { ...NOTHING_REMEMBERED, intents: new Map([["p1", intent]]) };
}

function remembering(wanted: "on" | "off"): Remembered {
  const [slot] = initialState(
    { slots: ["p1"], hostWorkers: 0 },
    DEFAULT_POLICY,
    NOTHING_REMEMBERED,
    0,
  ).slots;
  if (slot === undefined) throw new Error("no slot");
  return { ...NOTHING_REMEMBERED, slots: new Map([["p1", memoryOf({ ...slot, wanted }, 0, 0)]]) };
}

describe("a starting controller", () => {
  it("adopts what runs and switches nothing", () => {
    const world = new World({ lines: "on", policy: { powerRestore: "adopt" } });
    world.allReady();
    world.run(600_000);
    expect(world.powerEffects()).toEqual([]);
    expect(world.slot("p1").boots).toBe(0);
    expect(world.slot("p1").bootMs).toEqual([]);
  });

  it("counts no hash of an adopted Zero from before its time", () => {
    const world = new World({ lines: "on", zeros: 1, policy: { powerRestore: "adopt" } });
    world.zero("p1").hashes = 0;
    world.allReady();
    world.run(20_000);
    expect(world.slot("p1").hashes).toBeLessThanOrEqual(world.zero("p1").hashes);
  });

  const table: [PowerRestore, "on" | "off", "on" | "off", "on" | "off"][] = [
    // policy, remembered, found, wanted then
    ["adopt", "on", "off", "off"],
    ["adopt", "off", "on", "on"],
    ["restore", "on", "off", "on"],
    ["restore", "off", "on", "off"],
    ["all-on", "off", "off", "on"],
    ["all-off", "on", "on", "off"],
  ];
  it.each(table)(
    "%s: remembered %s, found %s, wants %s",
    (powerRestore, remembered, found, wanted) => {
      const world = new World({
        zeros: 1,
        lines: found,
        remembered: remembering(remembered),
        policy: { powerRestore },
      });
      world.run(60_000);
      expect(world.slot("p1").wanted).toBe(wanted);
      expect(world.slot("p1").phase).toBe(wanted === "on" ? "Ready" : "Off");
    },
  );

  it("completes a cycle that an earlier run had begun, after the full dwell", () => {
    const world = new World({
      zeros: 1,
      remembered: open("cycle"),
      policy: { powerRestore: "adopt" },
    });
    expect(world.slot("p1").why).toBe("intent-resumed");
    world.allReady();
    expect(world.powerEffects().map(({ to, now }) => [to, now >= 3000])).toEqual([["on", true]]);
    expect(
      world.effects.some((effect) => effect.type === "close-intent" && effect.intent === 7),
    ).toBe(true);
  });

  it("does not cut again for a cycle whose line is on", () => {
    const world = new World({
      zeros: 1,
      lines: "on",
      remembered: open("cycle"),
      policy: { powerRestore: "adopt" },
    });
    world.allReady();
    expect(world.powerEffects()).toEqual([]);
  });

  it("completes an operator's off", () => {
    const world = new World({
      zeros: 1,
      lines: "on",
      remembered: open("off", "operator"),
      policy: { powerRestore: "adopt" },
    });
    world.run(30_000);
    expect(world.slot("p1").phase).toBe("Off");
    expect(world.powerEffects().map(({ to }) => to)).toEqual(["off"]);
  });

  it("ends an off and a quarantine whose cut had been done", () => {
    const off = new World({
      zeros: 1,
      remembered: open("off", "operator"),
      policy: { powerRestore: "adopt" },
    });
    expect(off.slot("p1").phase).toBe("Off");
    expect(off.slot("p1").intent).toBeNull();
    const quarantine = new World({
      zeros: 1,
      remembered: open("quarantine"),
      policy: { powerRestore: "adopt" },
    });
    expect(quarantine.slot("p1").phase).toBe("Quarantined");
  });

  it("keeps a quarantine, its age, the back-off and the hold", () => {
    const before = new World({ zeros: 1 });
    before.allReady();
    const slot = {
      ...before.slot("p1"),
      phase: "Quarantined" as const,
      since: before.now - 5000,
      strikes: 3,
      cuts: [before.now - 1000],
      hold: {
        kind: "maintenance" as const,
        reason: "fan",
        since: 0,
        until: Number.POSITIVE_INFINITY,
      },
    };
    const memory = memoryOf(slot, before.now, 0);
    const remembered = { ...NOTHING_REMEMBERED, slots: new Map([["p1" as const, memory]]) };
    const after = new World({ zeros: 1, remembered });
    expect(after.slot("p1")).toMatchObject({
      phase: "Quarantined",
      strikes: 3,
      since: -4000,
      cuts: [0],
    });
    expect(after.slot("p1").hold).toMatchObject({ kind: "maintenance", reason: "fan" });
    expect(after.slot("p1").until).toBe(1000 + DEFAULT_POLICY.probationMs - 5000);
  });

  it("suspects what never speaks after the adopt grace, and fences it", () => {
    const world = new World({ zeros: 1, lines: "on", policy: { powerRestore: "adopt" } });
    world.zero("p1").cutOff = true;
    world.run(95_000);
    expect(world.reported("slot.state", "p1").map(({ why }) => why)).toContain("adopt-overdue");
    world.allReady();
    expect(world.slot("p1").fences).toBe(1);
  });

  it("keeps a line that contradicts its USB port unknown, then calls it a fault", () => {
    const world = new World({ zeros: 1, policy: { powerRestore: "adopt" } });
    world.zero("p1").usb = true;
    // The constructor's first reading has adopted it as off; a foreign hand makes it unknown again.
    world.state = {
      ...world.state,
      slots: world.state.slots.map((slot) => ({ ...slot, phase: "Unknown", until: 0 })),
    };
    world.run(1500);
    expect(world.slot("p1").phase).toBe("Fault");
    world.zero("p1").usb = false;
    world.run(70_000);
    expect(world.slot("p1").phase).toBe("Off");
  });

  /** A controller that starts while p1 runs and its line reads off all the same. */
  function contradicted(): World {
    const world = mining({ zeros: 1, policy: { powerRestore: "adopt" }, lines: "on" });
    world.kill();
    world.zero("p1").readsOff = true;
    world.startController();
    world.run(1500);
    expect(world.slot("p1")).toMatchObject({ phase: "Unknown", line: "off", usb: "present" });
    return world;
  }

  it("cuts nobody whose line contradicted its USB port at first: what is on when they agree is wanted on", () => {
    const world = contradicted();
    world.zero("p1").readsOff = false;
    world.run(300_000);
    expect(world.slot("p1")).toMatchObject({ phase: "Ready", wanted: "on" });
    expect(world.powerEffects()).toEqual([]);
  });

  it("nor after that was taken for a fault", () => {
    const world = contradicted();
    world.until(() => world.slot("p1").phase === "Fault", "fault");
    world.zero("p1").readsOff = false;
    world.run(300_000);
    expect(world.slot("p1")).toMatchObject({ phase: "Ready", wanted: "on" });
    expect(world.powerEffects()).toEqual([]);
  });

  it("does what a person said before the board could be read", () => {
    const world = new World({ zeros: 2, policy: { powerRestore: "adopt" } });
    world.kill();
    world.boardError = "bus";
    world.zero("p2").powered = true;
    world.boot(world.zero("p2"));
    world.startController();
    say(world, "on", ["p1"]);
    say(world, "off", ["p2"], { hard: true });
    world.run(5000);
    expect(world.powerEffects()).toEqual([]);
    expect(memoryOf(world.slot("p1"), 0, 0)).toMatchObject({ wanted: "on", waiting: true });
    world.boardError = null;
    world.run(60_000);
    expect(world.phases()).toBe("Ready Off");
  });

  it("waits without judgement while the board cannot be read", () => {
    const world = new World({ zeros: 1, lines: "on", policy: { powerRestore: "adopt" } });
    world.boardError = "bus";
    world.state = {
      ...world.state,
      slots: world.state.slots.map((slot) => ({
        ...slot,
        phase: "Unknown",
        line: "unknown",
        until: 0,
      })),
    };
    world.run(200_000);
    expect(world.slot("p1").phase).toBe("Unknown");
    expect(world.reported("board.failed")).toHaveLength(1);
    world.boardError = null;
    world.allReady();
    expect(world.reported("board.back")).toHaveLength(1);
  });

  it("never takes an id twice", () => {
    const state = initialState(
      { slots: ["p1"], hostWorkers: 2 },
      DEFAULT_POLICY,
      { ...NOTHING_REMEMBERED, nextId: 99 },
      0,
    );
    expect(state.nextId).toBe(99);
    expect(state.seats.map(({ id }) => id)).toEqual(["p1", "h1", "h2"]);
  });
});

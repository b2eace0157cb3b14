// Complaints that users of other watchdogs have made of endless loops, of machines that never come back, and of what a
// restart of the watchdog itself does. docs/complaints.md has the list.

import { describe, expect, it } from "vitest";
import { leftBehind, mining, say } from "../../test/sim/scene.ts";
import { World, type WorldOptions } from "../../test/sim/world.ts";
import { DEFAULT_POLICY } from "./policy.ts";

const HOUR_MS = 3_600_000;

function cuts(world: World, slot: "p1" | "p2"): number[] {
  return world
    .powerEffects(slot)
    .filter(({ to }) => to === "off")
    .map(({ now }) => now);
}

/** The same rig under a new controller. */
function restarted(world: World, options: WorldOptions = {}): World {
  const policy = { powerRestore: "adopt" as const, ...options.policy };
  return new World({ ...options, policy, remembered: leftBehind(world) });
}

/** A rig of two of which one hangs in every boot. */
function hopeless(forMs: number): World {
  const world = mining({ zeros: 2 });
  world.zero("p1").hung = true;
  world.zero("p1").neverBoots = true;
  world.run(forMs);
  return world;
}

describe("endless loops", () => {
  it("E3dcGui#9: a Zero that never comes back is not rebooted for ever", () => {
    const world = hopeless(6 * HOUR_MS);
    const first = cuts(world, "p1").length;
    world.run(6 * HOUR_MS);
    const { cutsPerSlotHour } = DEFAULT_POLICY;
    expect(first).toBeLessThanOrEqual(6 * cutsPerSlotHour);
    expect(["Quarantined", "Fault", "Off"]).toContain(world.slot("p1").phase);
    expect(world.slot("p2")).toMatchObject({ phase: "Ready", fences: 0 });
  });

  it("raspbian-ua-netinst#390: a Zero that hangs soon after each boot ends in quarantine, off, and people are told", () => {
    const world = mining({ zeros: 2 });
    const hangAgain = () => {
      if (world.slot("p1").phase === "Ready") world.zero("p1").hung = true;
    };
    for (let s = 0; s < HOUR_MS && world.slot("p1").phase !== "Quarantined"; s += 1000) {
      hangAgain();
      world.run(1000);
    }
    expect(world.slot("p1")).toMatchObject({ phase: "Quarantined", line: "off" });
    const count = cuts(world, "p1").length;
    expect(count).toBe(DEFAULT_POLICY.quarantineCycles + 1);
    const told = world.reported("slot.state", "p1").filter(({ why }) => why === "failed-cycles");
    expect(told.some(({ level }) => level === "warn")).toBe(true);
    world.run(3 * HOUR_MS);
    expect(cuts(world, "p1")).toHaveLength(count);
  });

  it("NVSentinel#1543: a restart of the controller fires no old decision again", () => {
    const world = mining({ zeros: 2 });
    world.zero("p1").hung = true;
    world.until(
      () => world.slot("p1").fences === 1 && world.slot("p1").phase === "Ready",
      "fenced",
    );
    const next = restarted(world, { zeros: 2, lines: "on" });
    next.run(10 * 60_000);
    expect(next.powerEffects()).toEqual([]);
    expect(next.phases()).toBe("Ready Ready");
  });

  it("NVSentinel#1543: nor does it forget how often it has cut", () => {
    const world = mining({ zeros: 2 });
    for (let i = 0; i < 3; i++) {
      world.until(() => world.slot("p1").phase === "Ready", "up");
      world.zero("p1").hung = true;
      world.until(() => world.slot("p1").fences === i + 1, "fence");
    }
    world.until(() => world.slot("p1").phase === "Ready", "up");
    const next = restarted(world, { zeros: 2, lines: "on" });
    next.allReady();
    next.zero("p1").hung = true;
    next.until(() => next.slot("p1").phase === "Quarantined", "quarantine");
    expect(cuts(next, "p1")).toHaveLength(1);
  });

  it("pfnet node-operation-controller#31: remedies wait longer each time", () => {
    const world = mining({ zeros: 2, policy: { quarantineCycles: 5 } });
    for (let i = 0; i < 4; i++) {
      world.until(() => world.slot("p1").phase === "Ready", "up");
      world.zero("p1").hung = true;
      world.until(() => cuts(world, "p1").length === i + 1, "cut");
    }
    const at = cuts(world, "p1");
    const pauses = at.slice(1).map((now, index) => now - (at[index] ?? 0));
    expect(pauses[1]).toBeGreaterThan((pauses[0] ?? 0) * 1.2);
    expect(pauses[2]).toBeGreaterThan((pauses[1] ?? 0) * 1.2);
  });

  it("GMiner#535: the cuts of an hour are capped, whatever else allows them", () => {
    const generous = { quarantineCycles: 1000, backoffBaseMs: 0, cutsPerSlotHour: 4 };
    const world = mining({ zeros: 2, policy: generous });
    for (let s = 0; s < HOUR_MS; s += 1000) {
      if (world.slot("p1").phase === "Ready") world.zero("p1").hung = true;
      world.run(1000);
    }
    expect(cuts(world, "p1")).toHaveLength(4);
  });

  it("STONITH deathmatch: a fenced Zero gets no work before it has proved itself", () => {
    const world = mining({ zeros: 2 });
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").fences === 1, "fence");
    world.zero("p1").wrong = true;
    world.until(() => world.slot("p1").phase === "Fault", "wrong answers");
    const from = world.effects.length;
    world.run(10 * 60_000);
    const work = world.effects
      .slice(from)
      .filter(
        (effect) =>
          effect.type === "send" &&
          effect.slot === "p1" &&
          effect.message.type === "job" &&
          !effect.message.id.startsWith("t"),
      );
    expect(work).toEqual([]);
    world.zero("p1").wrong = false;
    world.allReady();
  });

  it("STONITH deathmatch: two Zeros that hang in turn are never both between cut and first beat", () => {
    const world = mining();
    let most = 0;
    for (let s = 0; s < 1200; s++) {
      const victim = s % 2 === 0 ? "p1" : "p2";
      if (world.slot(victim).phase === "Ready") world.zero(victim).hung = true;
      world.run(500);
      const between = world.state.slots.filter(
        ({ intent, phase }) => intent?.by === "automation" && phase !== "Fault",
      ).length;
      most = Math.max(most, between);
    }
    expect(most).toBe(1);
  });
});

describe("machines that never come back", () => {
  it("PiJuice#734: a Zero that hangs in its boot is cycled after the boot grace, and then comes up", () => {
    const world = mining({ zeros: 2 });
    const zero = world.zero("p1");
    say(world, "cycle", ["p1"], { hard: true });
    // USB shows up, and then the boot hangs: no agent, no frame.
    zero.neverBoots = true;
    world.until(() => world.slot("p1").stage === "settle", "on");
    zero.usb = true;
    const onAt = world.now;
    world.until(() => cuts(world, "p1").length === 2, "cut again");
    expect(world.now - onAt).toBeGreaterThanOrEqual(DEFAULT_POLICY.bootGraceMs);
    expect(world.now - onAt).toBeLessThan(DEFAULT_POLICY.bootGraceMs + 60_000);
    zero.neverBoots = false;
    world.allReady();
  });

  it("NanoCluster#14: a line that reads on is no proof of a Zero that runs", () => {
    const world = mining({ zeros: 2 });
    world.zero("p1").neverBoots = true;
    say(world, "cycle", ["p1"], { hard: true });
    world.until(() => world.slot("p1").line === "off", "off");
    world.until(() => world.slot("p1").line === "on", "line on");
    world.run(20_000);
    expect(world.slot("p1").phase).toBe("PoweringOn");
    world.until(() => world.reported("power.no-enumeration", "p1").length > 0, "tried again");
    world.until(() => world.slot("p1").phase === "Fault", "fault");
    expect(world.slot("p1").why).toBe("no-enumeration");
  });

  it("bootc-operator#158: no Zero holds the lane for ever; another silent one gets its turn", () => {
    const world = mining();
    world.zero("p1").hung = true;
    world.zero("p1").neverBoots = true;
    world.until(() => cuts(world, "p1").length === 1, "first");
    world.zero("p2").hung = true;
    world.run(10 * 60_000);
    expect(world.slot("p2")).toMatchObject({ fences: 1, phase: "Ready" });
  });

  it.each(["PoweringOn", "Booting", "PoweringOff", "Unknown", "Suspect"] as const)(
    "bootc-operator#158: nothing stays in %s",
    (phase) => {
      const world = mining({ zeros: 2 });
      world.zero("p1").neverBoots = true;
      world.zero("p1").stuckOn = phase === "PoweringOff";
      world.zero("p1").hung = true;
      let longest = 0;
      for (let s = 0; s < HOUR_MS; s += 1000) {
        const slot = world.slot("p1");
        if (slot.phase === phase) longest = Math.max(longest, world.now - slot.since);
        world.run(1000);
      }
      expect(longest).toBeLessThan(5 * 60_000);
    },
  );

  it("cyclecloud-slurm#51: a slot in fault is looked at again, and comes back by itself", () => {
    const world = mining({ zeros: 2 });
    world.zero("p1").stuckOn = true;
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").phase === "Fault", "fault");
    world.zero("p1").stuckOn = false;
    world.allReady();
    expect(world.slot("p1").fences).toBe(1);
  });
});

describe("a restart of the controller", () => {
  it("orchard#454: old heartbeats after a restart convict nobody", () => {
    const world = mining();
    world.run(60_000);
    // Nothing was heard by this controller yet, and the clock of the last one means nothing to it.
    const next = restarted(world, { lines: "on" });
    for (const zero of next.zeros) zero.cutOff = true;
    next.run(60_000);
    expect(next.powerEffects()).toEqual([]);
    for (const zero of next.zeros) zero.cutOff = false;
    next.allReady();
    expect(next.powerEffects()).toEqual([]);
  });

  it("marin#3772: a restart in the middle of everything switches nothing that runs", () => {
    const world = mining();
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").phase === "PoweringOff", "cut decided");
    const next = restarted(world, { lines: "on" });
    next.run(10 * 60_000);
    expect(next.powerEffects()).toEqual([]);
    expect(next.phases()).toBe("Ready Ready Ready Ready");
  });

  it("overdeck#2382: a Zero that boots while the loop starves has its whole grace", () => {
    const world = mining({ zeros: 2 });
    say(world, "cycle", ["p1"], { hard: true });
    world.until(() => world.slot("p1").phase === "Booting", "boots");
    const before = cuts(world, "p1").length;
    for (let i = 0; i < 6; i++) {
      world.stall(12_000);
      world.run(1000);
    }
    expect(cuts(world, "p1")).toHaveLength(before);
    world.allReady();
    expect(cuts(world, "p1")).toHaveLength(before);
  });
});

// A decision to cut is taken back for as long as it can be, and each way out of a fault keeps the invariants.

import { describe, expect, it } from "vitest";
import type { SlotId } from "../../hat/slots.ts";
import { World } from "../../test/sim/world.ts";
import type { Slot } from "./slot.ts";

function mining(options: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World(options);
  world.allReady();
  world.run(10_000);
  return world;
}

function cuts(world: World, slot?: SlotId): number {
  return world.powerEffects(slot).filter(({ to }) => to === "off").length;
}

function alter(world: World, id: string, changes: Partial<Slot>): void {
  world.state = {
    ...world.state,
    slots: world.state.slots.map((slot) => (slot.id === id ? { ...slot, ...changes } : slot)),
  };
}

/** Hangs a Zero until the cut is decided, with the given trouble in its way. */
function decided(trouble: (world: World) => void): World {
  const world = mining();
  world.zero("p3").hung = true;
  world.until(() => world.slot("p3").phase === "Suspect", "suspect");
  trouble(world);
  world.until(() => world.slot("p3").phase === "PoweringOff", "decision");
  return world;
}

describe("a cut that was decided", () => {
  it("is taken back when the Zero speaks before its intent is on disk", () => {
    const world = decided((rig) => {
      rig.storeSlow = 4000;
    });
    world.zero("p3").hung = false;
    world.run(3000);
    expect(world.slot("p3")).toMatchObject({ phase: "Ready", intent: null, strikes: 0, cuts: [] });
    world.run(60_000);
    expect(cuts(world)).toBe(0);
  });

  it("is taken back when the Zero speaks between two tries on a failing bus", () => {
    const world = decided((rig) => {
      rig.powerError = "bus";
    });
    world.run(5000);
    world.zero("p3").hung = false;
    world.run(4000);
    expect(world.slot("p3").phase).toBe("Ready");
    expect(world.state.halted).toBeNull();
  });

  it("is taken back when the Zero speaks while its cut is a fault", () => {
    const world = decided((rig) => {
      rig.powerError = "bus";
    });
    world.until(() => world.slot("p3").phase === "Fault", "fault");
    world.zero("p3").hung = false;
    world.powerError = null;
    const before = cuts(world);
    world.run(120_000);
    expect(world.slot("p3").phase).toBe("Ready");
    expect(cuts(world)).toBe(before);
  });

  it("is taken back when the Zero dials in anew, and it boots in our eyes", () => {
    const world = decided((rig) => {
      rig.powerError = "bus";
    });
    const zero = world.zero("p3");
    world.until(() => world.slot("p3").action === null, "between two tries");
    zero.hung = false;
    world.linkUp(zero, zero.bootId);
    expect(world.slot("p3").phase).toBe("Booting");
    world.allReady();
  });

  it("is taken back when the voice came while a try was on the bus", () => {
    const world = decided((rig) => {
      rig.powerError = "bus";
    });
    const { link } = world.zero("p3");
    // The state between two tries: a link that is heard, and no try under way. No frame comes before the next one.
    alter(world, "p3", { heardAt: world.now, action: null, retryAt: 0, stage: "cut" });
    expect(world.slot("p3").link?.id).toBe(link);
    const before = world.powerEffects().length;
    world.post({ type: "tick" });
    expect(world.powerEffects()).toHaveLength(before);
    expect(world.slot("p3")).toMatchObject({ phase: "Ready", intent: null });
    expect(world.state.halted).toBeNull();
  });

  it("takes a person's `on` with it, for it is up again", () => {
    const world = decided((rig) => {
      rig.powerError = "bus";
    });
    world.post({ type: "operator", verb: "on", slots: ["p3"], reason: "x", hard: false });
    expect(world.slot("p3").onAsked).not.toBeNull();
    world.zero("p3").hung = false;
    world.until(() => world.slot("p3").phase === "Ready", "taken back");
    world.run(100);
    expect(world.slot("p3").onAsked).toBeNull();
  });

  it("is carried out when it was ordered by a person", () => {
    const world = mining();
    world.powerError = "bus";
    world.post({ type: "operator", verb: "cycle", slots: ["p3"], reason: "x", hard: true });
    world.run(3000);
    expect(world.slot("p3").phase).toBe("PoweringOff");
    world.powerError = null;
    world.until(() => world.slot("p3").boots === 2 && world.slot("p3").phase === "Ready", "cycled");
  });

  it("waits while its Zero was heard a moment ago, though over a link that is gone", () => {
    const world = decided((rig) => {
      rig.powerError = "bus";
    });
    alter(world, "p3", { heardAt: world.now, link: null, action: null, retryAt: 0, stage: "cut" });
    const before = world.powerEffects().length;
    world.post({ type: "tick" });
    expect(world.state.halted).toBeNull();
    expect(world.powerEffects().length).toBe(before);
    expect(world.slot("p3").phase).toBe("PoweringOff");
  });
});

describe("an intent that cannot be written", () => {
  it("is written again until it is, and nothing is switched before", () => {
    const world = decided((rig) => {
      rig.storeFails = true;
    });
    world.run(12_000);
    expect(cuts(world)).toBe(0);
    world.storeFails = false;
    world.until(() => world.slot("p3").fences === 1, "fence");
    world.allReady();
  });
});

describe("a driver that cannot say what it did", () => {
  it("is believed by the next reading, on the way on and on the way off", () => {
    const world = new World({ zeros: 2 });
    world.powerLies = true;
    world.until(() => world.slot("p1").stage === "settle", "on by reading");
    world.allReady();
    expect(world.state.halted).toBeNull();
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").fences === 1, "off by reading");
    world.allReady();
    expect(world.state.halted).toBeNull();
  });

  it("that answers after the deadline is believed still", () => {
    const world = mining();
    world.zero("p3").hung = true;
    world.until(() => world.slot("p3").action !== null, "under way");
    const { action } = world.slot("p3");
    alter(world, "p3", { phase: "Fault", why: "cut-not-proved", until: 0, stage: null });
    world.post({ type: "tick" });
    expect(world.slot("p3")).toMatchObject({ phase: "Fault", action }); // nothing is begun behind it
    alter(world, "p3", { until: world.now + 60_000 });
    world.allReady();
    expect(cuts(world, "p3")).toBe(1);
  });

  it("that answers in a fault, with the line still on, leaves it a fault", () => {
    const world = mining();
    alter(world, "p3", { phase: "Fault", why: "on-failed", until: world.now + 60_000, action: 77 });
    const reading = { slot: "p3", line: "on", usb: "present", driven: true } as const;
    world.post({ type: "power-done", action: 77, reading });
    expect(world.slot("p3")).toMatchObject({ phase: "Fault", action: null });
  });
});

describe("a Zero with wrong answers", () => {
  it("during its boot is a fault, and never cut while it is heard", () => {
    const world = new World({ zeros: 2 });
    world.zero("p1").wrong = true;
    world.until(() => world.slot("p1").phase === "Fault", "fault");
    expect(world.slot("p1").intent).toBeNull();
    world.run(600_000);
    expect(cuts(world, "p1")).toBe(0);
    world.zero("p1").wrong = false;
    world.allReady();
  });
});

describe("two Zeros in trouble", () => {
  function oneStuck(): World {
    const world = mining();
    world.zero("p1").hung = true;
    world.zero("p1").stuckOn = true;
    world.until(() => world.slot("p1").phase === "Fault", "fault");
    return world;
  }

  it("are never both between cut and first beat: the fault waits for the lane", () => {
    const world = oneStuck();
    world.run(45_000);
    world.zero("p2").hung = true;
    world.until(() => world.slot("p2").intent?.kind === "cycle", "p2's cycle");
    world.zero("p2").neverBoots = true;
    world.run(30_000);
    expect(world.slot("p1").phase).toBe("Fault");
    expect(world.state.halted).toBeNull();
    world.zero("p2").neverBoots = false;
    world.zero("p1").stuckOn = false;
    world.allReady();
  });

  it("and a proof that comes late leaves only the way back on", () => {
    const world = oneStuck();
    world.zero("p2").hung = true;
    world.until(() => world.slot("p2").intent?.kind === "cycle", "p2's cycle");
    world.powerDown(world.zero("p1"));
    world.zero("p1").stuckOn = false;
    world.until(() => world.slot("p1").phase !== "Fault", "proof");
    expect(world.slot("p1").intent?.kind).toBe("on");
    world.allReady();
    expect(world.state.halted).toBeNull();
  });

  it("a quarantine whose cut is proved late is a quarantine", () => {
    const world = mining();
    const intent = {
      id: 9,
      kind: "quarantine",
      by: "automation",
      why: "x",
      reason: "",
      durable: true,
    } as const;
    alter(world, "p1", {
      phase: "Fault",
      why: "cut-not-proved",
      intent,
      until: world.now + 60_000,
    });
    world.powerDown(world.zero("p1"));
    world.run(2000);
    expect(world.slot("p1").phase).toBe("Quarantined");
  });
});

describe("an operator's off", () => {
  it("in the middle of a fence ends it there, and frees the lane", () => {
    const world = mining();
    world.zero("p3").hung = true;
    world.until(() => world.slot("p3").phase === "Off", "off");
    world.post({ type: "operator", verb: "off", slots: ["p3"], reason: "", hard: false });
    expect(world.slot("p3")).toMatchObject({ phase: "Off", intent: null });
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").fences === 1, "p1's fence");
    expect(world.slot("p3").phase).toBe("Off");
  });

  it("before `on` is written leaves it unwritten", () => {
    const world = new World({ zeros: 1 });
    world.storeSlow = 3000;
    world.until(() => world.slot("p1").stage === "write", "write");
    world.post({ type: "operator", verb: "off", slots: ["p1"], reason: "", hard: false });
    world.run(30_000);
    expect(world.powerEffects()).toEqual([]);
    expect(world.slot("p1").phase).toBe("Off");
  });

  it.each(["Booting", "Fault", "Remediating"] as const)(
    "asks a Zero in %s that is heard",
    (phase) => {
      const world = mining();
      alter(world, "p2", { phase, stage: phase === "Remediating" ? "restart-worker" : null });
      world.post({ type: "operator", verb: "off", slots: ["p2"], reason: "", hard: false });
      expect(world.slot("p2").stage).toBe("soft");
    },
  );
});

describe("automation that has stopped itself", () => {
  it("begins and carries out no power action", () => {
    const world = new World({ zeros: 2 });
    world.zero("p2").neverBoots = true;
    world.until(() => world.slot("p2").stage === "settle", "settle");
    world.state = { ...world.state, halted: "a test" };
    const before = world.powerEffects().length;
    world.run(200_000);
    expect(world.powerEffects().length).toBe(before);
    expect(world.slot("p1").phase).toBe("Ready");
    world.post({ type: "operator", verb: "off", slots: ["p1"], reason: "", hard: false });
    world.until(() => world.slot("p1").phase === "Off", "off by a person");
  });
});

describe("a self-test", () => {
  it("that is refused is asked for again", () => {
    const world = mining();
    const zero = world.zero("p1");
    world.unlink(zero);
    zero.stuckWorker = true;
    world.linkUp(zero, zero.bootId);
    const { task, epoch } = world.slot("p1");
    world.post({ type: "nack", worker: "p1", link: zero.link, jobId: task?.jobId ?? "", epoch });
    expect(world.slot("p1").task).toBeNull();
    zero.stuckWorker = false;
    world.until(() => world.slot("p1").link?.tested === true, "tested");
  });

  it("that got lost is not passed by hashing alone", () => {
    const world = mining();
    alter(world, "p1", { phase: "Suspect", why: "no-progress", until: world.now + 60_000 });
    const { link } = world.slot("p1");
    if (link === null) throw new Error("no link");
    alter(world, "p1", { link: { ...link, tested: false } });
    world.run(2500);
    expect(world.slot("p1").phase).not.toBe("Suspect");
    expect(world.reported("slot.state", "p1").at(-1)?.why).not.toBe("recovered");
    world.allReady();
  });
});

describe("a reboot that was asked for", () => {
  it("has its boot grace", () => {
    const world = mining();
    const zero = world.zero("p2");
    zero.stuckWorker = true;
    world.until(() => world.slot("p2").stage === "soft-reboot", "reboot");
    world.unlink(zero);
    world.run(100_000);
    expect(cuts(world, "p2")).toBe(0);
    zero.stuckWorker = false;
    world.linkUp(zero, "after-reboot");
    world.allReady();
  });
});

describe("what is remembered", () => {
  it("is written down every minute, and when the rig comes to rest", () => {
    const world = mining();
    const saves = () => world.effects.filter(({ type }) => type === "save-slot");
    const before = saves().length;
    world.run(61_000);
    expect(saves().length).toBe(before + 4);
    world.post({ type: "quiesce" });
    expect(saves().length).toBe(before + 8);
    const last = saves().at(-1);
    expect(last?.type === "save-slot" && last.memory.hashes).toBe(world.slot("p4").hashes);
  });

  it("counts the hashes of an adopted Zero once, though its link comes and goes before its first beat", () => {
    const world = new World({ lines: "on", zeros: 1, policy: { powerRestore: "adopt" } });
    world.until(() => world.slot("p1").link !== null, "link");
    const zero = world.zero("p1");
    zero.hashes = 5_000_000;
    alter(world, "p1", { vitals: null, hashes: 0 });
    world.unlink(zero);
    world.linkUp(zero, zero.bootId);
    world.run(20_000);
    expect(world.slot("p1").hashes).toBeLessThan(5_000_000);
  });
});

describe("a start", () => {
  it("switches nothing on where nothing is remembered and the line contradicts its USB port", () => {
    const world = new World({ zeros: 1, policy: { powerRestore: "adopt" } });
    const fresh = new World({ zeros: 1, policy: { powerRestore: "adopt" } });
    fresh.zero("p1").ghostUsb = true;
    fresh.state = { ...fresh.state, slots: world.state.slots.map((slot) => ({ ...slot })) };
    alter(fresh, "p1", {
      phase: "Unknown",
      why: "start",
      line: "unknown",
      wantedKnown: false,
      wanted: "on",
      until: fresh.now + 5000,
    });
    fresh.run(20_000);
    fresh.zero("p1").ghostUsb = false;
    fresh.run(200_000);
    expect(fresh.powerEffects()).toEqual([]);
    expect(fresh.slot("p1").phase).toBe("Off");
  });
});

describe("a job that is given and taken in one step", () => {
  it("is never sent, and breaks nothing", () => {
    const world = mining();
    const unknown = {
      phase: "Unknown",
      why: "found-on",
      until: world.now + 60_000,
      task: null,
    } as const;
    alter(world, "p1", unknown);
    alter(world, "p2", { ...unknown, wanted: "off" });
    alter(world, "p3", {
      phase: "Suspect",
      why: "no-progress",
      until: world.now,
      heardAt: world.now,
    });
    const before = world.effects.length;
    world.post({ type: "tick" });
    const sent = world.effects
      .slice(before)
      .flatMap((effect) =>
        effect.type === "send" ? [`${effect.slot} ${effect.message.type}`] : [],
      );
    expect(sent).toContain("p1 job");
    expect(sent).toContain("p3 restart");
    expect(sent).not.toContain("p2 job");
    expect(world.slot("p2").phase).toBe("PoweringOff");
    expect(world.state.halted).toBeNull();
  });
});

describe("a start that waits to be written", () => {
  it("is not carried out by automation that has stopped itself", () => {
    const world = new World({ zeros: 1 });
    world.storeSlow = 2000;
    world.until(() => world.slot("p1").stage === "write", "write");
    world.state = { ...world.state, halted: "a test" };
    world.run(8000);
    expect(world.powerEffects()).toEqual([]);
  });

  it("is not carried out while its USB port still shows a device", () => {
    const world = new World({ zeros: 1 });
    world.storeSlow = 2000;
    world.until(() => world.slot("p1").stage === "write", "write");
    world.zero("p1").ghostUsb = true;
    world.run(6000);
    expect(world.powerEffects()).toEqual([]);
    world.zero("p1").ghostUsb = false;
    world.allReady();
    expect(world.state.halted).toBeNull();
  });
});

describe("another program that switches a slot on and off again", () => {
  it("is followed both ways", () => {
    const world = mining();
    world.post({ type: "operator", verb: "off", slots: ["p2"], reason: "", hard: true });
    world.until(() => world.slot("p2").phase === "Off", "off");
    const zero = world.zero("p2");
    zero.powered = true;
    world.run(1500);
    expect(world.slot("p2")).toMatchObject({ phase: "Unknown", wanted: "on" });
    zero.powered = false;
    world.run(1500);
    expect(world.slot("p2")).toMatchObject({ phase: "Off", wanted: "off" });
  });
});

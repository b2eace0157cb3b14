import { describe, expect, it } from "vitest";
import { World } from "../../test/sim/world.ts";
import type { SimZero } from "../../test/sim/zero.ts";
import { backoffUntil, cutHindrance } from "./permit.ts";

function mining(options: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World(options);
  world.allReady();
  world.run(10_000);
  return world;
}

describe("fencing a silent Zero", () => {
  it("cuts it once, proves the cut, waits, brings it back, and touches no other", () => {
    const world = mining();
    const from = world.effects.length;
    world.zero("p3").hung = true;
    const hungAt = world.now;
    world.until(() => world.slot("p3").phase === "Suspect", "suspect");
    expect(world.now - hungAt).toBeLessThanOrEqual(10_200);
    world.allReady();
    const power = world.effects.slice(from).filter(({ type }) => type === "power");
    expect(power.map((effect) => effect.type === "power" && `${effect.slot} ${effect.to}`)).toEqual(
      ["p3 off", "p3 on"],
    );
    const off = world.reported("power.off", "p3")[0]?.now ?? 0;
    const on = power[1]?.now ?? 0;
    expect(on - off).toBeGreaterThanOrEqual(2000);
    expect(world.slot("p3").fences).toBe(1);
    expect(world.slot("p3").boots).toBe(2);
    expect(world.state.halted).toBeNull();
  });

  it("hands what it held to another worker, and discards what comes too late", () => {
    const world = mining();
    world.zero("p3").hung = true;
    const job = world.state.seats[2]?.job?.id ?? "";
    world.until(() => world.state.seats[2]?.job?.id !== job, "the job to be done by another");
    expect(world.sent).toContain(job);
    expect(world.sentAgain).toEqual([]);
    expect(world.state.seats[2]?.accepted).toBeGreaterThan(0);
  });

  it("is Ready again when it speaks within the dwell", () => {
    const world = mining();
    world.zero("p3").hung = true;
    world.until(() => world.slot("p3").phase === "Suspect", "suspect");
    world.zero("p3").hung = false;
    world.run(2500);
    expect(world.slot("p3").phase).toBe("Ready");
    expect(world.slot("p3").why).toBe("heard-again");
    expect(world.powerEffects("p3").filter(({ to }) => to === "off")).toEqual([]);
  });

  it("boots anew in our eyes when it speaks over a link that is not tested yet", () => {
    const world = mining();
    const zero = world.zero("p3");
    world.unlink(zero);
    world.until(() => world.slot("p3").phase === "Suspect", "suspect");
    world.linkUp(zero, zero.bootId);
    expect(world.slot("p3").phase).toBe("Booting");
    world.allReady();
    expect(world.slot("p3").boots).toBe(1);
  });

  it("fences a Zero that never finishes its boot, then keeps it in quarantine, off", () => {
    const world = mining({ policy: { probationMs: 2 * 3_600_000 } });
    const zero = world.zero("p2");
    zero.hung = true;
    zero.neverBoots = true;
    enumeratesWhilePowered(world, zero);
    world.until(() => world.slot("p2").phase === "Quarantined", "quarantine");
    expect(world.slot("p2").line).toBe("off");
    expect(world.powerEffects("p2").filter(({ to }) => to === "off")).toHaveLength(4);
    zero.neverBoots = false;
    world.run(7_100_000);
    expect(world.slot("p2").phase).toBe("Quarantined");
    world.run(110_000);
    expect(world.slot("p2").phase).toBe("Ready");
  });

  it("backs off between the cuts of one slot", () => {
    const world = mining();
    world.zero("p2").hung = true;
    world.until(() => world.slot("p2").fences === 1, "first");
    world.allReady();
    world.zero("p2").hung = true;
    world.until(
      () => cutHindrance(world.state, world.slot("p2"), world.now) === "backoff",
      "backoff",
    );
    const until = backoffUntil(world.slot("p2"), world.state.policy);
    world.until(() => world.slot("p2").fences === 2, "second");
    expect(world.now).toBeGreaterThanOrEqual(until);
    world.allReady();
    world.run(11 * 60_000);
    expect(world.slot("p2").strikes).toBe(0);
  });

  it("caps the cuts of a slot and of the rig in any hour", () => {
    const policy = { backoffBaseMs: 1000, backoffMaxMs: 1000, quarantineCycles: 99 };
    const world = mining({ policy: { ...policy, cutsPerSlotHour: 2 } });
    for (const round of [1, 2]) {
      world.zero("p2").hung = true;
      world.until(() => world.slot("p2").fences === round, `fence ${round}`);
      world.allReady();
    }
    world.zero("p2").hung = true;
    world.run(60_000);
    expect(cutHindrance(world.state, world.slot("p2"), world.now)).toBe("slot-cut-cap");
    const rigCapped = {
      ...world.state,
      policy: { ...world.state.policy, cutsPerSlotHour: 9, cutsPerRigHour: 2 },
    };
    expect(cutHindrance(rigCapped, world.slot("p2"), world.now)).toBe("rig-cut-cap");
    world.run(3_600_000);
    expect(world.slot("p2").fences).toBe(3);
  });

  it("calls an unproved cut a fault, never switches on before off is proved, and tries the cut again", () => {
    const world = mining();
    const zero = world.zero("p3");
    zero.hung = true;
    zero.stuckOn = true;
    world.until(() => world.slot("p3").phase === "Fault", "fault");
    expect(world.slot("p3").why).toBe("cut-not-proved");
    const before = world.powerEffects("p3").length;
    world.run(70_000);
    const after = world.powerEffects("p3").slice(before);
    expect(after.length).toBeGreaterThan(0);
    expect(after.every(({ to }) => to === "off")).toBe(true);
    zero.stuckOn = false;
    world.allReady();
    expect(world.slot("p3").fences).toBe(1);
  });

  it("lets an operator's on out of a quarantine whose cut is not proved yet", () => {
    const world = mining();
    const zero = world.zero("p2");
    Object.assign(zero, { hung: true, neverBoots: true });
    enumeratesWhilePowered(world, zero);
    world.until(() => world.slot("p2").strikes === 3 && world.slot("p2").phase === "Booting", "3");
    zero.stuckOn = true;
    world.until(() => world.slot("p2").intent?.kind === "quarantine", "quarantine begins");
    world.run(1000);
    world.post({ type: "operator", verb: "on", slots: ["p2"], reason: "mended", hard: false });
    Object.assign(zero, { hung: false, neverBoots: false, stuckOn: false });
    world.allReady();
  });

  it("takes a late proof while it waits in fault", () => {
    const world = mining();
    const zero = world.zero("p3");
    zero.hung = true;
    zero.stuckOn = true;
    world.until(() => world.slot("p3").phase === "Fault", "fault");
    world.powerDown(zero);
    zero.stuckOn = false;
    world.run(1500);
    expect(world.slot("p3").phase).not.toBe("Fault");
    world.allReady();
  });

  it("waits for USB to go before it calls a slot off", () => {
    const world = mining();
    const zero = world.zero("p3");
    zero.hung = true;
    world.until(() => world.slot("p3").phase === "PoweringOff", "cut");
    zero.ghostUsb = true;
    world.run(3000);
    expect(world.slot("p3").stage).toBe("prove");
    zero.ghostUsb = false;
    world.run(500);
    expect(world.slot("p3").phase).toBe("Off");
  });

  it("waits until its own link server is proved alive, in a long storm too", () => {
    const world = mining();
    world.serverProved = false;
    world.run(20_000);
    for (const zero of world.zeros) zero.hung = true;
    world.run(200_000);
    expect(world.state.storm).toMatchObject({ state: "storm", alerted: true });
    expect(cutHindrance(world.state, world.slot("p2"), world.now)).toBe("link-server-unproved");
    expect(world.powerEffects().filter(({ to }) => to === "off")).toEqual([]);
    world.serverProved = true;
    world.allReady();
  });

  it("fences the only Zero of a rig when the link server is proved alive", () => {
    const world = mining({ zeros: 1 });
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").fences === 1, "fence");
    world.allReady();
  });

  it("says what an automatic cut waits for", () => {
    const world = mining();
    const slot = { ...world.slot("p1"), heardAt: world.now - 14_000 };
    const hindered = (changes: object) =>
      cutHindrance({ ...world.state, ...changes }, slot, world.now);
    expect(hindered({})).toBeNull();
    expect(hindered({ halted: "x" })).toBe("automation-halted");
    expect(hindered({ hub: "lost" })).toBe("hub-lost");
    expect(hindered({ linkServerProvedAt: 0 })).toBe("link-server-unproved");
    const others = world.state.slots.map((other) => ({ ...other, heardAt: 0 }));
    expect(hindered({ slots: others })).toBe("below-floor");
    expect(hindered({ storm: { state: "cooldown", until: 0 } })).toBe("storm");
    const held = {
      ...slot,
      hold: {
        kind: "maintenance" as const,
        reason: "x",
        since: 0,
        until: Number.POSITIVE_INFINITY,
      },
    };
    expect(cutHindrance(world.state, held, world.now)).toBe("hold");
    const intent = {
      id: 1,
      kind: "cycle" as const,
      by: "automation" as const,
      why: "x",
      reason: "",
      durable: true,
    };
    const busy = world.state.slots.map((other) =>
      other.id === "p2" ? { ...other, intent } : other,
    );
    expect(hindered({ slots: busy })).toBe("lane-busy");
  });
});

function enumeratesWhilePowered(world: World, zero: SimZero): void {
  zero.usb = zero.powered;
  world.after(50, () => enumeratesWhilePowered(world, zero));
}

// Energy: what each slot drew, by a meter where one speaks and by the model where none does.

import { describe, expect, it } from "vitest";
import { mining, say } from "../../test/sim/scene.ts";
import type { World } from "../../test/sim/world.ts";
import { costOf, energyUntil, powerOf } from "./energy.ts";
import type { Slot } from "./slot.ts";
import { view } from "./view.ts";

const AROUND = { version: "1.2.3", board: "a board" };

function joules(world: World, changes: Partial<Slot> = {}): { measured: number; modelled: number } {
  const slot = { ...world.slot("p1"), ...changes };
  const { measuredJ, modelledJ } = energyUntil(slot, world.state.policy.model, world.now);
  return { measured: measuredJ, modelled: modelledJ };
}

function meter(world: World, watts: number, forMs: number): void {
  world.post({ type: "metered", slot: "p1", watts, forMs });
}

describe("the power of a slot", () => {
  const { state, now } = mining({ zeros: 1 });
  const slot = state.slots[0] as Slot;

  it("is the model's, by its phase", () => {
    expect(powerOf(slot, "zero", now)).toEqual({ watts: 1, source: "modelled" });
    expect(powerOf(slot, "zero-2-w", now).watts).toBe(2.4);
    expect(powerOf({ ...slot, phase: "Off" }, "zero", now).watts).toBe(0);
    expect(powerOf({ ...slot, phase: "Suspect" }, "zero-w", now).watts).toBe(0.65);
  });

  it("is the meter's for as long as that counts", () => {
    const metered = { ...slot, meter: { watts: 0.83, until: now + 1 } };
    expect(powerOf(metered, "zero", now)).toEqual({ watts: 0.83, source: "measured" });
    expect(powerOf(metered, "zero", now + 1)).toEqual({ watts: 1, source: "modelled" });
  });
});

describe("the energy of a slot", () => {
  it("is its power over time", () => {
    const world = mining();
    const before = joules(world);
    world.run(60_000);
    const { modelled, measured } = joules(world);
    expect(modelled - before.modelled).toBeCloseTo(60, 6);
    expect(measured).toBe(0);
  });

  it("counts on while the loop stands still for half a minute", () => {
    const world = mining();
    const before = joules(world).modelled;
    world.stall(30_000);
    world.run(1000);
    expect(joules(world).modelled - before).toBeCloseTo(31, 6);
  });

  it("is measured no longer than the meter's word holds, though the loop stands still", () => {
    const world = mining();
    meter(world, 0.5, 10_000);
    const before = joules(world);
    world.stall(60_000);
    world.run(1000);
    const after = joules(world);
    expect(after.measured - before.measured).toBeCloseTo(5, 6);
    expect(after.modelled - before.modelled).toBeCloseTo(51, 6);
  });

  it("is nothing while the slot is off, and each watt belongs to the state that drew it", () => {
    const world = mining();
    say(world, "off", ["p1"], { hard: true });
    world.until(() => world.slot("p1").phase === "Off", "off");
    const before = joules(world).modelled;
    world.run(600_000);
    expect(joules(world).modelled).toBe(before);
    say(world, "on", ["p1"]);
    const onAt = world.now;
    world.until(() => world.slot("p1").phase === "Ready", "on");
    const readyAt = world.slot("p1").since;
    world.run(10_000);
    const drew = joules(world).modelled - before;
    expect(drew).toBeCloseTo(((readyAt - onAt) * 1.4 + (world.now - readyAt) * 1) / 1000, 6);
  });

  it("is measured while a meter speaks, modelled after that, and the parts are kept apart", () => {
    const world = mining({ zeros: 1 });
    const before = joules(world);
    meter(world, 2, 20_000);
    world.run(10_000);
    meter(world, 3, 5000);
    world.run(5000);
    expect(joules(world).measured).toBeCloseTo(2 * 10 + 3 * 5, 6);
    expect(joules(world).modelled).toBeCloseTo(before.modelled, 6);
    world.run(60_000);
    const { measured, modelled } = joules(world);
    // Where a meter falls silent the last five seconds at most are still counted as its own.
    expect(measured).toBeGreaterThanOrEqual(35);
    expect(measured).toBeLessThanOrEqual(35 + 3 * 5);
    expect(modelled - before.modelled).toBeGreaterThanOrEqual(55);
    expect((measured - 35) / 3 + (modelled - before.modelled)).toBeCloseTo(60, 6);
  });

  it("of a slot that there is not is nobody's", () => {
    const world = mining({ zeros: 1 });
    const before = world.state.slots;
    world.post({ type: "metered", slot: "p9", watts: 2, forMs: 1000 });
    expect(world.state.slots.map(({ meter: said }) => said)).toEqual(before.map(() => null));
  });

  it("has a price", () => {
    expect(costOf(3_600_000, 0.3)).toBeCloseTo(0.3, 12);
    expect(costOf(0, 0.3)).toBe(0);
  });
});

describe("the energy that is shown", () => {
  it("says where it comes from, and what a hash and a share cost", () => {
    const world = mining({ zeros: 1, policy: { tariffPerKwh: 0.3 } });
    const shown = () => {
      const [slot] = view(world.state, AROUND, world.now).slots;
      if (slot === undefined) throw new Error("no slot");
      return slot;
    };
    const { energy, hashes, accepted, watts } = shown();
    expect(energy.source).toBe("modelled");
    expect(energy.joules_per_hash).toBeCloseTo(energy.joules / hashes, 12);
    expect(energy.joules_per_share).toBeCloseTo(energy.joules / accepted, 12);
    expect(energy.cost).toBeCloseTo((energy.joules / 3_600_000) * 0.3, 12);
    expect(watts).toBe(1);
    meter(world, 0.9, 60_000);
    world.run(10_000);
    expect(shown()).toMatchObject({ watts: 0.9, energy: { source: "both" } });
  });

  it("is measured where nothing was modelled, and divides by nothing where there is nothing", () => {
    const world = mining({ zeros: 1 });
    const energy = { measuredJ: 5, modelledJ: 0, at: world.now };
    const [slot] = world.state.slots;
    if (slot === undefined) throw new Error("no slot");
    const state = {
      ...world.state,
      slots: [{ ...slot, hashes: 0, energy, meter: { watts: 1, until: world.now + 1 } }],
      seats: [],
    };
    expect(view(state, AROUND, world.now).slots[0]?.energy).toEqual({
      source: "measured",
      joules: 5,
      measured_joules: 5,
      joules_per_hash: null,
      joules_per_share: null,
      cost: null,
    });
  });

  it("of the rig is that of its Zeros, and no share of the host's own pays for it", () => {
    const world = mining({ hostWorkers: 1 }, 30_000);
    const { slots, totals, host } = view(world.state, AROUND, world.now);
    const sum = slots.reduce((total, { energy }) => total + energy.joules, 0);
    expect(totals.energy.joules).toBeCloseTo(sum, 9);
    expect(host.accepted).toBeGreaterThan(0);
    expect(totals.energy.joules_per_share).toBeCloseTo(sum / (totals.accepted - host.accepted), 9);
  });
});

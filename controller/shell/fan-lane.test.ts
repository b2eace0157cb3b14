import { expect, it } from "vitest";
import type { Clock } from "./clock.ts";
import { FanLane } from "./fan-lane.ts";

/** A fan, a thermometer and a clock in a test's hands. */
function rig() {
  const state = { tempC: 40 as number | null, isOn: false, fails: null as string | null };
  const noted: string[] = [];
  let due: (() => void) | null = null;
  let opened = 0;
  let closed = 0;
  const clock: Clock = {
    now: () => 0,
    wall: () => new Date(0),
    after: (_ms, callback) => {
      due = callback;
      return () => {
        due = null;
      };
    },
  };
  const fan = {
    isOn: async () => state.isOn,
    set: async (on: boolean) => {
      if (state.fails !== null) throw new Error(state.fails);
      state.isOn = on;
    },
    close: async () => {
      closed += 1;
    },
  };
  const open = async () => {
    opened += 1;
    if (state.fails === "no line") throw new Error(state.fails);
    return fan;
  };
  const limits = { onC: 60, offC: 50 };
  const parts = { open, tempC: async () => state.tempC, limits };
  const lane = new FanLane(parts, clock, (_level, ev, detail) => {
    noted.push(`${ev} ${detail["temp"] ?? detail["error"]}`);
  });
  /** Until the lane waits for its next look. */
  const settle = async () => {
    for (let turn = 0; turn < 20 && due === null; turn += 1) await Promise.resolve();
  };
  const look = async () => {
    const callback = due;
    due = null;
    callback?.();
    await settle();
  };
  return {
    state,
    noted,
    lane,
    look,
    settle,
    waits: () => due !== null,
    counts: () => [opened, closed],
  };
}

it("switches at the limits, and tells of each switch", async () => {
  const { state, noted, lane, look, settle, waits, counts } = rig();
  lane.start();
  await settle();
  for (const tempC of [61, 55, 49, null]) {
    state.tempC = tempC;
    await look();
  }
  expect(noted).toEqual(["fan.on 61.0 °C", "fan.off 49.0 °C", "fan.on unknown"]);
  await lane.stop();
  expect(waits()).toBe(false);
  expect(state.isOn).toBe(true);
  expect(counts()).toEqual([1, 1]);
});

it("tells once of a fan that fails, and tries again", async () => {
  const { state, noted, lane, look, settle, counts } = rig();
  state.fails = "no line";
  state.tempC = 70;
  lane.start();
  await settle();
  await look();
  expect(counts()).toEqual([2, 0]);
  state.fails = "stuck";
  await look();
  state.fails = null;
  await look();
  expect(state.isOn).toBe(true);
  state.fails = "stuck again";
  state.tempC = 40;
  await look();
  expect(noted).toEqual(["fan.failed no line", "fan.on 70.0 °C", "fan.failed stuck again"]);
  await lane.stop();
});

it("ends while it looks", async () => {
  const { lane, waits, counts } = rig();
  lane.start();
  await lane.stop();
  expect(waits()).toBe(false);
  expect(counts()).toEqual([1, 1]);
});

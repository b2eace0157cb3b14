// What was earned, from samples of a balance: the figures, transfers left out, and that they add up.

import fc from "fast-check";
import { expect, test } from "vitest";
import { addSample, type BalanceSample, earningsOf } from "./balance.ts";

const MINUTE = 60_000;

/** A balance each half minute that grows by so much, at 3.6 W. */
function steady(duco: number, count: number): readonly BalanceSample[] {
  return Array.from({ length: count }, (_, index) => ({
    at: index * 30_000,
    duco: 100 + index * duco,
    joules: index * 108,
  }));
}

test("nothing is known from nothing, and little from little", () => {
  const nothing = {
    last_interval: null,
    last_minute: null,
    last_hour: null,
    duco_per_day: null,
    duco_per_kwh: null,
  };
  expect(earningsOf([])).toEqual(nothing);
  expect(earningsOf(steady(0.001, 1))).toEqual(nothing);
  const two = earningsOf(steady(0.001, 2));
  expect(two).toEqual({
    ...nothing,
    last_interval: { duco: expect.closeTo(0.001), over_ms: 30_000 },
  });
});

test("an hour of it", () => {
  expect(earningsOf(steady(0.002, 241))).toEqual({
    last_interval: { duco: expect.closeTo(0.002), over_ms: 30_000 },
    last_minute: { duco: expect.closeTo(0.004), over_ms: MINUTE },
    last_hour: { duco: expect.closeTo(0.24), over_ms: 60 * MINUTE },
    duco_per_day: expect.closeTo(5.76),
    // 3.6 W are 1 kWh in 277.8 h.
    duco_per_kwh: expect.closeTo(0.24 / 0.0036),
  });
});

test("without energy there is nothing to divide by", () => {
  const free = steady(0.002, 60).map((sample) => ({ ...sample, joules: 0 }));
  expect(earningsOf(free)).toMatchObject({ duco_per_day: expect.any(Number), duco_per_kwh: null });
});

test.each([
  ["sent away", -50],
  ["sent to us", 50],
])("what was %s is not earned", (_, amount) => {
  const moved = steady(0.002, 241).map((sample, index) =>
    index < 200 ? sample : { ...sample, duco: sample.duco + amount },
  );
  const { last_hour, duco_per_day } = earningsOf(moved);
  expect(last_hour).toEqual({ duco: expect.closeTo(0.238), over_ms: 60 * MINUTE - 30_000 });
  expect(duco_per_day).toBeCloseTo(5.76);
});

test("an energy count that begins anew spoils no figure", () => {
  const anew = steady(0.002, 241).map((sample, index) =>
    index < 100 ? sample : { ...sample, joules: (index - 100) * 108 },
  );
  expect(earningsOf(anew).duco_per_kwh).toBeCloseTo(0.24 / 0.0036);
});

test("what is a day old goes, and time does not go back", () => {
  const day = 86_400_000;
  const first = { at: 0, duco: 1, joules: 0 };
  const second = { at: 1, duco: 1, joules: 0 };
  const late = { at: day + 1, duco: 2, joules: 0 };
  expect(addSample([first, second], late)).toEqual([second, late]);
  expect(addSample([second], first)).toEqual([second]);
  expect(addSample([second], second)).toEqual([second]);
});

test("whatever the balance does, nothing earned is negative, or more than a transfer would be", () => {
  const step = fc.record({
    ms: fc.integer({ min: 1, max: 3_600_000 }),
    duco: fc.double({ min: 0, max: 1e6, noNaN: true }),
    joules: fc.nat(100_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      let at = 0;
      let samples: readonly BalanceSample[] = [];
      for (const { ms, duco, joules } of steps) {
        at += ms;
        samples = addSample(samples, { at, duco, joules });
      }
      const { last_interval, last_minute, last_hour, duco_per_day, duco_per_kwh } =
        earningsOf(samples);
      for (const gain of [last_interval, last_minute, last_hour]) {
        if (gain === null) continue;
        expect(gain.duco).toBeGreaterThanOrEqual(0);
        expect(gain.over_ms).toBeLessThanOrEqual(at);
      }
      if (duco_per_day !== null) expect(duco_per_day).toBeLessThan(500);
      if (duco_per_kwh !== null) expect(duco_per_kwh).toBeGreaterThanOrEqual(0);
    }),
  );
});

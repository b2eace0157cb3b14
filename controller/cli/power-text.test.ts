import { expect, test } from "vitest";
import type { EnergyStatus, PowerStatus } from "../core/status.ts";
import { rigStatus, slotStatus } from "./demo/testing.ts";
import { energyLine, formatEnergy, leftText, powerLines } from "./power-text.ts";

const POWER: PowerStatus = {
  ceilings: [],
  watts: null,
  zeros: null,
  schedule: null,
  external: null,
  override: null,
};

const lines = (changes: Partial<PowerStatus>) =>
  powerLines(rigStatus([slotStatus("p1")], { power: { ...POWER, ...changes } }));

test.each([
  [0, "0 J"],
  [9999, "9999 J"],
  [10_000, "10.0 kJ"],
  [35_999, "36.0 kJ"],
  [36_000, "0.010 kWh"],
  [7_200_000, "2.000 kWh"],
])("%i J is shown as %s", (joules, text) => {
  expect(formatEnergy(joules)).toBe(text);
});

test("what is left", () => {
  expect(leftText(null)).toBe("until someone ends it");
  expect(leftText(90_000)).toBe("1m30s left");
});

test("energy says what it is made of, and only what is known", () => {
  const none: EnergyStatus = {
    source: "measured",
    joules: 0,
    measured_joules: 0,
    joules_per_hash: null,
    joules_per_share: null,
    cost: null,
  };
  expect(energyLine(none)).toBe("energy: 0 J (measured)");
  const all = { joules_per_hash: 4.567e-6, joules_per_share: 31.44, cost: 0.000123 };
  expect(energyLine({ ...none, ...all, source: "both", joules: 20_000 })).toBe(
    "energy: 20.0 kJ, 4.57 J/MH, 31.4 J/share, cost 0.00012 (measured in part)",
  );
});

test("figures of any size are read without an exponent", () => {
  const of = (joules_per_hash: number, joules_per_share: number, cost: number) =>
    energyLine({
      ...{ source: "measured", joules: 0, measured_joules: 0 },
      ...{ joules_per_hash, joules_per_share, cost },
    });
  expect(of(0.0012, 999.6, 123.456)).toBe(
    "energy: 0 J, 1200 J/MH, 1000 J/share, cost 123.46 (measured)",
  );
  expect(of(999.4e-6, 0.5, 5e-7)).toBe("energy: 0 J, 999 J/MH, 0.500 J/share, cost 0 (measured)");
  expect(of(1e-6, 1, 0.0999)).toContain("cost 0.10");
});

test("no rule, no lines but the sum", () => {
  expect(lines({})).toEqual(["power: 3.6 W (modelled), no ceiling"]);
});

test("the least ceiling is the one that counts, and each rule has its line", () => {
  expect(
    lines({
      ceilings: [
        { name: "configured", watts: 8 },
        { name: "schedule", watts: 2 },
        { name: "external", watts: 3 },
      ],
      watts: 2,
      zeros: 1,
      schedule: { clock_set: true, open: ["night", "sun"], next_edge_ms: 5_400_000 },
      external: { source: "solar", left_ms: 60_000 },
    }),
  ).toEqual([
    "power: 3.6 W (modelled), ceiling 2 W by schedule (also external 3 W, configured 8 W)",
    "brown-out: the supply sags; 1 Zero at most",
    "outside number (solar): 3 W, 1m00s left",
    "schedule: open: night, sun, next edge in 1h30m",
  ]);
});

test("an override sets the others aside, and a clock that is not set is said", () => {
  expect(
    lines({
      ceilings: [{ name: "override", watts: 0 }],
      watts: 0,
      override: { reason: "guests", left_ms: null },
      external: { source: "solar", left_ms: 60_000 },
      schedule: { clock_set: false, open: [], next_edge_ms: null },
    }),
  ).toEqual([
    "power: 3.6 W (modelled), ceiling 0 W by override",
    "override by a person: guests, until someone ends it",
    "outside number (solar): set aside by the override, 1m00s left",
    "schedule: no window open; the clock is not set, so what was last known holds",
  ]);
});

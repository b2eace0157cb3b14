import { expect, it } from "vitest";
import { randomStream, randomUuid } from "./random.ts";
import { currentMa, HASHING_MA, IDLE_MA, STARTING_MA, shedByDip } from "./supply.ts";
import { AMBIENT_C, warm } from "./thermal.ts";

it("gives each name a stream of its own, the same for the same seed", () => {
  const draw = (seed: string, name: string) => {
    const random = randomStream(seed, name);
    return [random(), random(), random()];
  };
  expect(draw("1", "p1")).toEqual(draw("1", "p1"));
  expect(draw("1", "p1")).not.toEqual(draw("1", "p2"));
  expect(draw("1", "p1")).not.toEqual(draw("2", "p1"));
  const random = randomStream("1", "spread");
  const numbers = Array.from({ length: 10_000 }, random);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(numbers.reduce((sum, number) => sum + number) / 10_000).toBeCloseTo(0.5, 1);
});

it("makes boot ids of the kernel's form", () => {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const random = randomStream("1", "boot");
  for (let count = 0; count < 50; count += 1) expect(randomUuid(random)).toMatch(form);
});

it("draws current by what a Zero does", () => {
  expect(currentMa({ poweredSinceMs: null, hashing: false }, 5000)).toBe(0);
  expect(currentMa({ poweredSinceMs: 4500, hashing: false }, 5000)).toBe(STARTING_MA);
  expect(currentMa({ poweredSinceMs: 0, hashing: false }, 5000)).toBe(IDLE_MA);
  expect(currentMa({ poweredSinceMs: 0, hashing: true }, 5000)).toBe(HASHING_MA);
});

it("takes down the newest of too many that start together", () => {
  const loads = [900, 700, null, 0, 800].map((poweredSinceMs) => ({
    poweredSinceMs,
    hashing: false,
  }));
  expect(shedByDip(loads, 1500)).toEqual([0]);
  expect(shedByDip(loads, 950)).toEqual([4, 0]);
  expect(shedByDip(loads, 5000)).toEqual([]);
});

it("nears a resting temperature", () => {
  expect(warm(AMBIENT_C, "off", 1000)).toBe(AMBIENT_C);
  const hot = warm(AMBIENT_C, "hashing", 3_600_000);
  expect(hot).toBeGreaterThan(45);
  expect(warm(hot, "idle", 60_000)).toBeLessThan(hot);
});

import { expect, it } from "vitest";
import { handClock } from "../shell/hand-clock.ts";
import { Usage } from "./usage.ts";

function scene(idleMs = 600_000) {
  const clock = handClock();
  const told: (readonly [at: number, until: number, by: string | undefined])[] = [];
  const usage = new Usage({
    clock,
    idleMs: () => idleMs,
    post: ({ forMs, by }) => told.push([clock.now(), clock.now() + forMs, by]),
  });
  return { clock, told, usage };
}

/** Until when the core keeps the Zero up. */
function last(told: readonly (readonly [number, number, unknown])[]): number | undefined {
  return told.at(-1)?.[1];
}

it("is told at once, and again until so long after its end", async () => {
  const { clock, told, usage } = scene();
  const end = usage.begin("p1", "/app");
  expect(told).toEqual([[0, 600_000, "/app"]]);
  expect([usage.active("p1"), usage.active("p2")]).toEqual([1, 0]);
  await clock.pass(1_000_000);
  expect(last(told)).toBeGreaterThan(1_000_000 + 600_000 - 15_001);
  end();
  end();
  expect(usage.active("p1")).toBe(0);
  await clock.pass(15_000);
  expect(last(told)).toBe(1_600_000);
  const count = told.length;
  await clock.pass(10_000_000);
  expect(told).toHaveLength(count);
});

it("is told no oftener for a thousand requests than for one that lasts", async () => {
  const { clock, told, usage } = scene();
  for (let count = 0; count < 1000; count++) {
    usage.begin("p1", "/app")();
    await clock.pass(60);
  }
  expect(told.length).toBeLessThanOrEqual(5);
  await clock.pass(15_000);
  expect(last(told)).toBe(999 * 60 + 600_000);
});

it("never lets the core's knowledge run out in between", async () => {
  for (const idleMs of [1000, 20_000, 600_000]) {
    const { clock, told, usage } = scene(idleMs);
    for (let count = 0; count < 300; count++) {
      usage.begin("p1", "/app")();
      expect(last(told)).toBeGreaterThan(clock.now());
      await clock.pass(idleMs / 3);
      expect(last(told)).toBeGreaterThan(clock.now());
    }
  }
});

it("as a wish lasts a minute at most, and takes nothing from a use", async () => {
  const { clock, told, usage } = scene();
  usage.wish("p1", "/app");
  expect(told).toEqual([[0, 60_000, "/app"]]);
  usage.begin("p2", "/app")();
  usage.wish("p2", "/other");
  await clock.pass(100_000);
  expect(told).toEqual([
    [0, 60_000, "/app"],
    [0, 600_000, "/app"],
  ]);
  usage.wish("p1", "/app");
  expect(told.at(-1)).toEqual([100_000, 160_000, "/app"]);
});

it("ends with the proxy", async () => {
  const { clock, told, usage } = scene();
  usage.begin("p1", "/app");
  usage.close();
  await clock.pass(1_000_000);
  expect(told).toHaveLength(1);
  usage.close();
});

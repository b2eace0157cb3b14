import { describe, expect, it } from "vitest";
import { handClock } from "../shell/hand-clock.ts";
import { Visitors } from "./visitors.ts";

const MINUTE_MS = 60_000;

function guesses(visitors: Visitors, count: number, address = "a"): boolean[] {
  return Array.from({ length: count }, () => visitors.guessed(address));
}

describe("requests", () => {
  it("may come at once, a hundred; then 25 in a second", async () => {
    const clock = handClock();
    const visitors = new Visitors(clock);
    for (let count = 0; count < 100; count++) expect(visitors.knock("a")).toBe(0);
    expect(visitors.knock("a")).toBeCloseTo(40);
    expect(visitors.knock("b")).toBe(0);
    await clock.pass(1000);
    for (let count = 0; count < 25; count++) expect(visitors.knock("a")).toBe(0);
    expect(visitors.knock("a")).toBeGreaterThan(0);
  });
});

describe("wrong tokens", () => {
  it("lock an address out at the fifth, for a minute, and others not", async () => {
    const clock = handClock();
    const visitors = new Visitors(clock);
    expect(guesses(visitors, 5)).toEqual([false, false, false, false, true]);
    expect(visitors.lockedMs("a")).toBe(MINUTE_MS);
    expect(visitors.lockedMs("b")).toBe(0);
    await clock.pass(MINUTE_MS);
    expect(visitors.lockedMs("a")).toBe(0);
  });

  it("lock it out twice as long each time, an hour at most", async () => {
    const clock = handClock();
    const visitors = new Visitors(clock);
    const times: number[] = [];
    for (let round = 0; round < 8; round++) {
      guesses(visitors, 5);
      times.push(visitors.lockedMs("a") / MINUTE_MS);
      await clock.pass(visitors.lockedMs("a"));
    }
    expect(times).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it("are forgiven by a right one", () => {
    const visitors = new Visitors(handClock());
    guesses(visitors, 4);
    visitors.welcome("a");
    expect(guesses(visitors, 4)).toEqual([false, false, false, false]);
    visitors.welcome("stranger");
    expect(visitors.lockedMs("stranger")).toBe(0);
  });
});

it("remembers so many addresses at most, and those that are locked out first of all", () => {
  const visitors = new Visitors(handClock());
  guesses(visitors, 5, "guesser");
  for (let index = 0; index < 5000; index++) visitors.knock(`visitor ${index}`);
  expect(visitors.lockedMs("guesser")).toBe(MINUTE_MS);
  for (let index = 0; index < 2000; index++) guesses(visitors, 5, `guesser ${index}`);
  expect(visitors.lockedMs("guesser")).toBe(0);
  expect(visitors.lockedMs("guesser 1999")).toBe(MINUTE_MS);
});

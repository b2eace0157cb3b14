import { describe, expect, it } from "vitest";
import { naiveWatchdog } from "./naive-watchdog.ts";
import { PEOPLE } from "./people.ts";
import { type Contender, OURS, sumOf, tallyOf, unpeopled } from "./tally.ts";

const NAIVE: Contender = (wall) => naiveWatchdog(wall);
const LENGTH_MS = 900_000;
/** A seed whose Zeros boot within 10 s, so that a watchdog without grace lets them. */
const SEED = 52;

function once(fault: string) {
  return [{ id: `${fault}#0`, fault, atMs: 300_000 }];
}

describe("a naive watchdog beside ours", () => {
  it("cuts healthy Zeros in a seed in which ours cuts none", () => {
    const naive = tallyOf(SEED, LENGTH_MS, NAIVE);
    const ours = tallyOf(SEED, LENGTH_MS, OURS);
    expect(naive.heardCuts).toBeGreaterThan(0);
    expect(ours.wellCuts).toBe(0);
    expect(naive.strikes).toBe(ours.strikes);
  });

  it("brings back a Zero that hangs, as ours does: no cut of a healthy one is counted", () => {
    for (const brain of [OURS, NAIVE]) {
      const tally = tallyOf(SEED, LENGTH_MS, brain, once("hang"));
      expect(tally).toMatchObject({ cuts: 1, wellCuts: 0, unrecovered: 0 });
      expect(tally.recoveredMs).toHaveLength(1);
      expect(tally.recoveredMs[0]).toBeGreaterThan(10_000);
      expect(tally.longestIdleMs).toBeGreaterThanOrEqual(tally.recoveredMs[0] ?? 0);
    }
  });

  it("falls for a wall clock that steps, which ours does not have", () => {
    const stepped = [0, 1, 2, 3].map((index) => ({
      id: `wall clock steps#${index}`,
      fault: "wall clock steps",
      atMs: 200_000 * (index + 1),
    }));
    const naive = tallyOf(SEED, LENGTH_MS, NAIVE, stepped);
    expect(naive.heardCuts).toBeGreaterThanOrEqual(4);
    expect(naive.heardCuts).toBe(naive.cuts);
    expect(tallyOf(SEED, LENGTH_MS, OURS, stepped).cuts).toBe(0);
  });

  it("cuts what takes longer to boot than its time-out, unless it is given a grace", () => {
    const slow = 8;
    const without = tallyOf(slow, LENGTH_MS, NAIVE, []);
    const graced = tallyOf(slow, LENGTH_MS, (wall) => naiveWatchdog(wall, 90_000), []);
    expect(without.bootingCuts).toBeGreaterThan(50);
    expect(without.idleMs).toBeGreaterThan(without.zeroMs / 2);
    expect(graced.cuts).toBe(0);
  });

  it("does the same again for the same seed", () => {
    const [first, again] = [0, 0].map(() => tallyOf(SEED, LENGTH_MS, NAIVE));
    expect(again).toEqual(first);
  });
});

describe("the comparison", () => {
  it("leaves people out, and thins what is left", () => {
    const seeds = Array.from({ length: 16 }, (_, index) => index + 1);
    const all = seeds.flatMap((seed) => unpeopled(seed, 7_200_000));
    const some = seeds.flatMap((seed) => unpeopled(seed, 7_200_000, 10));
    const kinds = new Set(all.map(({ fault }) => fault));
    expect(kinds).toContain("controller dies");
    expect([...kinds].filter((kind) => kind in PEOPLE || kind === "foreign hand")).toEqual([]);
    expect(some.length).toBeGreaterThan(all.length / 20);
    expect(some.length).toBeLessThan(all.length / 5);
  });

  it("adds up", () => {
    const one = tallyOf(SEED, LENGTH_MS, OURS, once("hang"));
    const two = sumOf([one, one]);
    expect(two.recoveredMs).toHaveLength(2);
    expect(two.rigMs).toBe(2 * LENGTH_MS);
    expect(two.longestIdleMs).toBe(one.longestIdleMs);
  });
});

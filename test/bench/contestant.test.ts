import { describe, expect, it } from "vitest";
import { compete, inProcess, median } from "./contestant.ts";
import { ducoS1Contestants } from "./duco-s1.ts";

describe("the bench", () => {
  it("lets all have their turn in each round, and does not count the first", async () => {
    const turns: string[] = [];
    const contestant = (key: string) => ({
      key,
      label: key,
      sample: () => {
        turns.push(key);
        return turns.length;
      },
    });
    const results = await compete([contestant("a"), contestant("b")], 2, 1);
    expect(turns.join("")).toBe("ababab");
    expect(results.map(({ rates }) => rates)).toEqual([
      [3, 5],
      [4, 6],
    ]);
  });

  it("takes the middle", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it("counts hashes per second of CPU time", async () => {
    let hashes = 0;
    const busy = inProcess("busy", "busy", (count) => {
      const end = process.cpuUsage().user + process.cpuUsage().system + count;
      while (process.cpuUsage().user + process.cpuUsage().system < end);
      hashes += count;
    });
    // One microsecond a hash.
    const rate = await busy.sample(30);
    expect(hashes).toBeGreaterThan(10_000);
    expect(rate).toBeGreaterThan(100_000);
    expect(rate).toBeLessThan(1_000_001);
  });

  it("has each engine of this machine search and Node hash", async () => {
    const contestants = ducoS1Contestants();
    expect(contestants.map(({ key }) => key)).toEqual(
      expect.arrayContaining(["wasm_simd", "wasm", "plain", "reference"]),
    );
    for (const contestant of contestants) expect(await contestant.sample(5)).toBeGreaterThan(0);
  });
});

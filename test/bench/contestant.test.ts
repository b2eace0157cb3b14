import { describe, expect, it } from "vitest";
import { compete, inProcess, median, quantile } from "./contestant.ts";
import { ducoS1Contestants } from "./duco-s1.ts";
import { headerContestants } from "./headers.ts";
import { besides } from "./workers.ts";

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

  it("lets one worker and several have their turn, and says how many cores they had", async () => {
    const beside = await besides("plain", 2, 1, 50);
    expect(beside).toMatchObject({ engine: "plain", workers: 2 });
    expect(beside.one).toBeGreaterThan(0.01);
    expect(beside.all).toBeGreaterThan(0.01);
    expect(beside.ratio).toBeCloseTo(beside.all / beside.one);
    for (const cores of beside.cores) expect(cores).toBeGreaterThan(0);
    await expect(besides("fast", 2, 1, 50)).rejects.toThrow("no engine fast here");
  });

  it("takes the middle", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it("takes what a share of the values does not exceed", () => {
    const values = Array.from({ length: 200 }, (_, i) => 200 - i);
    expect(quantile(values, 0.99)).toBe(198);
    expect(quantile(values, 1)).toBe(200);
    expect(quantile([7], 0.5)).toBe(7);
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

  it.each(["sha256d", "scrypt"] as const)("has each engine of %s search", async (algorithm) => {
    const contestants = headerContestants(algorithm);
    expect(contestants.map(({ key }) => key)).toEqual(
      expect.arrayContaining(["wasm_simd", "reference", "crypto_hash"]),
    );
    for (const contestant of contestants) expect(await contestant.sample(5)).toBeGreaterThan(0);
  });
});

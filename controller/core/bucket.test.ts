import { describe, expect, it } from "vitest";
import { fullBucket, take, tokensAt } from "./bucket.ts";

describe("a token bucket", () => {
  it("gives a burst at once, and then so many a minute", () => {
    let bucket = fullBucket(3, 0);
    for (let i = 0; i < 3; i++) bucket = take(bucket, 3, 6, 0);
    expect(tokensAt(bucket, 3, 6, 0)).toBe(0);
    expect(tokensAt(bucket, 3, 6, 9_999)).toBeLessThan(1);
    expect(tokensAt(bucket, 3, 6, 10_000)).toBe(1);
  });

  it("never holds more than the burst", () => {
    expect(tokensAt(fullBucket(3, 0), 3, 6, 1e9)).toBe(3);
  });

  it("does not empty by a time that lies before its own", () => {
    expect(tokensAt(fullBucket(3, 1000), 3, 6, 0)).toBe(3);
  });

  it("is overdrawn by one who needs no leave, by no more than a burst, and everyone waits for it", () => {
    let bucket = fullBucket(2, 0);
    for (let i = 0; i < 100; i++) bucket = take(bucket, 2, 60, 0);
    expect(tokensAt(bucket, 2, 60, 2_999)).toBeLessThan(1);
    expect(tokensAt(bucket, 2, 60, 3_000)).toBe(1);
  });
});

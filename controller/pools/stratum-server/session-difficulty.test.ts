import { describe, expect, it } from "vitest";
import { openWindow, retarget, withShare } from "./session-difficulty.ts";

const EVERY = 10_000;

/** So many shares of this difficulty since 0. */
function mined(shares: number, difficulty = 2) {
  let window = openWindow(0);
  for (let n = 0; n < shares; n++) window = withShare(window, difficulty);
  return window;
}

describe("the difficulty", () => {
  it.each([
    [11, 119_999],
    [0, 39_999],
    [1, 119_999],
  ])("is not looked at after %i shares in %i ms", (shares, now) => {
    expect(retarget(2, mined(shares), EVERY, now)).toBeNull();
  });

  it.each([
    // Twelve shares, from 1.66 times as fast to 1.66 times as slow as wanted.
    [12, 72_300],
    [12, 120_000],
    [12, 199_000],
    // Or twelve intervals.
    [8, 120_000],
    [20, 120_000],
  ])("stays after %i shares in %i ms", (shares, now) => {
    expect(retarget(2, mined(shares), EVERY, now)).toBe(2);
  });

  it.each([
    [12, 60_000, 4],
    [12, 66_000, 3.6],
    [12, 240_000, 1],
    [6, 120_000, 1],
    // Who finds none at all may have found half a one.
    [0, 40_000, 0.25],
    // One look moves it by so much at most, also for a burst that took no time.
    [12, 0, 130],
    [12, 60, 130],
    [0, 1e12, 0.031],
  ])("after %i shares in %i ms is %d", (shares, now, difficulty) => {
    expect(retarget(2, mined(shares), EVERY, now)).toBe(difficulty);
  });

  it("counts each share by what it was worth", () => {
    const window = withShare(mined(11, 2), 26);
    expect(window).toEqual({ sinceMs: 0, shares: 12, work: 48 });
    expect(retarget(2, window, EVERY, 120_000)).toBe(4);
  });
});

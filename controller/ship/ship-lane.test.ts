import { expect, it } from "vitest";
import { handClock } from "../shell/hand-clock.ts";
import { ShipLane } from "./ship-lane.ts";
import type { ShippedShare } from "./shipped-share.ts";

const MINUTE_MS = 60_000;

function share(id: number): ShippedShare {
  const about = { rig: "r", name: "zerorig", at: "2026-11-21T12:00:00Z", seat: "p1", worker: "p1" };
  return {
    ...about,
    id,
    algorithm: "duco-s1",
    difficulty: 1,
    nonce: 1,
    hashrate_hs: 1,
    outcome: "accepted",
    reason: null,
  };
}

/** Shares 1 to `last` in a table whose oldest are gone, and a store that answers as told. */
class Bench {
  readonly clock = handClock();
  last = 0;
  oldest = 1;
  cursor = 0;
  arrived: number[] = [];
  tries = 0;
  closed = 0;
  noted: string[] = [];
  answer: () => Promise<void> = async () => {};

  lane(): ShipLane {
    const lane = new ShipLane({
      clock: this.clock,
      everyMs: 30_000,
      random: () => 1,
      cursor: this.cursor,
      read: (after, limit) => {
        const from = Math.max(after + 1, this.oldest);
        const count = Math.min(limit, Math.max(0, this.last - from + 1));
        return Array.from({ length: count }, (_, index) => share(from + index));
      },
      has: (id) => id >= this.oldest,
      keep: (cursor) => {
        this.cursor = cursor;
      },
      sink: {
        send: async (shares) => {
          this.tries++;
          await this.answer();
          this.arrived.push(...shares.map(({ id }) => id));
        },
        close: async () => void this.closed++,
      },
      note: (_, ev) => void this.noted.push(ev),
    });
    lane.start();
    return lane;
  }
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

it("sends what is there in batches, one at once after the other, then what came meanwhile", async () => {
  const bench = new Bench();
  bench.last = 1200;
  const lane = bench.lane();
  await bench.clock.pass(0);
  expect([bench.tries, bench.cursor]).toEqual([3, 1200]);
  bench.last = 1203;
  await bench.clock.pass(29_999);
  expect(bench.tries).toBe(3);
  await bench.clock.pass(1);
  expect(bench.arrived).toEqual(upTo(1203));
  await bench.clock.pass(10 * MINUTE_MS);
  expect(bench.tries).toBe(4);
  expect(bench.noted).toEqual([]);
  await lane.stop();
});

it("goes on where an earlier run was, and sends again what it does not know to have arrived", async () => {
  const bench = new Bench();
  bench.last = 10;
  bench.cursor = 7;
  await bench.lane().stop();
  expect(bench.arrived).toEqual([8, 9, 10]);
  bench.answer = () => new Promise(() => {});
  bench.last = 12;
  const lane = bench.lane();
  await bench.clock.pass(1000);
  const stopped = lane.stop();
  await bench.clock.pass(10_000);
  await stopped;
  expect(bench.cursor).toBe(10);
  bench.answer = async () => {};
  await bench.lane().stop();
  expect(bench.arrived).toEqual([8, 9, 10, 11, 12]);
});

it("waits longer after each failure, ten minutes at most, says so once, and when it is back", async () => {
  const bench = new Bench();
  bench.last = 3;
  bench.answer = () => Promise.reject(new Error("refused"));
  const lane = bench.lane();
  await bench.clock.pass(0);
  const at = [5, 15, 35, 75].map((s) => s * 1000);
  for (const [index, ms] of at.entries()) {
    await bench.clock.pass(ms - bench.clock.now() - 1);
    expect(bench.tries).toBe(index + 1);
    await bench.clock.pass(1);
    expect(bench.tries).toBe(index + 2);
  }
  await bench.clock.pass(24 * 60 * MINUTE_MS);
  const tries = bench.tries;
  await bench.clock.pass(60 * MINUTE_MS);
  expect(bench.tries - tries).toBe(6);
  expect(bench.noted).toEqual(["ship.failed"]);
  // A connection that failed is not used again.
  expect(bench.closed).toBe(bench.tries);
  bench.answer = async () => {};
  await bench.clock.pass(10 * MINUTE_MS);
  expect(bench.arrived).toEqual([1, 2, 3]);
  expect(bench.noted).toEqual(["ship.failed", "ship.back"]);
  await lane.stop();
});

it("takes a store that never answers for dead", async () => {
  const bench = new Bench();
  bench.last = 1;
  bench.answer = () => new Promise(() => {});
  const lane = bench.lane();
  await bench.clock.pass(29_000);
  expect(bench.noted).toEqual([]);
  await bench.clock.pass(2000);
  expect(bench.noted).toEqual(["ship.failed"]);
  const stopped = lane.stop();
  await bench.clock.pass(10_000);
  await stopped;
  await bench.clock.pass(10 * MINUTE_MS);
  expect(bench.tries).toBe(1);
});

it("says when shares were let go of before they arrived", async () => {
  const bench = new Bench();
  bench.last = 10;
  bench.cursor = 4;
  bench.oldest = 8;
  const lane = bench.lane();
  await bench.clock.pass(MINUTE_MS);
  expect(bench.arrived).toEqual([8, 9, 10]);
  expect(bench.noted).toEqual(["ship.gap"]);
  await lane.stop();
});

import { expect, it, onTestFinished, vi } from "vitest";
import { rigStatus, slotStatus } from "../cli/demo/testing.ts";
import type { SlotStatus } from "../core/status.ts";
import { type HandClock, handClock } from "../shell/hand-clock.ts";
import { chartOf, rowsOf, summaryOf } from "./answers.ts";
import { StatsLane } from "./stats-lane.ts";
import { StatsStore } from "./stats-store.ts";
import { folder } from "./testing.ts";

const START = Date.UTC(2026, 10, 21, 12, 0, 0);
const MINUTE_MS = 60_000;

/** A rig of one Zero that hashes 1000 a second and draws 1 W, with a share every 10 s; and a wall clock that can be set. */
class Bench {
  readonly clock: HandClock = handClock();
  readonly dir = folder();
  /** What the wall clock shows beyond the time since the start, and whether it may be believed. */
  wallAhead = START;
  isSet = true;
  noted: string[] = [];
  /** What its counters show beside what grows with time. */
  more: Partial<SlotStatus> = {};
  hashesAtStart = 0;
  #runs = 0;

  /** Another run of the controller; what an earlier one would still do does not come about. */
  lane(): StatsLane {
    const { clock } = this;
    const startedAt = clock.now();
    const run = ++this.#runs;
    const after = (ms: number, callback: () => void) =>
      clock.after(ms, () => this.#runs === run && callback());
    const lane = new StatsLane({
      clock: { ...clock, after, wall: () => new Date(this.wallAhead + clock.now()) },
      isClockSet: () => this.isSet,
      store: new StatsStore(this.dir, () => new Date(START)),
      status: () => this.#status(clock.now() - startedAt),
      work: () => ({}),
      note: (ev) => void this.noted.push(ev),
    });
    lane.start();
    onTestFinished(() => lane.stop());
    return lane;
  }

  #status(upMs: number) {
    const energy = {
      source: "modelled",
      joules: upMs / 1000,
      measured_joules: 0,
      joules_per_hash: null,
      joules_per_share: null,
      cost: null,
    } as const;
    const slot = slotStatus("p1", {
      hashes: this.hashesAtStart + Math.round(upMs),
      accepted: Math.floor(upMs / 10_000),
      boots: 0,
      energy,
      temp_c: 40 + Math.floor(upMs / MINUTE_MS),
      ...this.more,
    });
    const status = rigStatus([slot]);
    return { ...status, totals: { ...status.totals, energy } };
  }
}

it("averages what is written and what is not yet", async () => {
  const bench = new Bench();
  const lane = bench.lane();
  await bench.clock.pass(90_000);
  const { series, at } = summaryOf(lane);
  expect(at).toBe(new Date(START + 90_000).toISOString());
  expect(Object.keys(series)).toEqual(["rig", "p1"]);
  expect(series["p1"]?.["all"]).toMatchObject({
    hashes: 90_000,
    hashes_per_second: 1000,
    accepted: 9,
    watts: 1,
    joules: 90,
    energy_source: "modelled",
    joules_per_hash: 0.001,
    temp_min_c: 40,
    temp_max_c: 41,
    covered_ms: 90_000,
  });
  expect(series["p1"]?.["1m"]).toMatchObject({ covered_ms: 61_000, hashes_per_second: 1000 });
  expect(series["rig"]?.["24h"]).toMatchObject({ accepted: 9, joules_per_hash: 0.001 });
});

it("draws a chart with a gap where nothing is known", async () => {
  const bench = new Bench();
  const lane = bench.lane();
  await bench.clock.pass(10 * MINUTE_MS - 1000);
  const { points, step_ms } = chartOf(lane, "p1", "1h");
  expect([points.length, step_ms]).toEqual([60, MINUTE_MS]);
  expect(points.at(-1)?.at).toBe("2026-11-21T12:09:00.000Z");
  expect(points.at(-2)).toMatchObject({
    hashes_per_second: 1000,
    accepted: 6,
    watts: 1,
    temp_c: 48,
  });
  expect(points[0]).toMatchObject({ hashes_per_second: null, watts: null, temp_c: null });
  expect(points.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(59);
  expect(chartOf(lane, "rig", "all").points.at(-1)).toMatchObject({ accepted: 59 });
  for (const range of ["24h", "30d"] as const) {
    const { points: all } = chartOf(lane, "rig", range);
    expect(all.reduce((sum, { hashes }) => sum + hashes, 0)).toBe(599_000);
  }
});

it("gives rows page by page, each once, those that are not written yet with them", async () => {
  const bench = new Bench();
  const lane = bench.lane();
  await bench.clock.pass(20 * MINUTE_MS + 30_500);
  const pages: number[] = [];
  const times: string[] = [];
  let [from, hashes]: [number | null, number] = [START - 1000, 0];
  while (from !== null) {
    const span = { from, to: START + 86_400_000, stepMs: 1000 };
    const { rows, next } = rowsOf(lane, "p1", span, 500);
    pages.push(rows.length);
    times.push(...rows.map(({ at }) => at));
    hashes += rows.reduce((sum, row) => sum + row.hashes, 0);
    from = next === null ? null : Date.parse(next);
  }
  expect(pages.length).toBeGreaterThan(1);
  expect(pages.slice(0, -1).every((count) => count === 500)).toBe(true);
  expect(times).toEqual([...new Set(times)].sort());
  expect(hashes).toBe(1_230_000);
});

it("neither loses nor doubles anything when the wall clock is set, forward or back", async () => {
  const bench = new Bench();
  const lane = bench.lane();
  for (const stepMs of [
    3 * MINUTE_MS,
    -30 * MINUTE_MS,
    400 * 86_400_000,
    -400 * 86_400_000,
    -5_000,
  ]) {
    await bench.clock.pass(130_000);
    bench.wallAhead += stepMs;
  }
  await bench.clock.pass(130_000);
  const year = { from: START - 86_400_000, to: START + 401 * 86_400_000, stepMs: 86_400_000 };
  const { rows } = rowsOf(lane, "p1", year, 500);
  expect(rows.reduce((sum, { hashes }) => sum + hashes, 0)).toBe(780_000);
  expect(summaryOf(lane).series["p1"]?.["all"]).toMatchObject({
    hashes: 780_000,
    accepted: 78,
    covered_ms: 780_000,
  });
});

it("places what came before the clock was set where it belongs", async () => {
  const bench = new Bench();
  bench.isSet = false;
  bench.wallAhead = Date.UTC(1970, 0, 1);
  const lane = bench.lane();
  await bench.clock.pass(5 * MINUTE_MS);
  bench.wallAhead = START;
  bench.isSet = true;
  await bench.clock.pass(2 * MINUTE_MS);
  const { points } = chartOf(lane, "p1", "1h");
  expect(points.reduce((sum, { hashes }) => sum + hashes, 0)).toBe(420_000);
  expect(points.find(({ at }) => at === "2026-11-21T12:01:00.000Z")?.hashes).toBe(60_000);
});

it("goes on behind what was written where the clock is never set", async () => {
  const bench = new Bench();
  const first = bench.lane();
  await bench.clock.pass(2 * MINUTE_MS);
  first.stop();
  // The battery of the clock is dead: the Pi believes that it is 1970.
  bench.isSet = false;
  bench.wallAhead = -bench.clock.now();
  bench.hashesAtStart = 120_000;
  const second = bench.lane();
  await bench.clock.pass(15 * MINUTE_MS);
  expect(second.nowMs).toBe(START + 17 * MINUTE_MS + 1000);
  const { points } = chartOf(second, "p1", "1h");
  expect(points.reduce((sum, { hashes }) => sum + hashes, 0)).toBe(17 * 60_000);
});

it("loses no count to a kill, and doubles none that the core has forgotten", async () => {
  const bench = new Bench();
  bench.lane();
  await bench.clock.pass(100_000);
  // Killed at 100 s: the last write was at 60 s. The core knows all 10 shares, and of the hashes those of its own last minute.
  bench.more = { accepted: 10 };
  bench.hashesAtStart = 58_000;
  const second = bench.lane();
  await bench.clock.pass(30_000);
  // 60000 were written, and 30000 are new; of the shares all 10 are counted, though 4 of them were not written.
  expect(summaryOf(second).series["p1"]?.["all"]).toMatchObject({ hashes: 90_000, accepted: 10 });
});

it("begins at 0 on a rig that has run before it had statistics", async () => {
  const bench = new Bench();
  bench.hashesAtStart = 10 ** 9;
  const lane = bench.lane();
  await bench.clock.pass(5000);
  expect(summaryOf(lane).series["p1"]?.["all"]).toMatchObject({ hashes: 5000 });
});

it("holds what cannot be written, says so once, and writes it later", async () => {
  const bench = new Bench();
  const lane = bench.lane();
  const failing = vi.spyOn(StatsStore.prototype, "write").mockImplementation(() => {
    throw new Error("database or disk is full");
  });
  onTestFinished(() => failing.mockRestore());
  await bench.clock.pass(20 * MINUTE_MS);
  expect(bench.noted).toEqual(["stats.failed"]);
  expect(lane.held("p1").length).toBeLessThanOrEqual(900);
  expect(summaryOf(lane).series["p1"]?.["all"]).toMatchObject({ hashes: 1_200_000 });
  failing.mockRestore();
  await bench.clock.pass(MINUTE_MS);
  expect(lane.held("p1").length).toBeLessThan(61);
  expect(lane.reader.total("p1")?.sums.hashes).toBeGreaterThan(1_200_000);
  expect(summaryOf(lane).series["p1"]?.["all"]).toMatchObject({ hashes: 1_260_000, accepted: 126 });
});

import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { DAYS, foldedLevels, MINUTES, rowsMax, SECONDS } from "./levels.ts";
import { STATS_FILE } from "./schema.ts";
import { StatsStore } from "./stats-store.ts";
import { NOTHING } from "./sums.ts";
import { folder, sample } from "./testing.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 10, 21, 12, 34, 56);

function open(dir = folder()): StatsStore {
  const store = new StatsStore(dir, () => new Date(NOW));
  onTestFinished(() => store.close());
  return store;
}

function rowsOf(dir: string, level: number): number {
  const db = new Database(join(dir, STATS_FILE), { readonly: true });
  const row = db.prepare("SELECT count(*) AS n FROM samples WHERE level = ?").get(level);
  db.close();
  return (row as { n: number }).n;
}

const amounts = fc.record({
  ms: fc.integer({ min: 0, max: 5000 }),
  hashes: fc.integer({ min: 0, max: 2 ** 40 }),
  accepted: fc.integer({ min: 0, max: 9 }),
  rejected: fc.integer({ min: 0, max: 9 }),
  measured_mj: fc.integer({ min: 0, max: 10_000 }),
  modelled_mj: fc.integer({ min: 0, max: 10_000 }),
  temp_ms: fc.constant(1000),
  temp_sum: fc.integer({ min: 0, max: 90_000_000 }),
  temp_min: fc.option(fc.integer({ min: 0, max: 90_000 })),
  temp_max: fc.option(fc.integer({ min: 0, max: 90_000 })),
});

describe("thinning", () => {
  it("keeps the sums of every span of whole days, and of all time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 1000 * DAY_MS }), amounts), { maxLength: 40 }),
        fc.array(fc.integer({ min: -900 * DAY_MS, max: 900 * DAY_MS }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.tuple(fc.nat({ max: 1001 }), fc.nat({ max: 1001 })),
        (given, thinnings, [a, b]) => {
          const dir = folder();
          const store = new StatsStore(dir, () => new Date(NOW));
          const start = Math.floor((NOW - 1000 * DAY_MS) / DAY_MS) * DAY_MS;
          const samples = given.map(([age, part]) => {
            return [NOW - age, sample({ rig: part }, { "low diff": part.rejected })] as const;
          });
          store.write(samples, {});
          const [from, to] = [start + Math.min(a, b) * DAY_MS, start + Math.max(a, b) * DAY_MS];
          const look = () => ({
            span: store.reader.span("rig", from, to),
            reasons: store.reader.reasons("rig", from, to),
            days: store.reader.steps("rig", from, to, DAY_MS),
            total: store.reader.total("rig"),
            reasonTotals: store.reader.reasonTotals("rig"),
          });
          const before = look();
          // The clock may stand anywhere when it is thinned, also before what was written.
          for (const offset of thinnings) store.thin(NOW + offset);
          expect(look()).toEqual(before);
          store.close();
          rmSync(dir, { recursive: true });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("makes minutes of old seconds and hours of old minutes, and leaves young ones", () => {
    const dir = folder();
    const store = open(dir);
    const ages = [10_000, SECONDS.keepMs + 120_000, MINUTES.keepMs + 2 * HOUR_MS];
    store.write(
      ages.flatMap((age) =>
        [0, 1].map(
          (second) => [NOW - age + second * 1000, sample({ rig: { hashes: 1 } })] as const,
        ),
      ),
      {},
    );
    expect(rowsOf(dir, 0)).toBe(6);
    store.thin(NOW);
    expect([0, 1, 2].map((level) => rowsOf(dir, level))).toEqual([2, 1, 1]);
    expect(store.reader.span("rig", 0, NOW)).toEqual({ ...NOTHING, hashes: 6 });
  });

  it("keeps a span that the clock went through twice: both are added up", () => {
    const store = open();
    const once = [0, 1, 2].map(
      (s) => [NOW + s * 1000, sample({ p1: { ms: 1000, accepted: 1 } })] as const,
    );
    store.write(once, {});
    store.write(once, {});
    expect(store.reader.span("p1", NOW - 1000, NOW + 3000)).toMatchObject({
      ms: 6000,
      accepted: 6,
    });
    expect(store.reader.total("p1")?.sums).toMatchObject({ ms: 6000, accepted: 6 });
  });

  it("lets go of the oldest days beyond what is kept, and of no total", () => {
    const dir = folder();
    const store = open(dir);
    const days = DAYS.rowsOfSeries + 3 * 365;
    const first = Math.floor(NOW / DAY_MS) * DAY_MS - days * DAY_MS;
    const day = (n: number) => [first + n * DAY_MS, sample({ rig: { hashes: 1 } })] as const;
    store.write(
      Array.from({ length: days }, (_, n) => day(n)),
      {},
    );
    for (let n = 0; n < 3; n++) store.thin(NOW);
    expect(rowsOf(dir, 3)).toBe(DAYS.rowsOfSeries);
    expect(store.reader.total("rig")?.sums.hashes).toBe(days);
    expect(store.reader.total("rig")?.since).toBe(first);
    expect(store.reader.span("rig", first, first + 50 * DAY_MS)).toBeNull();
  });

  it("keeps the hours of many Zeros for a shorter time", () => {
    const keptMs = (series: number) => foldedLevels(series)[2]?.keepMs ?? 0;
    expect(keptMs(6) / DAY_MS).toBe(730);
    expect(Math.floor(keptMs(34) / DAY_MS)).toBe(490);
  });

  it("bounds the rows, whatever is written", () => {
    const dir = folder();
    const store = open(dir);
    // A day at 1 s in 40 s steps of the test, a clock that jumps ahead and back in it.
    let most = 0;
    for (let minute = 0; minute < 120; minute++) {
      const at = NOW + minute * 60_000 + (minute === 60 ? 20 * DAY_MS : 0);
      const second = (s: number) =>
        [at + s * 1000, sample({ rig: { ms: 1000 }, p1: { ms: 1000 } })] as const;
      store.write(
        Array.from({ length: 60 }, (_, s) => second(s)),
        {},
      );
      store.thin(at + 60_000);
      most = Math.max(most, rowsOf(dir, 0) + rowsOf(dir, 1) + rowsOf(dir, 2));
    }
    expect(rowsOf(dir, 0)).toBeLessThanOrEqual(2 * (SECONDS.keepMs / 1000 + 120));
    expect(most).toBeLessThan(rowsMax(2));
    expect(store.reader.total("rig")?.sums.ms).toBe(120 * 60_000);
  });
});

describe("the file", () => {
  it("goes on where it was: totals, samples and the baseline", () => {
    const dir = folder();
    const first = new StatsStore(dir, () => new Date(NOW));
    first.write([[NOW, sample({ p1: { hashes: 5 } }, { "bad share": 2 })]], { p1: { hashes: 5 } });
    first.close();
    const second = open(dir);
    expect(second.baseline()).toEqual({ p1: { hashes: 5 } });
    second.write([[NOW + 1000, sample({ p1: { hashes: 2 } })]], { p1: { hashes: 7 } });
    expect(second.reader.total("p1")).toMatchObject({ sums: { hashes: 7 } });
    expect(second.reader.reasonTotals("p1")).toEqual({ "bad share": 2 });
    expect(second.reader.lastAt("p1")).toBe(Math.floor((NOW + 1000) / 1000) * 1000);
    expect(second.reader.lastAt("p2")).toBeNull();
  });

  it("is set aside when it is damaged, and a new one begun", () => {
    const dir = folder();
    writeFileSync(
      join(dir, STATS_FILE),
      "no database at all, but long enough to look like one".repeat(9),
    );
    const store = open(dir);
    expect(store.setAside).toContain("corrupt");
    expect(statSync(store.setAside ?? "").size).toBeGreaterThan(0);
    store.write([[NOW, sample({ rig: { hashes: 1 } })]], {});
    expect(store.reader.total("rig")?.sums.hashes).toBe(1);
  });

  it("takes all of a write or nothing", () => {
    const store = open();
    const bad = sample({ rig: { hashes: 1, accepted: 0.5 } });
    expect(() =>
      store.write(
        [
          [NOW, sample({ rig: { hashes: 1 } })],
          [NOW, bad],
        ],
        { rig: {} },
      ),
    ).toThrow();
    expect(store.reader.total("rig")).toBeNull();
    expect(store.baseline()).toEqual({});
    store.write([[NOW, sample({ rig: { hashes: 1 } })]], {});
    expect(store.reader.total("rig")?.sums.hashes).toBe(1);
  });
});

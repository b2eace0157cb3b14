// Totals of ordinary miners in the statistics file.

import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { NO_COUNTS, type WorkerTotals } from "../pools/stratum-server/worker-record.ts";
import { STATS_FILE, STATS_MIGRATIONS } from "./schema.ts";
import { StatsStore } from "./stats-store.ts";
import { folder, sample } from "./testing.ts";

const NOW = Date.UTC(2026, 10, 22);

function open(dir = folder()): StatsStore {
  const store = new StatsStore(dir, () => new Date(NOW));
  onTestFinished(() => store.close());
  return store;
}

function totals(worker: string, accepted: number): WorkerTotals {
  return {
    ...{ worker, since: NOW - 5000, lastShareAt: NOW, blocks: 2, best: 1.5e12, difficulty: 1e-7 },
    counts: {
      ...{ accepted, stale: 1, duplicate: 2, "low difficulty": 3, invalid: 4, refused: 5, lost: 6 },
    },
    handedOn: { accepted: 7, rejected: 8 },
  };
}

const FRESH: WorkerTotals = {
  ...{ worker: "fresh", since: NOW, lastShareAt: null, blocks: 0, best: null, difficulty: null },
  counts: NO_COUNTS,
  handedOn: { accepted: 0, rejected: 0 },
};

describe("what is kept of miners", () => {
  it("is read as it was written, by whoever opens the file next", () => {
    const dir = folder();
    const store = open(dir);
    expect(store.miners.recall("sha256d")).toEqual([]);
    store.miners.write("sha256d", [totals("a b/c", 2 ** 40), FRESH], false);
    expect(open(dir).miners.recall("sha256d")).toEqual([totals("a b/c", 2 ** 40), FRESH]);
  });

  it("takes the place of what was, of these workers or of all; another algorithm's stays", () => {
    const { miners } = open();
    miners.write("sha256d", [totals("a", 1), totals("b", 1)], false);
    miners.write("scrypt", [totals("a", 9)], false);
    miners.write("sha256d", [totals("b", 2)], false);
    expect(miners.recall("sha256d")).toEqual([totals("a", 1), totals("b", 2)]);
    miners.write("sha256d", [totals("", 3), totals("c", 1)], true);
    expect(miners.recall("sha256d")).toEqual([totals("", 3), totals("c", 1)]);
    expect(miners.recall("scrypt")).toEqual([totals("a", 9)]);
  });

  it("is all or nothing", () => {
    const { miners } = open();
    miners.write("sha256d", [totals("a", 1)], false);
    const bad = { ...totals("b", 1), since: Number.NaN };
    expect(() => miners.write("sha256d", [totals("c", 1), bad], true)).toThrow("NOT NULL");
    expect(miners.recall("sha256d")).toEqual([totals("a", 1)]);
  });

  it("has its place in a file of before there was any, whose statistics stay", () => {
    const dir = folder();
    const old = new Database(join(dir, STATS_FILE));
    old.exec(STATS_MIGRATIONS[0] ?? "");
    old.pragma("user_version = 1");
    old.exec("INSERT INTO series VALUES (1, 'p1')");
    old.close();
    const store = open(dir);
    expect(store.setAside).toBeNull();
    store.write([[NOW, sample({ p1: { accepted: 4 } })]], {});
    store.miners.write("scrypt", [FRESH], false);
    expect(store.reader.total("p1")?.sums.accepted).toBe(4);
    expect(store.miners.recall("scrypt")).toEqual([FRESH]);
  });
});

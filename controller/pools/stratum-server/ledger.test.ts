import { describe, expect, it } from "vitest";
import { Ledger } from "./ledger.ts";
import { NO_COUNTS, type WorkerTotals } from "./worker-record.ts";

const SHARE = { user: "a", jobId: "1", verdict: "accepted", difficulty: 1 } as const;
/** When the ledger's clock is at 0. */
const WALL = Date.UTC(2026, 10, 22);

describe("the ledger", () => {
  it("counts by worker and by verdict, and estimates the rate", () => {
    const ledger = new Ledger("sha256d");
    ledger.greet("a", 1, 0);
    expect(ledger.workers(1000, WALL)).toMatchObject([
      { totals: { worker: "a" }, hashrateHs: 0, lastShareAgeMs: null },
    ]);
    // A share of difficulty 1, about 2^32 hashes, each 10 s.
    for (let now = 10_000; now <= 7_200_000; now += 10_000) ledger.take(SHARE, now);
    ledger.take({ ...SHARE, verdict: "stale" }, 7_200_000);
    ledger.take({ ...SHARE, user: "b", verdict: "low difficulty" }, 7_200_000);
    const [a, b] = ledger.workers(7_200_000, WALL);
    expect(a).toMatchObject({
      lastShareAgeMs: 0,
      totals: { counts: { ...NO_COUNTS, accepted: 720, stale: 1 }, difficulty: 1 },
    });
    expect((a?.hashrateHs ?? 0) / (2 ** 32 / 10)).toBeCloseTo(1, 1);
    expect((a?.hourlyHashrateHs ?? 0) / (2 ** 32 / 10)).toBeCloseTo(1, 1);
    expect(b).toMatchObject({
      totals: { worker: "b", counts: { accepted: 0 } },
      ...{ hashrateHs: 0, lastShareAgeMs: null },
    });
    expect(ledger.counts).toMatchObject({ accepted: 720, stale: 1, "low difficulty": 1 });
    // Ten minutes later nothing of it is left in five minutes, in an hour five sixths.
    const [later] = ledger.workers(7_800_000, WALL);
    expect(later?.hashrateHs).toBe(0);
    expect((later?.hourlyHashrateHs ?? 0) / (2 ** 32 / 10)).toBeCloseTo(5 / 6, 1);
  });

  it("counts the hashes of what the source refused, or what was lost with it", () => {
    const ledger = new Ledger("scrypt");
    ledger.take({ ...SHARE, verdict: "refused" }, 0);
    ledger.take({ ...SHARE, verdict: "lost" }, 0);
    // Over half a minute at least.
    expect(ledger.workers(0, WALL)[0]?.hashrateHs).toBeCloseTo((2 * 2 ** 16) / 30, -1);
  });

  it("keeps a thousand workers, those that were here last", () => {
    const ledger = new Ledger("sha256d");
    for (let n = 0; n < 1000; n++) ledger.greet(`w${n}`, 1, n);
    ledger.greet("w0", 2, 1000);
    ledger.greet("new", 3, 1001);
    expect(ledger.workers(1001, WALL)).toHaveLength(1000);
    expect([ledger.difficultyOf("w0"), ledger.difficultyOf("w1")]).toEqual([2, null]);
  });
  it("knows what was handed on, the hardest share and the blocks of each, and of all", () => {
    const ledger = new Ledger("sha256d");
    expect(ledger.totals(0, WALL)).toBeNull();
    ledger.take(SHARE, 10);
    ledger.found("a", 7, 10);
    ledger.found("a", 3, 10);
    ledger.handedOn("a", "accepted", 10);
    ledger.handedOn("b", "refused", 20);
    ledger.handedOn("b", "lost", 20);
    ledger.found("b", 5, 20);
    ledger.block("b", 20);
    const [a, b] = ledger.workers(30, WALL);
    expect(a?.totals).toMatchObject({ best: 7, blocks: 0, handedOn: { accepted: 1, rejected: 0 } });
    expect(b?.totals).toMatchObject({ best: 5, blocks: 1, handedOn: { accepted: 0, rejected: 2 } });
    expect(ledger.totals(30, WALL)).toMatchObject({
      ...{ since: WALL - 20, best: 7, blocks: 1, handedOn: { accepted: 1, rejected: 2 } },
      counts: { accepted: 1 },
    });
  });
});

const SHARES = 3;

/** A ledger in which each of these workers, one after the other, found so many shares. */
function worked(names: readonly string[], ledger = new Ledger("sha256d"), from = 0): Ledger {
  for (const [index, user] of names.entries()) {
    for (let n = 0; n < SHARES; n++) ledger.take({ ...SHARE, user }, from + index);
  }
  return ledger;
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `w${n}`);

/** What a store would hold after these changes. */
function kept(before: readonly WorkerTotals[], ledger: Ledger, now: number): WorkerTotals[] {
  const { rows, isAll } = ledger.changes(now, WALL + now) ?? { rows: [], isAll: false };
  const changed = new Set(rows.map(({ worker }) => worker));
  const others = isAll ? [] : before.filter(({ worker }) => !changed.has(worker));
  ledger.saved();
  return [...others, ...rows];
}

const sumOf = (rows: readonly WorkerTotals[]) =>
  rows.reduce((sum, { counts }) => sum + counts.accepted, 0);

describe("what is kept of it", () => {
  it("is what changed since it was kept last, of who ever handed in anything", () => {
    const ledger = new Ledger("sha256d");
    ledger.greet("idle", 1, 0);
    expect(ledger.changes(0, WALL)).toBeNull();
    worked(["a", "b"], ledger);
    const first = ledger.changes(10, WALL + 10);
    expect(first).toMatchObject({ rows: [{ worker: "a" }, { worker: "b" }], isAll: false });
    expect(ledger.changes(10, WALL + 10)).toEqual(first);
    ledger.saved();
    expect(ledger.changes(20, WALL)).toBeNull();
    // Who comes again as it was is no news; another difficulty is, without a share too.
    ledger.greet("a", 4, 21);
    expect(ledger.changes(21, WALL)?.rows).toMatchObject([{ worker: "a", difficulty: 4 }]);
    ledger.saved();
    ledger.greet("a", 4, 22);
    expect(ledger.changes(22, WALL)).toBeNull();
    ledger.take({ ...SHARE, user: "b", verdict: "stale" }, 30);
    expect(ledger.changes(40, WALL + 40)?.rows).toEqual([
      {
        ...{ worker: "b", since: WALL + 1, lastShareAt: WALL + 1, difficulty: null, best: null },
        ...{ blocks: 0, handedOn: { accepted: 0, rejected: 0 } },
        counts: { ...NO_COUNTS, accepted: SHARES, stale: 1 },
      },
    ]);
  });

  it("is gone on from in the next run, whatever the clock of that says", () => {
    const before = worked(["a", "b"]);
    before.greet("a", 0.5, 10);
    before.found("a", 9, 10);
    before.block("a", 10);
    const rows = kept([], before, 1000);
    const after = new Ledger("sha256d");
    after.restore(rows, 77);
    expect(after.changes(100, WALL)).toBeNull();
    expect(after.difficultyOf("a")).toBe(0.5);
    expect(after.counts).toEqual(before.counts);
    const [a] = after.workers(100, WALL + 60_000);
    const own = rows.find(({ worker }) => worker === "a");
    expect(a).toMatchObject({ totals: own, hashrateHs: 0, lastShareAgeMs: 60_000 });
    // A clock that was set back makes nothing negative.
    expect(after.workers(100, WALL - 60_000)[0]?.lastShareAgeMs).toBe(0);
    worked(["a"], after, 500);
    expect(after.changes(500, WALL + 90_000)?.rows).toMatchObject([
      {
        ...{ worker: "a", since: WALL, lastShareAt: WALL + 90_000, best: 9, blocks: 1 },
        counts: { accepted: 2 * SHARES },
      },
    ]);
    expect(after.totals(500, WALL + 90_000)).toMatchObject({ since: WALL, best: 9, blocks: 1 });
  });

  it("is bounded: of a thousand the one that was silent for longest makes room, and no share is lost", () => {
    const ledger = worked(numbered(1000));
    let rows = kept([], ledger, 2000);
    worked(["new", "newer"], ledger, 3000);
    rows = kept(rows, ledger, 4000);
    expect(rows).toHaveLength(1001);
    const names = new Set(rows.map(({ worker }) => worker));
    expect(["w0", "w1", "w2", "new", "newer", ""].map((name) => names.has(name))).toEqual([
      ...[false, false, true, true, true, true],
    ]);
    expect(sumOf(rows)).toBe(SHARES * 1002);
    expect(rows.find(({ worker }) => worker === "")).toMatchObject({
      ...{ since: WALL, counts: { accepted: 2 * SHARES } },
    });
    // In the next run those who made room are still counted, and who was silent for longest is still known.
    const after = new Ledger("sha256d");
    after.restore(rows, 0);
    worked(["newest"], after, 10);
    const last = kept(rows, after, 20);
    expect(last).toHaveLength(1001);
    expect(sumOf(last)).toBe(SHARES * 1003);
    expect(after.counts.accepted).toBe(SHARES * 1003);
    expect(last.some(({ worker }) => worker === "w2")).toBe(false);
    expect(after.workers(20, WALL).some(({ totals }) => totals.worker === "")).toBe(false);
  });

  it("does not go for names alone: who never found a share makes room first", () => {
    const ledger = worked(numbered(999));
    for (let n = 0; n < 3000; n++) {
      ledger.greet(`x${n}`, 1, 2000 + n);
      ledger.take({ ...SHARE, user: `x${n}`, verdict: "invalid" }, 2000 + n);
    }
    const names = new Set(ledger.workers(9000, WALL).map(({ totals }) => totals.worker));
    expect(names.size).toBe(1000);
    expect(numbered(999).every((name) => names.has(name))).toBe(true);
    expect(ledger.counts).toMatchObject({ accepted: SHARES * 999, invalid: 3000 });
  });
});

import { describe, expect, it } from "vitest";
import { Ledger } from "./ledger.ts";

const SHARE = { user: "a", jobId: "1", verdict: "accepted", difficulty: 1 } as const;

describe("the ledger", () => {
  it("counts by worker and by verdict, and estimates the rate", () => {
    const ledger = new Ledger("sha256d");
    ledger.greet("a", 1, 0);
    expect(ledger.workers(1000)).toMatchObject([{ worker: "a", hashrateHs: 0, lastShareMs: null }]);
    // A share of difficulty 1, about 2^32 hashes, each 10 s.
    for (let now = 10_000; now <= 7_200_000; now += 10_000) ledger.take(SHARE, now);
    ledger.take({ ...SHARE, verdict: "stale" }, 7_200_000);
    ledger.take({ ...SHARE, user: "b", verdict: "low difficulty" }, 7_200_000);
    const [a, b] = ledger.workers(7_200_000);
    expect(a).toMatchObject({
      accepted: 720,
      rejected: { stale: 1, duplicate: 0, "low difficulty": 0, invalid: 0, refused: 0, lost: 0 },
      lastShareMs: 7_200_000,
      difficulty: 1,
    });
    expect((a?.hashrateHs ?? 0) / (2 ** 32 / 10)).toBeCloseTo(1, 1);
    expect((a?.hourlyHashrateHs ?? 0) / (2 ** 32 / 10)).toBeCloseTo(1, 1);
    expect(b).toMatchObject({ worker: "b", accepted: 0, hashrateHs: 0, lastShareMs: null });
    expect(ledger.totals).toMatchObject({ accepted: 720, stale: 1, "low difficulty": 1 });
    // Ten minutes later nothing of it is left in five minutes, in an hour five sixths.
    const [later] = ledger.workers(7_800_000);
    expect(later?.hashrateHs).toBe(0);
    expect((later?.hourlyHashrateHs ?? 0) / (2 ** 32 / 10)).toBeCloseTo(5 / 6, 1);
  });

  it("counts the hashes of what the source refused, or what was lost with it", () => {
    const ledger = new Ledger("scrypt");
    ledger.take({ ...SHARE, verdict: "refused" }, 0);
    ledger.take({ ...SHARE, verdict: "lost" }, 0);
    // Over half a minute at least.
    expect(ledger.workers(0)[0]?.hashrateHs).toBeCloseTo((2 * 2 ** 16) / 30, -1);
  });

  it("keeps a thousand workers, those that were here last", () => {
    const ledger = new Ledger("sha256d");
    for (let n = 0; n < 1000; n++) ledger.greet(`w${n}`, 1, n);
    ledger.greet("w0", 2, 1000);
    ledger.greet("new", 3, 1001);
    expect(ledger.workers(1001)).toHaveLength(1000);
    expect([ledger.difficultyOf("w0"), ledger.difficultyOf("w1")]).toEqual([2, null]);
  });
});

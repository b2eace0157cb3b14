import { describe, expect, it } from "vitest";
import { type MinersReport, NO_MINERS } from "../pools/stratum-server/report.ts";
import { minersText } from "./miners-command.ts";

const REPORT: MinersReport = {
  ...NO_MINERS,
  listen: "0.0.0.0:3333",
  has_work: true,
  connections: 2,
  hashrate_hs: 51_000,
  accepted: 12,
  rejected: 3,
  rejected_by: { ...NO_MINERS.rejected_by, stale: 2, "low difficulty": 1 },
  forwarded: { accepted: 1, rejected: 0 },
  ...{ since: "2026-11-20T01:02:03.000Z", blocks: 1, best_difficulty: 123456 },
  workers: [
    {
      ...{ worker: "nerd", connections: 1, address: "192.0.2.7", agent: "NerdMiner/1.7" },
      ...{ connected_ms: 90_000, difficulty: 0.00012, hashrate_hs: 51_000 },
      ...{ hourly_hashrate_hs: 48_000, accepted: 12, rejected: 3, last_share_ms: 7000 },
      rejected_by: { ...NO_MINERS.rejected_by, stale: 2, "low difficulty": 1 },
      ...{ since: "2026-11-20T01:02:03.000Z", forwarded: { accepted: 1, rejected: 0 } },
      ...{ blocks: 1, best_difficulty: 0.0123456 },
    },
    {
      ...{ worker: "gone", connections: 0, address: null, agent: null, connected_ms: null },
      ...{ difficulty: null, hashrate_hs: 0, hourly_hashrate_hs: 0, accepted: 0, rejected: 0 },
      ...{ rejected_by: NO_MINERS.rejected_by, last_share_ms: null, best_difficulty: null },
      ...{ since: "2026-11-20T01:02:03.000Z", forwarded: NO_MINERS.forwarded, blocks: 0 },
    },
  ],
};

describe("what is printed of miners", () => {
  it("says where they are, how they fare, and each worker", () => {
    expect(minersText(REPORT).split("\n")).toEqual([
      "miners at stratum+tcp://0.0.0.0:3333: 2 connected, 51 kH/s",
      "since 2026-11-20, of all that ever were:",
      "accepted 12, rejected 3 (2 x stale, 1 x low difficulty)",
      "at the pool: accepted 1, rejected 0",
      "blocks 1, best difficulty 123000",
      "",
      "WORKER  CONN  DIFF     RATE     1 H      ACC/REJ  LAST  BEST    BLOCKS  ADDRESS    PROGRAM",
      "nerd    1     0.00012  51 kH/s  48 kH/s  12/3     7s    0.0123  1       192.0.2.7  NerdMiner/1.7",
      "gone    0     -        0 H/s    0 H/s    0/0      -     -       0       -          -",
      "",
    ]);
  });

  it("says that there is no work, or nobody, or that none are served", () => {
    const text = minersText({ ...REPORT, has_work: false, banned: 2, workers: [] });
    expect(text).toContain("there is no work for them now");
    expect(text).toContain("2 addresses are turned away");
    expect(text).not.toContain("WORKER");
    expect(minersText({ ...NO_MINERS, listen: "x:1" })).not.toContain("since");
    expect(minersText(NO_MINERS)).toContain("[miners] listen");
  });
});

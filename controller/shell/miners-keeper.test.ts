// Totals of miners over restarts: when they are written, and what happens where they cannot be.

import { describe, expect, it } from "vitest";
import { Ledger } from "../pools/stratum-server/ledger.ts";
import type { WorkerTotals } from "../pools/stratum-server/worker-record.ts";
import { handClock } from "./hand-clock.ts";
import { MinersKeeper } from "./miners-keeper.ts";

class Bench {
  readonly clock = handClock();
  readonly rows = new Map<string, WorkerTotals>();
  readonly writes: number[] = [];
  readonly notes: string[] = [];
  fault: string | null = null;
  ledger = new Ledger("sha256d");

  open(): MinersKeeper {
    this.ledger = new Ledger("sha256d");
    const act = () => {
      if (this.fault !== null) throw new Error(this.fault);
    };
    return new MinersKeeper({
      ...{ algorithm: "sha256d", ledger: this.ledger, clock: this.clock },
      wallMs: () => this.clock.wall().getTime(),
      memory: {
        recall: () => {
          act();
          return [...this.rows.values()];
        },
        write: (_, rows) => {
          act();
          this.writes.push(this.clock.now());
          for (const row of rows) this.rows.set(row.worker, row);
        },
      },
      note: (ev, { error }) => this.notes.push(`${ev}: ${error}`),
    });
  }

  share(user: string): void {
    const share = { user, jobId: "1", verdict: "accepted", difficulty: 1 } as const;
    this.ledger.take(share, this.clock.now());
  }

  accepted(user: string): number | undefined {
    return this.rows.get(user)?.counts.accepted;
  }
}

describe("what miners came to", () => {
  it("is written at once after a quiet time, then once a minute, and never without a reason", async () => {
    const bench = new Bench();
    bench.open();
    await bench.clock.pass(100_500);
    expect(bench.writes).toEqual([]);
    for (let second = 0; second < 150; second++) {
      bench.share("a");
      await bench.clock.pass(1000);
    }
    expect(bench.writes).toEqual([101_000, 161_000, 221_000]);
    await bench.clock.pass(300_000);
    expect(bench.writes).toHaveLength(4);
    expect(bench.accepted("a")).toBe(150);
    bench.share("b");
    await bench.clock.pass(1000);
    expect(bench.accepted("b")).toBe(1);
  });

  it("goes on after a stop, which loses none, and after a death, which loses a minute at most", async () => {
    const bench = new Bench();
    const first = bench.open();
    bench.share("a");
    await bench.clock.pass(2000);
    bench.share("a");
    first.stop();
    bench.open();
    expect(bench.ledger.counts.accepted).toBe(2);
    bench.share("a");
    await bench.clock.pass(2000);
    bench.share("a");
    await bench.clock.pass(30_000);
    // Nobody stops it: what came since the last write is lost, and nothing else.
    bench.open();
    expect(bench.ledger.counts.accepted).toBe(3);
  });

  it("is held while it is not taken, which is said once", async () => {
    const bench = new Bench();
    bench.open();
    bench.fault = "disk is full";
    bench.share("a");
    await bench.clock.pass(200_000);
    expect(bench.notes).toEqual(["miners.not-kept: disk is full"]);
    bench.share("a");
    bench.fault = null;
    await bench.clock.pass(60_000);
    expect(bench.accepted("a")).toBe(2);
    bench.fault = "again";
    bench.share("a");
    await bench.clock.pass(60_000);
    expect(bench.notes).toHaveLength(2);
  });

  it("is not written over where it could not be read", async () => {
    const bench = new Bench();
    const first = bench.open();
    bench.share("a");
    bench.share("a");
    first.stop();
    bench.fault = "no such table";
    const second = bench.open();
    bench.fault = null;
    bench.share("a");
    await bench.clock.pass(100_000);
    second.stop();
    expect(bench.accepted("a")).toBe(2);
    expect(bench.notes).toEqual(["miners.not-kept: no such table"]);
  });
});

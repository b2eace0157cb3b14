import { describe, expect, it, onTestFinished } from "vitest";
import type { ControllerConfig } from "../config/config.ts";
import { RawMiner } from "../pools/stratum-server/raw-miner.ts";
import { NO_MINERS, servedOf } from "../pools/stratum-server/report.ts";
import type {
  FoundShare,
  ServedWork,
  WorkListener,
  WorkSource,
} from "../pools/stratum-server/work.ts";
import type { WorkerTotals } from "../pools/stratum-server/worker-record.ts";
import { MinersLane, type MinersPast } from "./miners-lane.ts";

const CONFIG: ControllerConfig["miners"] = {
  ...{ listen: "127.0.0.1", port: 0, startDifficulty: 1e-12, shareEveryMs: 10_000 },
  ...{ maxMiners: 10, maxPerAddress: 10, banMs: 1000 },
};

/** Work of a network whose every header is a block, or none. */
function source(bits: string): WorkSource {
  const work: ServedWork = {
    notice: {
      ...{ jobId: "j", prevHash: "00".repeat(32), coinb1: "01", coinb2: "02", branch: [] },
      ...{ version: "20000000", bits, time: "504e86b9", clean: true },
    },
    ...{ extranonce2Bytes: 2, mask: 0 },
    wanted: { difficulty: 1e-12, target: 2n ** 256n - 1n },
  };
  return {
    algorithm: "sha256d",
    start: (listener: WorkListener) => listener.work(work, true),
    submit: ({ nonce }: FoundShare, done) => {
      if (nonce === 1) done("accepted");
      else done("refused", "no");
    },
    close: () => {},
  };
}

async function lane(
  config: Partial<ControllerConfig["miners"]>,
  from: WorkSource | null,
  past: MinersPast | null = null,
) {
  const notes: string[] = [];
  const miners = new MinersLane({
    config: { ...CONFIG, ...config },
    source: from,
    note: (level, ev) => notes.push(`${level} ${ev}`),
  });
  await miners.start(past);
  onTestFinished(() => miners.stop());
  return { miners, notes };
}

describe("miners beside a rig", () => {
  it("are not served unless that is configured, nor where there is nothing for them", async () => {
    const off = await lane({ listen: null }, source("207fffff"));
    expect(off.miners.report()).toEqual(NO_MINERS);
    expect(servedOf(off.miners.report())).toEqual({});
    const none = await lane({}, null);
    expect(none.miners.report().listen).toBeNull();
    expect(none.notes).toEqual(["warn miners.not-served"]);
  });

  it.each([
    ["2200ffff", ["info miner.share", "info miner.block", "info miner.share"]],
    ["1d00ffff", ["info miner.share", "info miner.share"]],
  ])("are counted, and a block is said: bits %s", async (bits, said) => {
    const { miners, notes } = await lane({}, source(bits));
    const port = Number(miners.report().listen?.split(":")[1]);
    const miner = new RawMiner(port);
    onTestFinished(() => miner.close());
    await miner.begin("me");
    const { params = [] } = await miner.notified("mining.notify");
    const share = (nonce: string) => ["me", params[0], "0000", params[7], nonce];
    await miner.ask("mining.submit", share("00000001"));
    await miner.ask("mining.submit", share("00000002"));
    expect(notes.slice(1)).toEqual(said);
    expect(servedOf(miners.report()).miners).toMatchObject({
      connections: 1,
      accepted: 1,
      rejected: 1,
    });
    expect(miners.report()).toMatchObject({
      forwarded: { accepted: 1, rejected: 1 },
      rejected_by: { refused: 1 },
      workers: [{ worker: "me", connections: 1, accepted: 1, rejected: 1, difficulty: 1e-12 }],
    });
    miner.close();
  });

  it("go on from what they came to before", async () => {
    const rows = new Map<string, WorkerTotals>();
    const memory = {
      recall: () => [...rows.values()],
      write: (_: string, all: readonly WorkerTotals[]) => {
        for (const totals of all) rows.set(totals.worker, totals);
      },
    };
    const past = {
      miners: memory,
      get nowMs() {
        return Date.now();
      },
    };
    const mine = async () => {
      const { miners } = await lane({}, source("2200ffff"), past);
      const miner = new RawMiner(Number(miners.report().listen?.split(":")[1]));
      await miner.begin("me");
      const { params = [] } = await miner.notified("mining.notify");
      await miner.ask("mining.submit", ["me", params[0], "0000", params[7], "00000001"]);
      miner.close();
      await miners.stop();
      return miners.report();
    };
    const { best_difficulty } = await mine();
    expect(best_difficulty).toBeGreaterThan(1e-12);
    const since = new Date(rows.get("me")?.since ?? 0).toISOString();
    const second = await mine();
    // The same hash twice, as difficult as before.
    expect(second).toMatchObject({
      ...{ accepted: 2, blocks: 2, forwarded: { accepted: 2, rejected: 0 } },
      workers: [{ worker: "me", accepted: 2, blocks: 2, best_difficulty, since }],
    });
  });

  it("say by the usual codes that the address cannot be had", async () => {
    const { miners } = await lane({}, source("1d00ffff"));
    const port = Number(miners.report().listen?.split(":")[1]);
    await expect(lane({ port }, source("1d00ffff"))).rejects.toMatchObject({ code: "port-in-use" });
    await expect(lane({ listen: "192.0.2.1" }, source("1d00ffff"))).rejects.toMatchObject({
      code: "bad-address",
    });
  });
});

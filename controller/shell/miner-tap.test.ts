import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../../test/e2e/programs.ts";
import type { PoolNode } from "../pools/node.ts";
import { StratumPracticePool } from "../pools/practice-stratum/practice-pool.ts";
import { ScriptedPool } from "../pools/stratum/scripted-pool.ts";
import { type Heard, RawMiner } from "../pools/stratum-server/raw-miner.ts";
import { StratumServer } from "../pools/stratum-server/server.ts";
import { DEFAULT_MINER_LIMITS, type JudgedShare } from "../pools/stratum-server/session-state.ts";
import type { Untimed } from "./loop.ts";
import { MinerTap } from "./miner-tap.ts";
import { StratumLane } from "./stratum-lane.ts";
import { type StratumShape, stratumClients } from "./stratum-side.ts";

const SHAPE: StratumShape = {
  user: "rig",
  password: "x",
  algorithm: "sha256d",
  agent: "zerorig/test",
  suggestDifficulty: null,
  rollsVersion: false,
  ca: null,
  isShared: true,
};
/** Every hash is a share. */
const EASY = 1e-10;
/** The network's own target in these tests. */
const ZERO = "00".repeat(32);

/** A rig's connections, miners behind it, and whoever it is said to mine at. */
class Bench {
  node: PoolNode | null = null;
  readonly posted: Untimed[] = [];
  readonly notes: string[] = [];
  readonly lane: StratumLane;
  readonly server: StratumServer;
  readonly miners: RawMiner[] = [];
  port = 0;

  constructor(shape: Partial<StratumShape> = {}) {
    const bench = this;
    const tap = new MinerTap("sha256d");
    const parts = {
      nodes: {
        get node() {
          return bench.node;
        },
        good: () => {},
        bad: () => {},
      },
      otherNodes: [],
      allNodes: () => [],
      post: (event: Untimed) => void bench.posted.push(event),
      note: (ev: string, { why }: Readonly<Record<string, string>>) =>
        bench.notes.push(`${ev} ${why}`),
    };
    this.lane = new StratumLane({
      ...parts,
      post: tap.post(parts.post),
      algorithm: "sha256d",
      open: tap.open(stratumClients({ ...SHAPE, ...shape })),
      otherOpens: [],
      random: () => 0.5,
      onClose: () => {},
    });
    tap.attach(this.lane, parts);
    this.server = new StratumServer({
      ...{ host: "127.0.0.1", port: 0, source: tap },
      rules: {
        startDifficulty: 1,
        minDifficulty: 1e-12,
        shareEveryMs: null,
        limits: DEFAULT_MINER_LIMITS,
      },
      ...{ maxMiners: 10, maxPerAddress: 10, banMs: 1000 },
    });
  }

  async serve(): Promise<void> {
    this.port = (await this.server.listen()).port;
  }

  /** Serves, and waits for work. */
  async work(): Promise<void> {
    await this.serve();
    await until("there is work", () => this.server.hasWork);
  }

  join(): RawMiner {
    const miner = new RawMiner(this.port);
    this.miners.push(miner);
    return miner;
  }

  async close(): Promise<void> {
    for (const miner of this.miners) miner.close();
    await this.server.close();
    this.lane.close();
  }
}

/** The parameters of a share of a job. */
function share(job: Heard, nonce: string, own = "0001"): unknown[] {
  return ["me", job.params?.[0], own, job.params?.[7], nonce];
}

describe("miners behind a rig", () => {
  const pools: StratumPracticePool[] = [];
  const shares: JudgedShare[] = [];
  let bench: Bench;

  async function open(name: string, difficulty = EASY) {
    const pool = new StratumPracticePool({
      ...{ algorithm: "sha256d", difficulty, name, jobEveryMs: 60_000 },
      onShare: (each) => shares.push(each),
    });
    pools.push(pool);
    const { host, port } = await pool.listen();
    return { pool, node: { host, port, name: "" } };
  }

  beforeEach(async () => {
    shares.splice(0);
    bench = new Bench();
  });
  afterEach(async () => {
    await bench.close();
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
  });

  it("mine at its pool over its own connection, each in a space of its own", async () => {
    const { pool, node } = await open("a");
    bench.node = node;
    await bench.work();
    const [one, other] = [bench.join(), bench.join()];
    const begun = [await one.begin("me"), await other.begin("me")];
    expect(begun.map(({ size }) => size)).toEqual([2, 2]);
    const jobs = [await one.notified("mining.notify"), await other.notified("mining.notify")];
    // The same words of both, but for who they are.
    expect(jobs[0]?.params?.slice(1)).toEqual(jobs[1]?.params?.slice(1));
    for (const [index, miner] of [one, other].entries()) {
      const answer = await miner.ask("mining.submit", share(jobs[index] as Heard, "00000007"));
      expect(answer).toMatchObject({ result: true });
    }
    // A Zero of the rig's, at the same time and with the same numbers.
    bench.lane.connect("p1");
    bench.lane.requestJob("p1", { iot: "", rateHs: 1000 });
    const job = await until("a job", () => bench.posted.find(({ type }) => type === "pool-job"));
    expect(job).toMatchObject({ seat: "p1" });
    expect(pool.stats()).toMatchObject({ connections: 1, shares: { accepted: 2, duplicate: 0 } });
    expect(shares.map(({ user }) => user)).toEqual(["rig", "rig"]);
    // What is said to the miners' seat is nobody else's business.
    expect(bench.posted.every((event) => !("seat" in event) || event.seat === "p1")).toBe(true);
  });

  it("hand on what the pool wants, and have the rest counted here", async () => {
    // A share in 4.3 hashes at the pool, every hash here.
    const { pool, node } = await open("a", 1e-9);
    bench.node = node;
    await bench.work();
    const miner = bench.join();
    await miner.begin("me", "d=1e-12");
    const job = await miner.notified("mining.notify");
    const answers: Heard[] = [];
    for (let nonce = 0; nonce < 40; nonce++) {
      const params = share(job, nonce.toString(16).padStart(8, "0"));
      answers.push(await miner.ask("mining.submit", params));
    }
    expect(answers.every(({ result }) => result === true)).toBe(true);
    const { accepted, ...refused } = pool.stats().shares;
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(40);
    expect(refused).toEqual({ stale: 0, duplicate: 0, "low difficulty": 0, invalid: 0 });
    expect(bench.server.ledger.counts.accepted).toBe(40);
  });

  it("roll the version where the pool lets the rig", async () => {
    const { pool, node } = await open("a");
    await bench.close();
    bench = new Bench({ rollsVersion: true });
    bench.node = node;
    await bench.work();
    const miner = bench.join();
    const wants = { "version-rolling.mask": "ffffffff" };
    await miner.ask("mining.configure", [["version-rolling"], wants]);
    await miner.begin("me");
    // The pool's first work came before it agreed on a mask with the rig.
    let mask: unknown = null;
    void miner.notified("mining.set_version_mask").then(({ params }) => (mask = params?.[0]));
    await until("the mask is told", () => {
      if (mask === null) pool.sendWork(true);
      return mask !== null;
    });
    expect(mask).toBe("1fffe000");
    let job: Heard;
    let answer: Heard;
    do {
      job = await miner.notified("mining.notify");
      answer = await miner.ask("mining.submit", [...share(job, "00000001"), "0abcc000"]);
    } while (answer.result !== true);
    const plain = await miner.ask("mining.submit", share(job, "00000001"));
    expect(plain).toMatchObject({ result: true });
    expect(pool.stats().shares).toMatchObject({ accepted: 2, duplicate: 0, invalid: 0 });
  });

  it("are told the pool's refusals in its own words", async () => {
    const pool = new ScriptedPool();
    const port = await pool.listen();
    bench.node = { host: "127.0.0.1", port, name: "" };
    await bench.serve();
    const first = await pool.hears();
    pool.says({ id: first.id, result: [[], "aabb", 8], error: null });
    const second = await pool.hears();
    pool.says({ id: second.id, result: true, error: null });
    const notify = ["j1", ZERO, "01", "02", [], "20000000", "1d00ffff", "504e86b9", true];
    pool.says({ id: null, method: "mining.set_difficulty", params: [EASY] });
    pool.says({ id: null, method: "mining.notify", params: notify });
    await until("there is work", () => bench.server.hasWork);
    const miner = bench.join();
    const { extranonce1, size } = await miner.begin("me");
    expect(size).toBe(4);
    const job = await miner.notified("mining.notify");
    // The pool's own extranonce1, and two zeros, are part of what comes before.
    expect(job.params?.[2]).toBe("01aabb0000");
    const verdicts: [object, object][] = [
      [{ result: null, error: [21, "Job not found", null] }, { error: [21, "stale", null] }],
      [{ result: null, error: [20, "Banned", null] }, { error: [20, "refused: Banned", null] }],
      [{ result: true, error: null }, { result: true }],
    ];
    for (const [index, [says, means]] of verdicts.entries()) {
      const asked = miner.ask("mining.submit", share(job, `0000000${index}`, "00000001"));
      let submit = await pool.hears();
      while (submit.method !== "mining.submit") submit = await pool.hears();
      expect(submit.params).toEqual([
        "rig",
        "j1",
        `0000${extranonce1}00000001`,
        "504e86b9",
        `0000000${index}`,
      ]);
      pool.says({ id: submit.id, ...says });
      expect(await asked).toMatchObject(means);
    }
    // One whose verdict never comes is lost with the connection, and nobody says that it was taken.
    const lost = miner.ask("mining.submit", share(job, "00000009", "00000001"));
    while ((await pool.hears()).method !== "mining.submit");
    await pool.close();
    expect(await lost).toMatchObject({ error: [20, expect.stringContaining("lost"), null] });
    expect(bench.server.hasWork).toBe(false);
  });

  it("go where the rig goes, and no share to the other pool", async () => {
    const [a, b] = [await open("a"), await open("b")];
    bench.node = a.node;
    await bench.work();
    const miner = bench.join();
    await miner.begin("me");
    const ofA = await miner.notified("mining.notify");
    bench.node = b.node;
    const ofB = await miner.notified("mining.notify");
    expect(ofB.params?.at(-1)).toBe(true);
    expect(await miner.ask("mining.submit", share(ofA, "00000001"))).toMatchObject({
      error: expect.arrayContaining([21]),
    });
    expect(await miner.ask("mining.submit", share(ofB, "00000001"))).toMatchObject({
      result: true,
    });
    expect(shares.map(({ jobId, verdict }) => `${jobId[0]} ${verdict}`)).toEqual(["b accepted"]);
    // Its connection to the first is closed, for no Zero needs it.
    await until("the first is left", () => a.pool.stats().connections === 0);
    // A pool that a Zero is at already has work for them at once.
    bench.lane.connect("p1");
    bench.node = a.node;
    await miner.notified("mining.notify");
    bench.node = b.node;
    expect((await miner.notified("mining.notify")).params?.at(-1)).toBe(true);
  });

  it("come back to a pool that hung up", { timeout: 30_000 }, async () => {
    const { pool, node } = await open("a");
    bench.node = node;
    await bench.work();
    const miner = bench.join();
    await miner.begin("me");
    await miner.notified("mining.notify");
    await pool.close();
    await until("there is no work", () => !bench.server.hasWork);
    const again = new StratumPracticePool({
      ...{ algorithm: "sha256d", difficulty: EASY, name: "c", jobEveryMs: 60_000, port: node.port },
    });
    pools.push(again);
    await again.listen();
    const job = await miner.notified("mining.notify");
    expect(await miner.ask("mining.submit", share(job, "00000001"))).toMatchObject({
      result: true,
    });
    expect(again.stats().shares.accepted).toBe(1);
  });

  it("have no room at a pool with a short extranonce2, and that is said once", async () => {
    const pool = new ScriptedPool();
    const port = await pool.listen();
    bench.node = { host: "127.0.0.1", port, name: "" };
    await bench.serve();
    const first = await pool.hears();
    pool.says({ id: first.id, result: [[], "aabb", 3], error: null });
    const second = await pool.hears();
    pool.says({ id: second.id, result: true, error: null });
    const notify = ["j1", ZERO, "01", "02", [], "20000000", "1d00ffff", "504e86b9", true];
    for (let n = 0; n < 3; n++) pool.says({ id: null, method: "mining.notify", params: notify });
    await until("it is said", () => bench.notes.length > 0);
    bench.lane.connect("p1");
    bench.lane.requestJob("p1", { iot: "", rateHs: 1000 });
    await until("the Zeros work", () => bench.posted.some(({ type }) => type === "pool-job"));
    expect(bench.notes).toEqual([
      "miners.no-room it leaves 3 bytes of extranonce2, and miners need 4",
    ]);
    expect(bench.server.hasWork).toBe(false);
    await pool.close();
  });
});

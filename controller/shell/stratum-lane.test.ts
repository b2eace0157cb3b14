import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { solves } from "../../zero-agent/kernels/reference.ts";
import type { EventOf } from "../core/event.ts";
import type { Share } from "../core/seat.ts";
import type { PoolNode } from "../pools/node.ts";
import { StratumPracticePool } from "../pools/practice-stratum/practice-pool.ts";
import { ScriptedPool } from "../pools/stratum/scripted-pool.ts";
import type { Untimed } from "./loop.ts";
import type { NodeSource } from "./seat-lane.ts";
import { StratumLane, sendsWork } from "./stratum-lane.ts";
import { type StratumShape, stratumClients } from "./stratum-side.ts";

const SHAPE: StratumShape = {
  user: "me",
  password: "x",
  algorithm: "sha256d",
  agent: "zerorig/test",
  suggestDifficulty: null,
  rollsVersion: false,
  ca: null,
};
/** Every hash is a share. */
const EASY = 1e-10;

class Bench {
  node: PoolNode | null = null;
  /** Of the goals beside the first. */
  otherNodes: (PoolNode | null)[] = [];
  readonly fared: string[] = [];
  readonly notes: string[] = [];
  readonly #events: Untimed[] = [];
  #waiting: (() => void) | null = null;
  readonly lane: StratumLane;

  /** `others`: the users of the goals beside the first. */
  constructor(shape: Partial<StratumShape> = {}, others: readonly string[] = []) {
    this.lane = new StratumLane({
      algorithm: "sha256d",
      open: stratumClients({ ...SHAPE, ...shape }),
      otherOpens: others.map((user) => stratumClients({ ...SHAPE, ...shape, user })),
      nodes: this.#source(() => this.node),
      otherNodes: others.map((_, index) => this.#source(() => this.otherNodes[index] ?? null)),
      post: (event) => {
        this.#events.push(event);
        this.#waiting?.();
      },
      note: (_, { text }) => this.notes.push(text ?? ""),
      random: () => 1,
      onClose: () => {},
      allNodes: () => [],
    });
  }

  #source(node: () => PoolNode | null): NodeSource {
    return {
      get node() {
        return node();
      },
      good: ({ port }) => this.fared.push(`good ${port}`),
      bad: ({ port }, code, _, isFinal) => this.fared.push(`bad ${port} ${code} ${isFinal}`),
    };
  }

  /** The next event of this kind; what comes before it is passed over. */
  async next<T extends Untimed["type"]>(type: T): Promise<Omit<EventOf<T>, "now">> {
    for (;;) {
      const event = this.#events.shift();
      if (event?.type === type) return event as unknown as Omit<EventOf<T>, "now">;
      if (event !== undefined) continue;
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  async job(seat: string): Promise<Share> {
    this.lane.requestJob(seat, { iot: "", rateHs: 1000 });
    const { algorithm, prefix, target, poolTarget, difficulty, ref } = await this.next("pool-job");
    const puzzle = { algorithm, prefix, target, poolTarget, difficulty, ref, node: "" };
    const job = { algorithm: "sha256d", header: prefix, target } as const;
    let nonce = 0;
    while (!solves(job, nonce)) nonce++;
    const share = { id: 1, seat, jobId: "j", worker: seat, nonce, hashrateHs: 1 };
    return { ...(puzzle as Share), ...share };
  }
}

describe("the lane", () => {
  const pools: StratumPracticePool[] = [];
  const users: string[] = [];
  let bench: Bench;

  async function open(name: string): Promise<{ pool: StratumPracticePool; node: PoolNode }> {
    const onShare = ({ user }: { readonly user: string }) => users.push(user);
    const options = { algorithm: "sha256d", difficulty: EASY, name, onShare } as const;
    const pool = new StratumPracticePool({ ...options, jobEveryMs: 60_000 });
    pools.push(pool);
    const { host, port } = await pool.listen();
    return { pool, node: { host, port, name: "" } };
  }
  beforeEach(() => {
    bench = new Bench();
    users.length = 0;
  });
  afterEach(async () => {
    bench.lane.close();
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
  });

  it("serves all seats over one connection, each with a space of its own", async () => {
    const { pool, node } = await open("a");
    bench.node = node;
    for (const seat of ["p1", "p2"]) bench.lane.connect(seat);
    expect([await bench.next("pool-up"), await bench.next("pool-up")]).toMatchObject([
      { seat: "p1" },
      { seat: "p2" },
    ]);
    const shares = [await bench.job("p1"), await bench.job("p2")];
    expect(new Set(shares.map(({ prefix }) => prefix)).size).toBe(2);
    for (const share of shares) {
      bench.lane.submit(share);
      const { seat } = share;
      expect(await bench.next("pool-verdict")).toMatchObject({
        seat,
        verdict: "accepted",
        block: false,
      });
    }
    expect(pool.stats()).toMatchObject({ connections: 1, shares: { accepted: 2 } });
    bench.lane.connect("p3");
    expect(await bench.next("pool-up")).toMatchObject({ seat: "p3" });
    expect(bench.fared).toEqual([`good ${node.port}`]);
  });

  it("voids what all seats have when the pool has a new block, and hands none of it in", async () => {
    const { pool, node } = await open("a");
    bench.node = node;
    bench.lane.connect("p1");
    const share = await bench.job("p1");
    pool.sendWork(true);
    expect(await bench.next("pool-void")).toEqual({ type: "pool-void", seat: "p1" });
    bench.lane.submit(share);
    expect(await bench.next("pool-verdict")).toMatchObject({
      verdict: "rejected",
      reason: "stale: not sent",
    });
    expect(pool.stats().shares).toMatchObject({ accepted: 0, stale: 0 });
  });

  it("keeps a seat at its pool until it leaves, while others are at the next", async () => {
    const [a, b] = [await open("a"), await open("b")];
    bench.node = a.node;
    bench.lane.connect("p1");
    const share = await bench.job("p1");
    bench.node = b.node;
    bench.lane.connect("p2");
    const other = await bench.job("p2");
    bench.lane.submit(share);
    await bench.next("pool-verdict");
    bench.lane.submit(other);
    await bench.next("pool-verdict");
    expect([a, b].map(({ pool }) => pool.stats().shares.accepted)).toEqual([1, 1]);
    // A share of one's work at the other is not sent.
    const stray = await bench.job("p1");
    bench.lane.drop("p1", "test");
    expect(await bench.next("pool-down")).toMatchObject({
      seat: "p1",
      code: "stopped",
      detail: "closed by zerorig: test",
    });
    bench.lane.connect("p1");
    await bench.next("pool-up");
    bench.lane.submit(stray);
    expect(await bench.next("pool-verdict")).toMatchObject({ reason: "stale: not sent" });
    expect([a, b].map(({ pool }) => pool.stats().shares.accepted)).toEqual([1, 1]);
  });

  it("tells every seat of the end, once, and whose fault it was", async () => {
    const { pool, node } = await open("a");
    bench.node = node;
    for (const seat of ["p1", "p2"]) bench.lane.connect(seat);
    await bench.next("pool-up");
    await pool.close();
    const ends = [await bench.next("pool-down"), await bench.next("pool-down")];
    expect(ends).toMatchObject([
      { seat: "p1", code: "closed", stretch: 1.2 },
      { seat: "p2", code: "closed" },
    ]);
    expect(bench.fared).toContain(`bad ${node.port} closed false`);
    bench.lane.drop("p1", "test");
    bench.lane.connect("p1");
    expect(await bench.next("pool-down")).toMatchObject({ code: "refused" });
  });

  it("has a connection for each goal, as the user of each, kept while nobody is there", async () => {
    const [a, b] = [await open("a"), await open("b")];
    bench = new Bench({}, ["them"]);
    bench.node = a.node;
    bench.otherNodes = [b.node];
    bench.lane.connect("p1");
    bench.lane.submit(await bench.job("p1"));
    await bench.next("pool-verdict");
    bench.lane.drop("p1", "test");
    await bench.next("pool-down");
    bench.lane.connect("p1", 1);
    await bench.next("pool-up");
    const share = await bench.job("p1");
    bench.lane.submit(share);
    expect(await bench.next("pool-verdict")).toMatchObject({ verdict: "accepted" });
    expect([a, b].map(({ pool }) => pool.stats().shares.accepted)).toEqual([1, 1]);
    expect([a, b].map(({ pool }) => pool.stats().connections)).toEqual([1, 1]);
    expect(users).toEqual(["me", "them"]);
    // One whose pool was left meanwhile is closed with the last that leaves it.
    bench.otherNodes = [null];
    bench.lane.drop("p1", "test");
    await bench.next("pool-down");
    await expect.poll(() => b.pool.stats().connections).toBe(0);
    expect(a.pool.stats().connections).toBe(1);
  });

  it("closes a goal's connection that nobody is at, once the goal has another pool", async () => {
    const [a, b, c] = [await open("a"), await open("b"), await open("c")];
    bench = new Bench({}, ["them"]);
    bench.node = a.node;
    bench.otherNodes = [b.node];
    bench.lane.connect("p1", 1);
    await bench.next("pool-up");
    bench.lane.connect("p1");
    await bench.next("pool-up");
    bench.otherNodes = [c.node];
    bench.lane.connect("p1", 1);
    await bench.next("pool-up");
    await expect.poll(() => b.pool.stats().connections).toBe(0);
    // That of another goal stays.
    expect([a, c].map(({ pool }) => pool.stats().connections)).toEqual([1, 1]);
  });

  it("knows no pool, and says so", async () => {
    bench.lane.connect("p1");
    expect(await bench.next("pool-down")).toMatchObject({ seat: "p1", code: "unreachable" });
  });

  it("tells that a pool sends work only where it does", async () => {
    const { pool, node } = await open("a");
    expect(await sendsWork(stratumClients(SHAPE), node)).toBe(true);
    await pool.close();
    expect(await sendsWork(stratumClients(SHAPE), node)).toBe(false);
  });
});

describe("with a pool that says what it wants", () => {
  it("follows it to its other door, and gives up on one that is silent", async () => {
    const [first, second] = [new ScriptedPool(), new ScriptedPool()];
    const [port, other] = [await first.listen(), await second.listen()];
    const bench = new Bench({ limits: { answerMs: 200 } });
    bench.node = { host: "127.0.0.1", port, name: "" };
    bench.lane.connect("p1");
    await first.hears();
    first.says({ id: null, method: "client.show_message", params: ["we move"] });
    first.says({ id: null, method: "client.reconnect", params: ["127.0.0.1", other, 3] });
    expect(await bench.next("pool-down")).toMatchObject({ code: "closed", retryMs: 3000 });
    expect(bench.notes).toEqual(["we move"]);
    expect(bench.fared).toEqual([]);
    bench.lane.connect("p1");
    await second.hears();
    expect(await bench.next("pool-down")).toMatchObject({ code: "timeout" });
    expect(bench.fared).toEqual([`bad ${port} timeout true`]);
    // Nobody knew us there: back to its own address.
    bench.lane.connect("p1");
    await first.hears();
    bench.lane.close();
    await Promise.all([first.close(), second.close()]);
  });
});

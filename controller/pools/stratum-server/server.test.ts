import { describe, expect, it, onTestFinished } from "vitest";
import { PracticeSource } from "./practice-source.ts";
import { RawMiner } from "./raw-miner.ts";
import { StratumServer, type StratumServerOptions } from "./server.ts";
import { DEFAULT_MINER_LIMITS, type JudgedShare } from "./session-state.ts";
import type { FoundShare, ServedWork, WorkListener, WorkSource } from "./work.ts";

/** A source whose work and verdicts come when the test says so. */
class HandSource implements WorkSource {
  readonly algorithm = "sha256d";
  listener: WorkListener | null = null;
  readonly found: { share: FoundShare; done: Parameters<WorkSource["submit"]>[1] }[] = [];
  isClosed = false;

  start(listener: WorkListener): void {
    this.listener = listener;
  }
  submit(share: FoundShare, done: Parameters<WorkSource["submit"]>[1]): void {
    this.found.push({ share, done });
  }
  close(): void {
    this.isClosed = true;
  }
}

function workOf(jobId: string, difficulty = 1e-10): ServedWork {
  return {
    notice: {
      jobId,
      prevHash: "00".repeat(32),
      coinb1: "01000000",
      coinb2: `${"00".repeat(4)}${Buffer.from(jobId).toString("hex")}`,
      branch: [],
      version: "20000000",
      bits: "1d00ffff",
      time: "504e86b9",
      clean: true,
    },
    extranonce2Bytes: 2,
    mask: 0,
    wanted: { difficulty, target: 2n ** 256n - 1n },
  };
}

async function open(options: Partial<StratumServerOptions> = {}) {
  const source = new HandSource();
  const shares: JudgedShare[] = [];
  const notes: string[] = [];
  const wanted: string[] = [];
  const server = new StratumServer({
    host: "127.0.0.1",
    port: 0,
    source,
    rules: {
      startDifficulty: 1,
      minDifficulty: 1e-12,
      shareEveryMs: null,
      limits: DEFAULT_MINER_LIMITS,
    },
    maxMiners: 10,
    maxPerAddress: 10,
    banMs: 60_000,
    onShare: (share) => shares.push(share),
    onWanted: (_, verdict, reason) => wanted.push(`${verdict} ${reason ?? ""}`),
    note: (ev, { why }) => notes.push(`${ev}: ${why}`),
    ...options,
  });
  const { port } = await server.listen();
  const miners: RawMiner[] = [];
  onTestFinished(async () => {
    for (const miner of miners) miner.close();
    await server.close();
  });
  const join = () => {
    const miner = new RawMiner(port);
    miners.push(miner);
    return miner;
  };
  return { source, server, shares, notes, wanted, join };
}

/** The parameters of a share of the work that it was sent. */
function share(job: readonly unknown[] | undefined, nonce: string): unknown[] {
  return ["me", job?.[0], "0001", job?.[7], nonce];
}

describe("the server", () => {
  it("gives each miner an extranonce1 of its own, and none that is nobody's", async () => {
    const { join, server, source } = await open();
    source.listener?.work(workOf("a"), true);
    const miners = [join(), join(), join()];
    const begun = await Promise.all(miners.map((miner, n) => miner.begin(`w${n}`)));
    expect(new Set(begun.map(({ extranonce1 }) => extranonce1)).size).toBe(3);
    for (const { extranonce1, size } of begun) {
      expect(extranonce1).toMatch(/^[0-9a-f]{4}$/);
      expect(extranonce1).not.toBe("0000");
      expect(size).toBe(2);
    }
    expect(server.miners()).toMatchObject([
      { workers: ["w0"], agent: "raw/1", address: "127.0.0.1", difficulty: 1e-10 },
      { workers: ["w1"] },
      { workers: ["w2"] },
    ]);
    expect(server.connections).toBe(3);
  });

  it("knows where a worker's difficulty is while it is here: who is killed is told of no leave", async () => {
    const rules = { startDifficulty: 1e-10, minDifficulty: 1e-12, limits: DEFAULT_MINER_LIMITS };
    const { join, server, source } = await open({ rules: { ...rules, shareEveryMs: 3_600_000 } });
    source.listener?.work({ ...workOf("a"), wanted: null }, true);
    const miner = join();
    await miner.begin("me");
    const { params: job } = await miner.notified("mining.notify");
    expect(server.ledger.difficultyOf("me")).toBe(1e-10);
    // As many as tell that it finds far too many.
    for (let nonce = 1; nonce <= 12; nonce++) {
      await miner.ask("mining.submit", share(job, nonce.toString(16).padStart(8, "0")));
    }
    await miner.notified("mining.notify");
    expect(server.ledger.difficultyOf("me")).toBe(6.4e-9);
    const [row] = server.ledger.changes(performance.now(), 0)?.rows ?? [];
    expect(row).toMatchObject({ worker: "me", difficulty: 6.4e-9 });
  });

  it("hands on what the source wants, once, and the verdict goes back", async () => {
    const { join, source, shares, wanted } = await open();
    source.listener?.work(workOf("a"), true);
    const miner = join();
    const { extranonce1 } = await miner.begin("me");
    const { params } = await miner.notified("mining.notify");
    const first = miner.tell("mining.submit", share(params, "00000001"));
    const second = miner.tell("mining.submit", share(params, "00000002"));
    const again = miner.tell("mining.submit", share(params, "00000001"));
    expect(await miner.next(({ id }) => id === again)).toMatchObject({
      error: expect.arrayContaining([22]),
    });
    expect(source.found.map((each) => each.share)).toMatchObject([
      { user: "me", extranonce: `${extranonce1}0001`, nonce: 1 },
      { nonce: 2 },
    ]);
    source.found[0]?.done("accepted");
    source.found[1]?.done("refused", "because");
    expect(await miner.next(({ id }) => id === first)).toMatchObject({ result: true });
    expect(await miner.next(({ id }) => id === second)).toMatchObject({
      error: [20, "refused: because", null],
    });
    expect(shares.map(({ verdict, jobId }) => `${verdict} ${jobId}`)).toEqual([
      "duplicate a",
      "accepted a",
      "refused a",
    ]);
    expect(wanted).toEqual(["accepted ", "refused because"]);
    // Of one that has gone meanwhile it is counted still.
    miner.tell("mining.submit", share(params, "00000003"));
    await miner.ask("mining.ping", []);
    miner.close();
    await miner.closed();
    source.found[2]?.done("accepted");
    expect(shares).toHaveLength(4);
  });

  it("takes no share of work that is gone", async () => {
    const { join, source, server } = await open();
    source.listener?.work(workOf("a"), true);
    const miner = join();
    await miner.begin("me");
    const { params } = await miner.notified("mining.notify");
    expect(server.hasWork).toBe(true);
    source.listener?.gone();
    expect(server.hasWork).toBe(false);
    const refused = { error: expect.arrayContaining([21]) };
    expect(await miner.ask("mining.submit", share(params, "00000001"))).toMatchObject(refused);
    // What comes then is clean, whatever it says: all before it is void.
    source.listener?.work(workOf("b"), false);
    const next = await miner.notified("mining.notify");
    expect(next.params?.at(-1)).toBe(true);
    expect(source.found).toEqual([]);
  });

  it("hears who came before there was work when it comes, and tells the right size", async () => {
    const { join, source, server } = await open();
    const early = join();
    const begun = early.begin("early");
    while (server.connections === 0) await new Promise((resolve) => setImmediate(resolve));
    source.listener?.work(workOf("a"), true);
    expect(await begun).toMatchObject({ size: 2 });
    expect((await early.notified("mining.notify")).params?.[8]).toBe(true);
  });

  it("turns away who is one too many, and bans an address that offends", async () => {
    const { join, source, notes, server } = await open({ maxPerAddress: 2 });
    source.listener?.work(workOf("a"), true);
    const [good, bad, third] = [join(), join(), join()];
    await good.begin("good");
    await bad.begin("bad");
    await third.closed();
    for (let n = 0; n < 12; n++) bad.socket.write("nonsense\n");
    await Promise.all([bad.closed(), good.closed()]);
    expect(notes).toContain("miner.banned: for 60 s");
    expect(server.bannedAddresses).toBe(1);
    const back = join();
    await back.closed();
    await expect(back.ask("mining.ping", [])).rejects.toThrow("hung up");
  });

  it("hangs up on a flood, and on who does not read", async () => {
    const { join, source, notes } = await open();
    source.listener?.work(workOf("a"), true);
    const flood = join();
    flood.socket.write("x".repeat(10_000));
    await flood.closed();
    expect(notes).toContain("miner.dropped: a flood without a line end");
    const slow = join();
    await slow.begin("slow");
    slow.socket.pause();
    const big = workOf("b");
    const coinb2 = "00".repeat(30_000);
    for (let n = 0; n < 2000 && !notes.some((note) => note.includes("slowly")); n++) {
      source.listener?.work({ ...big, notice: { ...big.notice, coinb2 } }, true);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(notes).toContain("miner.dropped: it reads too slowly");
  });

  it("ends with its source, and its port cannot be had twice", async () => {
    const { server, source, join } = await open();
    await expect(async () => server.listen()).rejects.toThrow("listens already");
    source.listener?.work(workOf("a"), true);
    const miner = join();
    await miner.begin("me");
    await Promise.all([server.close(), miner.closed()]);
    expect(source.isClosed).toBe(true);
    await server.close();
    const bad = new StratumServer({
      ...{ host: "192.0.2.1", port: 0, maxMiners: 1, maxPerAddress: 1, banMs: 1 },
      source: new PracticeSource({
        algorithm: "scrypt",
        name: "a",
        everyMs: 1000,
        jobsPerBlock: 1,
      }),
      rules: {
        startDifficulty: 1,
        minDifficulty: 1,
        shareEveryMs: null,
        limits: DEFAULT_MINER_LIMITS,
      },
    });
    await expect(bad.listen()).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
  });
});

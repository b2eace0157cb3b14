// Ordinary miners: a second rig of real processes behind a first one, at a real pool; and a raw client that behaves badly at the program's
// own server.

import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../controller/cli/demo/free-port.ts";
import { StratumPracticePool } from "../../controller/pools/practice-stratum/practice-pool.ts";
import { RawMiner } from "../../controller/pools/stratum-server/raw-miner.ts";
import type { MinersReport } from "../../controller/pools/stratum-server/report.ts";
import type { JudgedShare } from "../../controller/pools/stratum-server/session-state.ts";
import { STATS_FILE } from "../../controller/stats/schema.ts";
import { run, start, until, ZERORIG } from "./programs.ts";
import { Rig, tempDir } from "./rig.ts";

beforeEach(() => {
  process.env["ZERO_AGENT_ALGORITHMS"] = "duco-s1,sha256d";
});
afterEach(() => {
  delete process.env["ZERO_AGENT_ALGORITHMS"];
});

/** Of the pool: some 3400 hashes. Behind the first rig a share takes 860, so that one in four is the pool's. */
const [POOL_DIFFICULTY, MINER_DIFFICULTY] = [8e-7, 2e-7];
/** With ten times that a miner soon finds so few that chance decides when the pool has taken enough. */
const SHARE_INTERVAL_MS = 1000;

function minesAt(port: number, more = ""): (toml: string) => string {
  const nodes = `nodes = [ "stratum+tcp://127.0.0.1:${port}" ]\nalgorithm = "sha256d"`;
  return (toml) => `${toml.replace(/nodes = \[.*\]/, nodes)}\n${more}`;
}

async function minersOf(rig: Rig): Promise<MinersReport> {
  const { stdout } = await run(ZERORIG, ["miners", "--json", "--socket", rig.paths.controlSocket]);
  return JSON.parse(stdout);
}

it("a second rig mines behind the first, at the first one's pool, and all counts agree", {
  timeout: 180_000,
}, async () => {
  const shares: JudgedShare[] = [];
  const pool = new StratumPracticePool({
    ...{ algorithm: "sha256d", difficulty: POOL_DIFFICULTY, jobEveryMs: 2000 },
    onShare: (share) => shares.push(share),
  });
  const { port } = await pool.listen();
  onTestFinished(() => pool.close());
  const [minersPort, httpPort] = [await freePort(), await freePort()];
  const served = `[miners]\nlisten = "127.0.0.1"\nport = ${minersPort}\nstart_difficulty = ${MINER_DIFFICULTY}\nshare_interval_ms = ${SHARE_INTERVAL_MS}`;
  const http = `[http]\nlisten = "127.0.0.1"\nport = ${httpPort}`;
  const first = await Rig.start({ zeros: 1, edit: minesAt(port, `${served}\n${http}`) });
  await until("there is work for miners", async () => (await minersOf(first)).has_work);
  const second = await Rig.start({ zeros: 1, edit: minesAt(minersPort) });
  await second.mining();
  await first.mining();
  await until("the pool took some of each", async () => {
    const { forwarded, accepted } = await minersOf(first);
    return forwarded.accepted >= 3 && accepted >= 12;
  });
  const url = `http://127.0.0.1:${httpPort}`;
  const [worker] = ((await (await fetch(`${url}/api/v1/miners`)).json()) as MinersReport).workers;
  expect(worker).toMatchObject({ worker: "e2e", connections: 1, address: "127.0.0.1" });
  expect(worker?.agent).toContain("zerorig/");
  expect(worker?.hashrate_hs).toBeGreaterThan(0);
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
    /zerorig_miner_shares_total\{worker="e2e",verdict="accepted"\} [1-9]/,
  );
  const { stdout } = await run(ZERORIG, ["status", "--socket", first.paths.controlSocket]);
  expect(stdout).toMatch(
    /^miners at 127\.0\.0\.1:\d+: 1 connected, .*accepted \d+, rejected \d+$/m,
  );

  // From the outside in; what was begun before still comes.
  await second.ask({ verb: "quiesce", timeoutMs: 10_000 });
  await first.ask({ verb: "quiesce", timeoutMs: 10_000 });
  const look = async () => ({
    behind: (await second.status()).totals,
    own: (await first.status()).totals,
    report: await minersOf(first),
    at: pool.stats().shares,
  });
  const { behind, own, report, at } = await until("the counts agree", async () => {
    const seen = await look();
    const isAgreed =
      seen.report.accepted === seen.behind.accepted &&
      seen.at.accepted === seen.own.accepted + seen.report.forwarded.accepted;
    return isAgreed ? seen : null;
  });
  expect(behind.unknown + own.unknown).toBe(0);
  // What the second found too late it did not send.
  const { stale: stales, ...others } = report.rejected_by;
  expect(others).toEqual({ duplicate: 0, "low difficulty": 0, invalid: 0, refused: 0, lost: 0 });
  expect(stales).toBeLessThanOrEqual(behind.rejected);
  const { accepted: _, stale: __, ...wrong } = at;
  expect(wrong).toEqual({ duplicate: 0, "low difficulty": 0, invalid: 0 });
  expect(pool.stats().connections).toBe(1);
  expect(new Set(shares.map(({ user }) => user))).toEqual(new Set(["e2e"]));
});

/** What the statistics file has of this worker; undefined before it has anything. */
function keptIn(dir: string, worker: string): Readonly<Record<string, number>> | undefined {
  const db = new Database(join(dir, STATS_FILE), { readonly: true });
  try {
    const row = db.prepare("SELECT accepted, duplicate FROM miners WHERE worker = ?").get(worker);
    return row as Readonly<Record<string, number>> | undefined;
  } finally {
    db.close();
  }
}

it("what a worker came to outlives a controller that is killed, and one that is stopped", {
  timeout: 180_000,
}, async () => {
  // Every hash is good enough for that pool.
  const pool = new StratumPracticePool({
    algorithm: "sha256d",
    difficulty: 1e-10,
    jobsPerBlock: 100,
  });
  const { port: poolPort } = await pool.listen();
  onTestFinished(() => pool.close());
  const [port, httpPort] = [await freePort(), await freePort()];
  const served = `[miners]\nlisten = "127.0.0.1"\nport = ${port}\nstart_difficulty = 1e-7`;
  const http = `[http]\nlisten = "127.0.0.1"\nport = ${httpPort}`;
  const rig = await Rig.start({ zeros: 1, edit: minesAt(poolPort, `${served}\n${http}`) });
  await rig.ask({ verb: "cordon", slots: ["p1"], reason: "test", forMs: null });
  let nonce = 0;
  const hands = async (shares: number) => {
    await until("there is work for miners", async () => (await minersOf(rig)).has_work);
    const miner = new RawMiner(port);
    await miner.begin("garage.1");
    const { params: job = [] } = await miner.notified("mining.notify");
    const submit = (n: number) => {
      const share = ["garage.1", job[0], "0000", job[7], n.toString(16).padStart(8, "0")];
      return miner.ask("mining.submit", share);
    };
    for (let n = 0; n < shares; n++) expect((await submit(++nonce)).result).toBe(true);
    expect((await submit(nonce)).error).toContain(22);
    miner.close();
  };

  await hands(3);
  const kept = await until("some of it is kept", () => keptIn(rig.paths.stateDir, "garage.1"));
  await rig.kill();
  await rig.restart();
  const after = await until("miners are served", async () => {
    const report = await minersOf(rig);
    return report.listen === null ? null : report;
  });
  const counted = { accepted: kept["accepted"], rejected: kept["duplicate"] };
  expect(after).toMatchObject({ ...counted, workers: [{ worker: "garage.1", ...counted }] });
  expect(kept["accepted"]).toBeGreaterThan(0);
  expect(after.best_difficulty).toBeGreaterThan(0);
  expect(after.forwarded.accepted).toBeGreaterThan(0);

  await hands(5);
  const before = await minersOf(rig);
  expect(before.accepted).toBe((kept["accepted"] ?? 0) + 5);
  await rig.stop();
  await rig.restart();
  const url = `http://127.0.0.1:${httpPort}`;
  const { accepted, rejected, rejected_by, forwarded, best_difficulty, since } = before;
  await until("miners are served", async () => (await minersOf(rig)).listen);
  expect(await (await fetch(`${url}/api/v1/miners`)).json()).toMatchObject({
    ...{ accepted, rejected, rejected_by, forwarded, best_difficulty, since, connections: 0 },
    workers: [
      { worker: "garage.1", connections: 0, accepted, rejected_by, best_difficulty, since },
    ],
  });
  expect(await (await fetch(`${url}/metrics`)).text()).toContain(
    `zerorig_miner_shares_total{worker="garage.1",verdict="accepted"} ${accepted}\n`,
  );
  const { stdout } = await run(ZERORIG, ["miners", "--socket", rig.paths.controlSocket]);
  expect(stdout).toMatch(new RegExp(`^garage\\.1 .* ${accepted}/${rejected} `, "m"));
});

it("a server without a rig hands on to another pool, and counts as that does", {
  timeout: 60_000,
}, async () => {
  const pool = new StratumPracticePool({
    ...{ algorithm: "sha256d", difficulty: 1e-10, jobEveryMs: 500 },
  });
  const { port: upstream } = await pool.listen();
  onTestFinished(() => pool.close());
  const port = await freePort();
  const words = ["pool", "--stratum", "sha256d", "--port", String(port), "--json"];
  const alone = await run(ZERORIG, [...words, "--upstream", `stratum+tcp://127.0.0.1:${upstream}`]);
  expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining("--user")]);
  const to = ["--upstream", `stratum+tcp://127.0.0.1:${upstream}`, "--user", "all"];
  const keep = ["--state-dir", tempDir()];
  const program = start(ZERORIG, [...words, ...to, ...keep]);
  await until("it is at the pool", () => pool.stats().connections === 1);
  await until("it listens", () => program.out().includes("miners.listening"));
  const miner = new RawMiner(port);
  onTestFinished(() => miner.close());
  await miner.begin("me");
  let accepted = 0;
  while (accepted < 3) {
    const { params: job = [] } = await miner.notified("mining.notify");
    const nonce = String(accepted).padStart(8, "0");
    const answer = await miner.ask("mining.submit", ["me", job[0], "0000", job[7], nonce]);
    if (answer.result === true) accepted++;
  }
  expect(pool.stats().shares).toMatchObject({ accepted: 3, duplicate: 0, invalid: 0 });
  program.kill("SIGTERM");
  await program.ended;
  expect(program.out()).toMatch(/"accepted":3,.*"forwarded_accepted":3,"forwarded_rejected":0/);
  // Where it keeps what they came to it goes on from that.
  expect(program.out()).toContain('"ev":"pool.worker","worker":"me",');
  const again = start(ZERORIG, [...words, ...to, ...keep]);
  const kept = '"accepted":3,"rejected":0,"forwarded_accepted":3,"forwarded_rejected":0,"blocks":';
  await until("it says what it kept", () => again.out().includes(kept));
  // Nobody else has the folder meanwhile.
  const second = await run(ZERORIG, ["pool", "--stratum", "sha256d", "--port", "0", ...keep]);
  expect([second.code, second.stderr]).toEqual([6, expect.stringContaining("has the state")]);
  // What to do is said in its own words: it has no settings.
  const taken = await run(ZERORIG, [...words, ...to]);
  expect([taken.code, taken.stderr]).toEqual([8, expect.stringContaining("--host and --port")]);
  const inTheWay = ["--state-dir", process.execPath];
  const wrong = await run(ZERORIG, ["pool", "--stratum", "sha256d", "--port", "0", ...inTheWay]);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("--state-dir")]);
  again.kill("SIGTERM");
  await again.ended;
});

it("a practice pool that is killed goes on from what it kept, and tells it as text too", {
  timeout: 60_000,
}, async () => {
  const folder = join(tempDir(), "pool");
  const words = ["pool", "--stratum", "sha256d", "--port", "0", "--state-dir", folder];
  const listens = async () => {
    const program = start(ZERORIG, words);
    const port = () => /stratum\+tcp:\/\/127\.0\.0\.1:(\d+)/.exec(program.out())?.[1];
    return { program, port: Number(await until("it listens", port)) };
  };
  const { program, port } = await listens();
  const miner = new RawMiner(port);
  onTestFinished(() => miner.close());
  // So hard that no share is right: wrong ones are kept too.
  const { size } = await miner.begin("shed", "d=1");
  const { params: job = [] } = await miner.notified("mining.notify");
  const share = ["shed", job[0], "00".repeat(size), job[7], "00000001"];
  expect((await miner.ask("mining.submit", share)).error).toContain(23);
  await until("it is kept", () => keptIn(folder, "shed"));
  program.kill("SIGKILL");
  await program.ended;
  const { program: next } = await listens();
  const line = "shed: accepted 0, rejected 1, blocks 0, best difficulty -, since 20";
  await until("it says what it kept", () => next.out().includes(line));
  next.kill("SIGTERM");
  await next.ended;
  const bare = await run(ZERORIG, ["pool", "--state-dir", folder]);
  expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining("needs --stratum")]);
});

interface Line {
  readonly ev?: string;
  readonly verdict?: string;
  readonly why?: string;
  readonly port?: number;
}

it("what a bad miner sends is refused by the standard codes, and its address banned in the end", {
  timeout: 60_000,
}, async () => {
  const words = ["pool", "--stratum", "sha256d", "--port", "0", "--json"];
  const program = start(ZERORIG, words);
  const lines = (): Line[] =>
    program
      .out()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  const { port = 0 } = await until("it listens", () => lines()[0]);
  const join = () => {
    const miner = new RawMiner(port);
    onTestFinished(() => miner.close());
    return miner;
  };
  const miner = join();
  const error = (code: number) => ({ error: expect.arrayContaining([code]) });
  const nobody = ["raw", "1", "00000000", "00000000", "00000000"];
  expect(await miner.ask("mining.submit", nobody)).toMatchObject(error(25));
  const { size } = await miner.begin("raw", "d=1");
  const told = await miner.notified("mining.set_difficulty");
  expect(told.params).toEqual([1]);
  const { params: job = [] } = await miner.notified("mining.notify");
  const share = (nonce: number, jobId = job[0]) => {
    const own = "00".repeat(size);
    return ["raw", jobId, own, job[7], nonce.toString(16).padStart(8, "0")];
  };
  expect(await miner.ask("mining.submit", share(0).with(0, "other"))).toMatchObject(error(24));
  expect(await miner.ask("mining.submit", share(1, "none"))).toMatchObject(error(21));
  expect(await miner.ask("mining.submit", share(1).with(2, "00"))).toMatchObject(error(20));
  expect(await miner.ask("mining.submit", share(1))).toMatchObject(error(23));
  // An easy one, for a share at all; the difficulty that its password fixes is never below that of the server.
  const easy = join();
  const begun = await easy.begin("easy", "d=1e-12");
  expect((await easy.notified("mining.set_difficulty")).params).toEqual([1e-7]);
  expect(begun.extranonce1).not.toBe("0000");
  // Nonsense, until the address is banned, and with it all that are there.
  for (let n = 0; n < 12; n++) miner.socket.write('{"id":1}\n');
  await Promise.all([miner.closed(), easy.closed()]);
  expect(lines().some(({ ev }) => ev === "miner.banned")).toBe(true);
  const back = join();
  await back.closed();
  program.kill("SIGTERM");
  await program.ended;
  expect(program.out()).toContain('"accepted":0,"rejected":3');
});

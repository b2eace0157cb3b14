// A rig that mines with Stratum: real agents, a real pool over TCP, both algorithms; and two pools of which the first falls silent.

import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import {
  type StratumPoolOptions,
  StratumPracticePool,
} from "../../controller/pools/practice-stratum/practice-pool.ts";
import type { JudgedShare } from "../../controller/pools/stratum-server/session-state.ts";
import { sendsWork } from "../../controller/shell/stratum-lane.ts";
import { stratumClients } from "../../controller/shell/stratum-side.ts";
import { run, start, until, ZERORIG } from "./programs.ts";
import { Rig } from "./rig.ts";

beforeEach(() => {
  process.env["ZERO_AGENT_ALGORITHMS"] = "duco-s1,sha256d,scrypt";
});
afterEach(() => {
  delete process.env["ZERO_AGENT_ALGORITHMS"];
});

async function openPool(options: StratumPoolOptions) {
  const shares: JudgedShare[] = [];
  const pool = new StratumPracticePool({ ...options, onShare: (share) => shares.push(share) });
  const { host, port } = await pool.listen();
  onTestFinished(() => pool.close());
  return { pool, shares, address: `${host}:${port}` };
}

function mines(
  algorithm: string,
  addresses: readonly string[],
  more = "",
): (toml: string) => string {
  const nodes = addresses.map((address) => `"stratum+tcp://${address}"`).join(", ");
  return (toml) =>
    `${toml.replace(/nodes = \[.*\]/, `nodes = [ ${nodes} ]\nalgorithm = "${algorithm}"`)}\n${more}`;
}

// A Zero's pace here is a share of what this machine was measured to do, so on a busy one it can be some hundred hashes a second:
// a share is 900 hashes of SHA-256d, or 7 of scrypt.
const EASY = { sha256d: 2e-7, scrypt: 1e-4 } as const;

it.each(["sha256d", "scrypt"] as const)(
  "mines %s: every share that counts is accepted, over one connection",
  {
    timeout: 120_000,
  },
  async (algorithm) => {
    const difficulty = EASY[algorithm];
    const { pool, shares, address } = await openPool({ algorithm, difficulty, jobEveryMs: 2000 });
    const rig = await Rig.start({ zeros: 2, edit: mines(algorithm, [address]) });
    await rig.mining();
    expect(pool.stats().connections).toBe(1);
    await until("enough shares to count", () => pool.stats().shares.accepted >= 16);
    const status = await rig.ask({ verb: "quiesce", timeoutMs: 5000 });
    const { accepted, stale, ...others } = pool.stats().shares;
    expect(others).toEqual({ duplicate: 0, "low difficulty": 0, invalid: 0 });
    expect(status.totals.accepted).toBe(accepted);
    expect(status.totals.unknown).toBe(0);
    expect(shares.every(({ user }) => user === "e2e")).toBe(true);
    expect(rig.doubleShares()).toEqual([]);
    const kept = rig.query<{ algorithm: string }>("SELECT DISTINCT algorithm FROM shares");
    expect(kept).toEqual([{ algorithm }]);
    expect(stale).toBeLessThanOrEqual(accepted / 4);
  },
);

/** How long the silence lasts at least: longer than the shares of the test take, for a measurement by hand. */
const SILENCE_MS = Number(process.env["STRATUM_SILENCE_MS"] ?? 0);

/** When the rig last moved to another pool, by its own log. */
function movedAt(rig: Rig): number {
  const moved = rig.events().findLast(({ ev }) => ev === "pool.node");
  return Date.parse(moved?.time ?? "");
}

it("leaves a pool that is silent though it is connected, and returns when it has been well", {
  timeout: 180_000 + SILENCE_MS,
}, async () => {
  const options = { algorithm: "sha256d", difficulty: EASY.sha256d, jobEveryMs: 500 } as const;
  const [first, second] = [
    await openPool({ ...options, name: "a" }),
    await openPool({ ...options, name: "b" }),
  ];
  const times = "[stratum]\nwork_age_ms = 2500\nreturn_after_ms = 3000";
  const rig = await Rig.start({
    zeros: 2,
    edit: mines("sha256d", [first.address, second.address], times),
  });
  await rig.mining();
  expect((await rig.status()).pool.address).toBe(first.address);
  const silentAt = Date.now();
  first.pool.silence(true);
  await until("the second pool gets shares", () => second.shares.length > 4);
  expect((await rig.status()).pool).toMatchObject({ address: second.address, why: "failed-over" });
  const failoverMs = movedAt(rig) - silentAt;
  const heard = first.shares.length;
  await rig.minesOn();
  await new Promise((resolve) => setTimeout(resolve, silentAt + SILENCE_MS - Date.now()));
  expect(first.shares.length).toBe(heard);
  const spokeAt = Date.now();
  first.pool.silence(false);
  await until("the first pool gets shares again", () => first.shares.length > heard + 4);
  expect((await rig.status()).pool).toMatchObject({ address: first.address, why: "returned" });
  const returnMs = movedAt(rig) - spokeAt;
  await rig.ask({ verb: "quiesce", timeoutMs: 5000 });
  // Each share went to the pool whose job it is of: of another's, its header would not meet the target.
  for (const [{ shares }, name] of [[first, "a"] as const, [second, "b"] as const]) {
    const others = shares.filter(({ verdict }) => verdict !== "stale");
    expect(others.filter((s) => s.verdict !== "accepted" || !s.jobId.startsWith(name))).toEqual([]);
  }
  if (SILENCE_MS > 0) {
    const shares = [first.shares.length, second.shares.length];
    const figures = { silenceMs: spokeAt - silentAt, failoverMs, returnMs, shares };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
  }
});

it("splits its hashing among goals, and tells what each had", { timeout: 120_000 }, async () => {
  const options = { algorithm: "sha256d", difficulty: EASY.sha256d, jobEveryMs: 300 } as const;
  const [mine, theirs] = [
    await openPool({ ...options, name: "a", jobsPerBlock: 1 }),
    await openPool({ ...options, name: "b", jobsPerBlock: 1 }),
  ];
  const split = `[[stratum.split]]
name = "gift"
percent = 40
nodes = ["stratum+tcp://${theirs.address}"]
user = "them"`;
  const rig = await Rig.start({ zeros: 2, edit: mines("sha256d", [mine.address], split) });
  await rig.mining();
  await until("both goals had shares", () =>
    [mine, theirs].every(({ pool }) => pool.stats().shares.accepted >= 10),
  );
  const { pool, totals } = await rig.ask({ verb: "quiesce", timeoutMs: 5000 });
  expect(pool.goals).toMatchObject([
    { name: "pool", percent: 60, address: mine.address },
    { name: "gift", percent: 40, address: theirs.address },
  ]);
  const counted = (pool.goals ?? []).map(({ accepted }) => accepted);
  expect(counted).toEqual([mine, theirs].map((each) => each.pool.stats().shares.accepted));
  expect(totals.accepted).toBe((counted[0] ?? 0) + (counted[1] ?? 0));
  expect([mine, theirs].map(({ shares }) => new Set(shares.map(({ user }) => user)))).toEqual([
    new Set(["e2e"]),
    new Set(["them"]),
  ]);
  expect([mine, theirs].map((each) => each.pool.stats().connections)).toEqual([1, 1]);
  const status = await run(ZERORIG, ["status", "--socket", rig.paths.controlSocket]);
  expect(status.stdout).toMatch(
    / {2}gift: 40 % wanted, [\d.]+ % of late, accepted \d+, rejected \d+, at /,
  );
});

it("has a pool to practise on, as a program", { timeout: 60_000 }, async () => {
  const words = ["pool", "--stratum", "scrypt", "--port", "0", "--share-difficulty", "0.001"];
  const program = start(ZERORIG, [...words, "--json"]);
  const { port, ...more } = await until("it listens", async () => {
    const [line] = program.out().split("\n");
    return line === "" || line === undefined ? null : JSON.parse(line);
  });
  expect(more).toMatchObject({ ev: "pool.listening", algorithm: "scrypt", difficulty: 0.001 });
  const options = { user: "me", password: "x", algorithm: "scrypt", agent: "test" } as const;
  const shape = { ...options, suggestDifficulty: null, rollsVersion: false, ca: null };
  expect(await sendsWork(stratumClients(shape), { host: "127.0.0.1", port, name: "" })).toBe(true);
  program.kill("SIGTERM");
  await program.ended;
  expect(program.out()).toContain('"accepted":0,"rejected":0');
});

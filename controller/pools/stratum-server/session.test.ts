import { describe, expect, it } from "vitest";
import type { Notice } from "../stratum/header.ts";
import { targetOf } from "../stratum/target.ts";
import VECTORS from "../stratum/vectors.json" with { type: "json" };
import { step } from "./session.ts";
import {
  type Claim,
  DEFAULT_MINER_LIMITS,
  type MinerInput,
  type MinerOutput,
  type MinerRules,
  type MinerState,
  openMiner,
} from "./session-state.ts";
import { ShareJudge } from "./share-judge.ts";
import type { ServedWork } from "./work.ts";

const [, SLUSH] = VECTORS;
if (SLUSH === undefined) throw new Error("no such vector");
const [jobId, prevHash, coinb1, coinb2, , version, bits] = SLUSH.notify as string[];
const NOTICE = {
  ...{ jobId, prevHash, coinb1, coinb2, version, bits },
  branch: [],
  time: SLUSH.ntime,
  clean: true,
} as unknown as Notice;
const WORK: ServedWork = { notice: NOTICE, extranonce2Bytes: 4, mask: 0, wanted: null };
const RULES: MinerRules = {
  startDifficulty: 7,
  minDifficulty: 1e-7,
  shareEveryMs: 10_000,
  limits: DEFAULT_MINER_LIMITS,
};
/** The share of the vector, but for the job's id here. */
const SHARE = ["me", "1", SLUSH.extranonce2, SLUSH.ntime, SLUSH.nonce];

type Bare<I> = I extends unknown ? Omit<I, "now"> : never;

interface Said {
  readonly id: unknown;
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly result?: unknown;
  readonly error?: readonly unknown[] | null;
}

class Drive {
  now = 1000;
  rules: MinerRules;
  work: ServedWork | null = WORK;
  last: number | null = null;
  readonly judge = new ShareJudge("sha256d");
  state: MinerState;

  constructor(rules: Partial<MinerRules> = {}) {
    this.rules = { ...RULES, ...rules };
    this.state = openMiner(this.scene, "08000002", this.now);
    this.judge.take(WORK, true);
  }

  get scene() {
    return {
      rules: this.rules,
      work: this.work,
      extranonce2Bytes: 4,
      lastDifficulty: () => this.last,
    };
  }

  step(input: Bare<MinerInput>): readonly MinerOutput[] {
    const { state, outputs } = step(this.scene, this.state, {
      ...input,
      now: this.now,
    } as MinerInput);
    this.state = state;
    return outputs;
  }

  ask(method: string, params: unknown, id: unknown = 7): readonly MinerOutput[] {
    return this.step({ type: "line", line: JSON.stringify({ id, method, params }) });
  }

  says(method: string, params: unknown, id: unknown = 7): Said[] {
    return said(this.ask(method, params, id));
  }

  /** Hands a share in, and has it judged. */
  submit(params: readonly unknown[]): readonly MinerOutput[] {
    return this.ask("mining.submit", params).flatMap((output) => {
      if (output.type !== "claim") return [output];
      const { verdict } = this.judge.judge(output.claim, this.state.extranonce1);
      return this.verdict(output.claim, verdict === "right" ? "accepted" : verdict);
    });
  }

  verdict(claim: Claim, verdict: Extract<MinerInput, { type: "verdict" }>["verdict"]) {
    return this.step({ type: "verdict", claim, verdict });
  }

  authorized(password: unknown = "x"): this {
    this.ask("mining.subscribe", ["x/1"]);
    this.ask("mining.authorize", ["me", password]);
    return this;
  }
}

function said(outputs: readonly MinerOutput[]): Said[] {
  return outputs.flatMap((output) => (output.type === "send" ? [JSON.parse(output.text)] : []));
}

function difficulties(outputs: readonly MinerOutput[]): unknown[] {
  return said(outputs).flatMap(({ method, params }) =>
    method === "mining.set_difficulty" ? [params?.[0]] : [],
  );
}

function jobs(outputs: readonly MinerOutput[]): (readonly unknown[])[] {
  return said(outputs).flatMap(({ method, params }) =>
    method === "mining.notify" ? [params ?? []] : [],
  );
}

function has(...values: readonly unknown[]): unknown {
  return expect.arrayContaining([...values]);
}

describe("a miner", () => {
  it("subscribes, is known, and gets its difficulty and work", () => {
    const drive = new Drive();
    expect(drive.says("mining.authorize", ["me"])).toMatchObject([{ error: has(25) }]);
    expect(drive.says("mining.subscribe", ["cpuminer/2.5"])).toEqual([
      {
        id: 7,
        result: [
          [
            ["mining.set_difficulty", "08000002"],
            ["mining.notify", "08000002"],
          ],
          "08000002",
          4,
        ],
        error: null,
      },
    ]);
    for (const name of ["", 5, "ä", "x".repeat(200)]) {
      expect(drive.says("mining.authorize", [name])).toMatchObject([{ result: false }]);
    }
    const outputs = drive.ask("mining.authorize", ["me", "x"], "a");
    expect(said(outputs)).toEqual([
      { id: "a", result: true, error: null },
      { id: null, method: "mining.set_difficulty", params: [7] },
      {
        id: null,
        method: "mining.notify",
        params: ["1", prevHash, coinb1, coinb2, [], version, bits, SLUSH.ntime, true],
      },
    ]);
    expect(outputs).toContainEqual({ type: "authorized", user: "me" });
    // Again is no harm, and a second worker shares the connection's difficulty.
    expect(drive.says("mining.authorize", ["me"])).toEqual([{ id: 7, result: true, error: null }]);
    expect(drive.says("mining.authorize", ["you", "d=3"])).toHaveLength(1);
    expect(drive.state).toMatchObject({ users: ["me", "you"], agent: "cpuminer/2.5", fixed: null });
    for (let n = 0; n < 20; n++) drive.ask("mining.authorize", [`w${n}`]);
    expect(drive.state.users).toHaveLength(16);
    expect(drive.says("mining.subscribe", [])).toMatchObject([{ result: has("08000002", 4) }]);
  });

  it("that comes before there is work waits for it", () => {
    const drive = new Drive();
    drive.work = null;
    expect(drive.says("mining.subscribe", [])).toMatchObject([{ result: has(4) }]);
    expect(drive.says("mining.authorize", ["me", "x"])).toHaveLength(1);
    drive.work = WORK;
    expect(jobs(drive.step({ type: "work", clean: true }))).toHaveLength(1);
    expect(said(new Drive().step({ type: "work", clean: true }))).toEqual([]);
  });

  it.each([
    ["mining.extranonce.subscribe", [], true, null],
    ["mining.ping", [], "pong", null],
    ["mining.get_transactions", ["1"], null, has(20)],
    ["mining.dance", { no: "array" }, null, has(20)],
  ])("may say %s", (method, params, result, error) => {
    const drive = new Drive();
    expect(drive.says(method, params)).toMatchObject([{ result, error }]);
    expect(drive.says(method, params, null)).toEqual([]);
  });

  it("may roll version bits where there are some, and is told when they change", () => {
    const drive = new Drive();
    drive.work = { ...WORK, mask: 0x1fffe000 };
    const wants = { "version-rolling.mask": "00ffe000", "version-rolling.min-bit-count": 2 };
    expect(drive.says("mining.configure", [["version-rolling", "x", 5], wants])).toMatchObject([
      { result: { "version-rolling": true, "version-rolling.mask": "00ffe000", x: false } },
    ]);
    drive.authorized();
    expect(said(drive.step({ type: "work", clean: true }))).toHaveLength(1);
    drive.work = WORK;
    expect(said(drive.step({ type: "work", clean: true }))[0]).toMatchObject({
      method: "mining.set_version_mask",
      params: ["00000000"],
    });
    // Who names no bits takes all that there are, and is not told again what it knows.
    const any = new Drive();
    any.work = { ...WORK, mask: 0x1fffe000 };
    expect(any.says("mining.configure", [["version-rolling"]])).toMatchObject([
      { result: { "version-rolling.mask": "1fffe000" } },
    ]);
    any.ask("mining.subscribe", []);
    const begun = any.says("mining.authorize", ["me"]).map(({ method }) => method);
    expect(begun).not.toContain("mining.set_version_mask");
    const early = new Drive();
    early.work = null;
    expect(early.says("mining.configure", [["version-rolling"]])).toMatchObject([
      { result: { "version-rolling.mask": "00000000" } },
    ]);
    expect(early.says("mining.configure", [])).toMatchObject([{ result: {} }]);
  });

  it("may set its own least difficulty", () => {
    const drive = new Drive();
    const wants = { "minimum-difficulty.value": 50 };
    const names = ["minimum-difficulty", "subscribe-extranonce", "info"];
    expect(drive.says("mining.configure", [names, wants])).toMatchObject([
      { result: { "minimum-difficulty": true, "subscribe-extranonce": true, info: true } },
    ]);
    expect(drive.says("mining.configure", [names, {}])).toMatchObject([
      { result: { "minimum-difficulty": false } },
    ]);
    drive.ask("mining.subscribe", []);
    expect(difficulties(drive.ask("mining.authorize", ["me"]))).toEqual([50]);
  });

  it("is told another size of extranonce2 if it takes that, and hung up on if not", () => {
    const drive = new Drive().authorized();
    drive.work = { ...WORK, extranonce2Bytes: 2 };
    expect(drive.step({ type: "work", clean: true })).toMatchObject([{ type: "drop" }]);
    drive.ask("mining.extranonce.subscribe", []);
    expect(said(drive.step({ type: "work", clean: true }))).toMatchObject([
      { method: "mining.set_extranonce", params: ["08000002", 2] },
      { method: "mining.notify" },
    ]);
    // Once.
    expect(said(drive.step({ type: "work", clean: false }))).toMatchObject([
      { method: "mining.notify" },
    ]);
    const other = new Drive();
    other.ask("mining.configure", [["subscribe-extranonce"]]);
    other.authorized().work = { ...WORK, extranonce2Bytes: 2 };
    expect(said(other.step({ type: "work", clean: true }))).toMatchObject([
      { method: "mining.set_extranonce" },
      { method: "mining.notify" },
    ]);
  });

  it("may have several workers, each of which is greeted", () => {
    const drive = new Drive().authorized();
    const outputs = drive.ask("mining.authorize", ["you"]);
    expect(outputs).toContainEqual({ type: "authorized", user: "you" });
    expect(said(outputs)).toMatchObject([{ result: true }]);
    expect(drive.ask("mining.authorize", ["you"])).toHaveLength(1);
    expect(said(drive.submit(SHARE.with(0, "you")))).toMatchObject([{ result: true }]);
  });
});

describe("what is no miner", () => {
  it.each(["", "7", "null", "{}", '{"method":5}', "GET / HTTP/1.1"])(
    "is hung up on: %j",
    (line) => {
      expect(new Drive().step({ type: "line", line })).toEqual([
        { type: "offence", points: 10 },
        { type: "drop", why: "no miner" },
      ]);
      expect(new Drive().authorized().step({ type: "line", line })).toMatchObject([
        { type: "offence" },
      ]);
    },
  );

  it("floods are", () => {
    expect(new Drive().authorized().step({ type: "flooded" })).toMatchObject([
      { type: "offence", points: 50 },
      { type: "drop" },
    ]);
    const limits = { ...DEFAULT_MINER_LIMITS, requestsPerSecond: 1, requestBurst: 3 };
    const drive = new Drive({ limits }).authorized();
    expect(drive.says("mining.ping", [])).toHaveLength(1);
    drive.now += 1000;
    expect(drive.says("mining.ping", [])).toHaveLength(1);
    expect(drive.ask("mining.ping", [])).toMatchObject([
      { type: "offence", points: 25 },
      { type: "drop", why: "too many requests" },
    ]);
  });

  it("who says nothing is, sooner where nobody knows it", () => {
    const drive = new Drive();
    drive.now += DEFAULT_MINER_LIMITS.handshakeMs - 1;
    expect(drive.step({ type: "tick" })).toEqual([]);
    drive.now += 1;
    expect(drive.step({ type: "tick" })).toEqual([
      { type: "offence", points: 5 },
      { type: "drop", why: "no authorization" },
    ]);
    drive.authorized();
    drive.now += DEFAULT_MINER_LIMITS.idleMs - 1;
    expect(drive.step({ type: "tick" })).not.toContainEqual({ type: "drop", why: "idle" });
    drive.now += 1;
    expect(drive.step({ type: "tick" })).toEqual([{ type: "drop", why: "idle" }]);
  });
});

describe("work", () => {
  it("is sent anew before a miner takes the server for dead, as another space", () => {
    const drive = new Drive({ shareEveryMs: null }).authorized();
    drive.now += 29_999;
    expect(drive.step({ type: "tick" })).toEqual([]);
    drive.now += 1;
    const [job] = jobs(drive.step({ type: "tick" }));
    expect(job?.[0]).toBe("2");
    expect(job?.[7]).toBe((Number.parseInt(SLUSH.ntime, 16) + 1).toString(16));
    expect(job?.[8]).toBe(false);
    // Once in that time.
    drive.now += 1000;
    expect(drive.step({ type: "tick" })).toEqual([]);
    // The job before still holds.
    expect(said(drive.submit(SHARE))).toMatchObject([{ result: true }]);
    drive.work = null;
    drive.step({ type: "gone" });
    drive.now += 30_000;
    expect(drive.step({ type: "tick" })).toEqual([]);
    expect(said(drive.submit(SHARE))).toMatchObject([{ error: has(21) }]);
  });

  it("that is clean voids what came before; a miner holds few others", () => {
    const drive = new Drive().authorized();
    for (let n = 0; n < 20; n++) drive.step({ type: "work", clean: false });
    expect(drive.state.jobs.map(({ id }) => id)).toHaveLength(16);
    drive.step({ type: "work", clean: true });
    expect(drive.state.jobs).toHaveLength(1);
    expect(said(drive.submit(SHARE))).toMatchObject([{ error: has(21) }]);
  });
});

describe("a share", () => {
  it("that is right is taken once", () => {
    const drive = new Drive().authorized();
    const outputs = drive.submit(SHARE);
    expect(said(outputs)).toEqual([{ id: 7, result: true, error: null }]);
    const share = { user: "me", jobId, verdict: "accepted", difficulty: 7 };
    expect(outputs).toContainEqual({ type: "judged", share });
    const again = drive.submit(SHARE.with(4, SLUSH.nonce.toUpperCase()));
    expect(said(again)).toMatchObject([{ result: null, error: [22, "duplicate", null] }]);
    expect(again).toContainEqual({ type: "offence", points: 2 });
    // The same under the id that the job has now is the same.
    drive.step({ type: "work", clean: false });
    expect(said(drive.submit(SHARE.with(1, "2")))).toMatchObject([{ error: has(22) }]);
  });

  it.each<readonly [string, readonly unknown[], number, string]>([
    ["of unknown work", SHARE.with(1, "c0"), 21, "stale"],
    ["of work without a name", (SHARE as unknown[]).with(1, 5), 21, "stale"],
    ["that is too easy", SHARE.with(4, "00000000"), 23, "low difficulty"],
    ["of a time before", SHARE.with(3, "504e86b8"), 20, "ntime"],
    ["of a time far after", SHARE.with(3, "604e86b8"), 20, "ntime"],
    ["of a short extranonce", SHARE.with(2, "0001"), 20, "extranonce2"],
    ["of an extranonce that is none", SHARE.with(2, "0x01"), 20, "malformed"],
    ["of a time that is none", SHARE.with(3, "now"), 20, "malformed"],
    ["without a nonce", SHARE.slice(0, 4), 20, "malformed"],
    ["with bits that are none", [...SHARE, "x"], 20, "malformed"],
    ["with bits that nobody agreed on", [...SHARE, "00002000"], 20, "version"],
    ["of another worker", SHARE.with(0, "you"), 24, "Unauthorized"],
  ])("%s is refused", (_, params, code, text) => {
    const outputs = new Drive().authorized().submit(params);
    expect(said(outputs)).toMatchObject([
      { result: null, error: [code, expect.stringContaining(text), null] },
    ]);
    expect(outputs.some(({ type }) => type === "offence")).toBe(code !== 21);
  });

  it("may have its time put forward, by two hours at most", () => {
    const at = (seconds: number) =>
      SHARE.with(3, (Number.parseInt(SLUSH.ntime, 16) + seconds).toString(16));
    const drive = new Drive({ startDifficulty: 1e-10, minDifficulty: 1e-12 }).authorized();
    for (const seconds of [0, 1, 7000]) {
      expect(said(drive.submit(at(seconds)))).toMatchObject([{ result: true }]);
    }
    expect(said(drive.submit(at(7001)))).toMatchObject([{ error: has(20) }]);
  });

  it("of nobody is refused", () => {
    const drive = new Drive();
    expect(drive.says("mining.submit", SHARE)).toMatchObject([{ error: has(25) }]);
    drive.ask("mining.subscribe", []);
    expect(drive.says("mining.submit", SHARE)).toMatchObject([{ error: has(24) }]);
  });

  it("of rolled version bits is of another header, and those beside the mask are refused", () => {
    const drive = new Drive({ startDifficulty: 1e-10, minDifficulty: 1e-12 });
    drive.work = { ...WORK, mask: 0x1fffe000 };
    drive.judge.take(drive.work, true);
    drive.ask("mining.configure", [["version-rolling"], { "version-rolling.mask": "00002000" }]);
    drive.authorized();
    expect(said(drive.submit([...SHARE, "00002000"]))).toMatchObject([{ result: true }]);
    expect(said(drive.submit(SHARE))).toMatchObject([{ result: true }]);
    // The same header again, said in another way.
    expect(said(drive.submit([...SHARE, "00000000"]))).toMatchObject([{ error: has(22) }]);
    expect(said(drive.submit([...SHARE, "00004000"]))).toMatchObject([{ error: has(20) }]);
  });

  it("that the source wants is handed on once", () => {
    const judge = new ShareJudge("sha256d");
    const wanted = { difficulty: 7.8, target: targetOf(7.8, "sha256d") };
    const drive = new Drive({ startDifficulty: 100 });
    drive.work = { ...WORK, wanted };
    judge.take(drive.work, true);
    drive.authorized();
    // Nobody is asked for more than the source wants.
    expect(drive.state.difficulty).toBe(7.8);
    const [claim] = drive.ask("mining.submit", SHARE);
    if (claim?.type !== "claim") throw new Error("no claim");
    expect(judge.judge(claim.claim, "08000002")).toMatchObject({
      verdict: "right",
      isWanted: true,
    });
    expect(judge.judge(claim.claim, "08000002")).toEqual({ verdict: "duplicate" });
    const harder = { difficulty: 8, target: targetOf(8, "sha256d") };
    const other = { ...WORK, wanted: harder };
    judge.take(other, false);
    const unwanted = { ...claim.claim, job: { ...claim.claim.job, work: other } };
    expect(judge.judge(unwanted, "08000002")).toMatchObject({ isWanted: false });
    judge.clear();
    expect(judge.judge(claim.claim, "08000002")).toEqual({ verdict: "stale" });
    const refused = drive.step({
      ...{ type: "verdict", claim: claim.claim, verdict: "refused" },
      reason: "Job not found",
    });
    expect(said(refused)).toMatchObject([{ error: [20, "refused: Job not found", null] }]);
    expect(refused).not.toContainEqual(expect.objectContaining({ type: "offence" }));
    expect(said(drive.verdict(claim.claim, "lost"))).toMatchObject([{ error: has(20) }]);
  });

  it("is of work among the newest 16, or it is stale", () => {
    const judge = new ShareJudge("sha256d");
    const drive = new Drive().authorized();
    const [claim] = drive.ask("mining.submit", SHARE);
    if (claim?.type !== "claim") throw new Error("no claim");
    judge.take(WORK, true);
    for (let n = 0; n < 15; n++) judge.take({ ...WORK }, false);
    expect(judge.judge(claim.claim, "08000002").verdict).toBe("right");
    judge.take({ ...WORK }, false);
    expect(judge.judge(claim.claim, "08000002").verdict).toBe("stale");
  });
});

describe("the difficulty", () => {
  it("rises when shares come too often, and the next job has it", () => {
    const drive = new Drive({ startDifficulty: 1e-10, minDifficulty: 1e-12 }).authorized();
    const told: unknown[] = [];
    for (let n = 0; n < 12; n++) {
      drive.now += 100;
      told.push(...difficulties(drive.submit(SHARE.with(4, n.toString(16).padStart(8, "0")))));
    }
    expect(told).toEqual([6.4e-9]);
    expect(drive.state.jobs).toHaveLength(2);
    // A share of the job before is judged by what held when it was sent.
    expect(said(drive.submit(SHARE.with(4, "0000ffff")))).toMatchObject([{ result: true }]);
    // It says nothing of the new difficulty.
    expect(drive.state.window.shares).toBe(0);
  });

  it("stays where the source wants easier shares, and no job is sent for it", () => {
    const wanted = { difficulty: 1e-10, target: targetOf(1e-10, "sha256d") };
    const drive = new Drive({ startDifficulty: 1e-10, minDifficulty: 1e-12 });
    drive.work = { ...WORK, wanted };
    drive.judge.take(drive.work, true);
    drive.authorized();
    for (let n = 0; n < 30; n++) {
      drive.now += 100;
      const nonce = n.toString(16).padStart(8, "0");
      expect(jobs(drive.submit(SHARE.with(4, nonce)))).toEqual([]);
    }
    expect(drive.state.jobs).toHaveLength(1);
  });

  it("falls while a miner finds nothing, and its last job may be solved either way", () => {
    const drive = new Drive({ startDifficulty: 50 }).authorized();
    drive.now += 39_000;
    expect(difficulties(drive.step({ type: "tick" }))).toEqual([]);
    drive.now += 1000;
    expect(difficulties(drive.step({ type: "tick" }))).toEqual([6.3]);
    // Of the old job, but by the new difficulty: 7.8 meets it.
    expect(said(drive.submit(SHARE))).toMatchObject([{ result: true }]);
    expect(drive.state.difficulty).toBe(6.3);
  });

  it("stays where the password fixes it", () => {
    for (const [password, difficulty] of [
      ["d=0.01", 0.01],
      ["x,diff=2e-3", 0.002],
      ["d=0.01;y", 0.01],
      ["d=-1", 7],
      ["d=1e99", 7],
      ["d=0.01x", 7],
      ["bad=3", 7],
      ["x".repeat(200), 7],
      [5, 7],
    ] as const) {
      const drive = new Drive().authorized(password);
      expect([password, drive.state.toldDifficulty]).toEqual([password, difficulty]);
      drive.now += 60_000;
      const isFixed = difficulty !== 7;
      expect(difficulties(drive.step({ type: "tick" })).length === 0).toBe(isFixed);
      expect(drive.says("mining.suggest_difficulty", [3]).length === 0).toBe(isFixed);
    }
  });

  it("begins where the worker left off, or where it suggests", () => {
    const drive = new Drive();
    drive.last = 0.5;
    expect(drive.authorized().state.difficulty).toBe(0.5);
    // One for all is one for all, whatever it was in the run before.
    const same = new Drive({ shareEveryMs: null, startDifficulty: 0.75 });
    same.last = 0.5;
    expect(same.authorized().state.difficulty).toBe(0.75);
    const other = new Drive();
    other.last = 0.5;
    other.ask("mining.subscribe", []);
    expect(other.says("mining.suggest_difficulty", ["0.25"])).toEqual([]);
    expect(difficulties(other.ask("mining.authorize", ["me"]))).toEqual([0.25]);
    const suggested = other.ask("mining.suggest_difficulty", [0.125]);
    expect(difficulties(suggested)).toEqual([0.125]);
    // What it has may still be solved.
    expect(jobs(suggested).map((job) => job[8])).toEqual([false]);
    for (const nonsense of [0, -1, "x", null, 1e30]) {
      expect(other.says("mining.suggest_difficulty", [nonsense])).toEqual([]);
    }
  });

  it("is never so low that every hash is a share", () => {
    const drive = new Drive({ startDifficulty: 1e-7 }).authorized();
    drive.now += 60_000;
    expect(difficulties(drive.step({ type: "tick" }))).toEqual([]);
    expect(drive.state.difficulty).toBe(1e-7);
  });

  it("is not looked at where there is no work to tell it with", () => {
    const drive = new Drive();
    drive.work = null;
    drive.authorized();
    drive.now += 60_000;
    expect(drive.step({ type: "tick" })).toEqual([]);
    const lost = new Drive().authorized();
    lost.work = null;
    lost.step({ type: "gone" });
    lost.now += 60_000;
    expect(lost.step({ type: "tick" })).toEqual([]);
  });
});

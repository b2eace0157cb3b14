// A full node as a machine: what it is asked and when, the work that comes of it, blocks, and how it is given up.

import { describe, expect, it } from "vitest";
import { sha256d } from "../stratum/header.ts";
import { reversed } from "../stratum/hex.ts";
import type { Fate } from "./block.ts";
import { transportFault } from "./codec.ts";
import { NETWORKS } from "./networks.ts";
import { step, wakeAt } from "./session.ts";
import {
  type CallName,
  DEFAULT_LIMITS,
  openSolo,
  type SoloConfig,
  type SoloInput,
  type SoloOutput,
  type SoloState,
} from "./session-state.ts";

const NETWORK = NETWORKS["bitcoin-regtest"];
const CONFIG: SoloConfig = {
  name: "1",
  algorithm: "sha256d",
  networkName: "bitcoin-regtest",
  network: NETWORK,
  payee: { script: "0014751e76e8199196d454941c45d1b3a323f1433bd6", tag: "/t/" },
  prefix: "aabbccdd",
  limits: DEFAULT_LIMITS,
};
const A = "aa".repeat(32);
const B = "bb".repeat(32);
const TEMPLATE = {
  height: 7,
  version: 0x20000000,
  previousblockhash: A,
  bits: "207fffff",
  curtime: 0x60000000,
  coinbasevalue: 5_000_000_000,
  transactions: [],
  rules: ["csv"],
  longpollid: "l1",
};
const ACCEPTED: Fate = { fate: "accepted", reason: null };

type Bare<I> = I extends unknown ? Omit<I, "now"> : never;

class Drive {
  state: SoloState = openSolo(0);
  now = 0;

  step(input: Bare<SoloInput>): readonly SoloOutput[] {
    const { state, outputs } = step(CONFIG, this.state, { ...input, now: this.now } as SoloInput);
    this.state = state;
    return outputs;
  }

  answer(call: CallName, result: unknown): readonly SoloOutput[] {
    return this.step({ type: "answer", call, answer: { ok: true, result } });
  }

  fail(call: CallName, from: "transport" | "door" | "node" = "transport") {
    const fault = { ...transportFault(from === "transport" ? "refused" : "denied", "no"), from };
    return this.step({ type: "answer", call, answer: { ok: false, fault } });
  }

  template(changes: object = {}): readonly SoloOutput[] {
    return this.answer("template", { ...TEMPLATE, ...changes });
  }

  /** Up, with a template; the question for news is open. */
  mining(changes: object = {}): this {
    this.step({ type: "open" });
    this.answer("genesis", NETWORK.genesis[0]);
    this.template(changes);
    this.step({ type: "tick" });
    return this;
  }

  pass(ms: number): readonly SoloOutput[] {
    this.now += ms;
    return this.step({ type: "tick" });
  }

  ask(seat = "p1") {
    const job = events(this.step({ type: "ask", seat, rateHs: 1000 })).at(0);
    if (job?.type !== "job") throw new Error("no job");
    return job;
  }

  /** A seat finds a block. */
  find(seat = "p1") {
    const { ref } = this.ask(seat);
    const [block] = this.step({ type: "submit", seat, ref, nonce: 5 });
    if (block?.type !== "block") throw new Error("no block");
    return block;
  }

  judge(block: number, fate: Fate | null): readonly SoloOutput[] {
    return this.step({ type: "judged", block, fate });
  }
}

function events(outputs: readonly SoloOutput[]) {
  return outputs.flatMap((output) => (output.type === "event" ? [output.event] : []));
}

function calls(outputs: readonly SoloOutput[]): string[] {
  return outputs.flatMap((output) => (output.type === "call" ? [output.call] : []));
}

function kinds(outputs: readonly SoloOutput[]): string[] {
  return outputs.map((output) => (output.type === "event" ? output.event.type : output.type));
}

describe("the beginning", () => {
  it("looks at the chain first, then fetches work, then waits for news", () => {
    const drive = new Drive();
    expect(drive.step({ type: "open" })).toEqual([
      { type: "call", call: "genesis", method: "getblockhash", params: [0], timeoutMs: 10_000 },
    ]);
    expect(drive.answer("genesis", NETWORK.genesis[0])).toEqual([
      {
        type: "call",
        call: "template",
        method: "getblocktemplate",
        params: [{ rules: ["segwit"] }],
        timeoutMs: 30_000,
      },
    ]);
    expect(wakeAt(CONFIG, drive.state)).toBe(Number.POSITIVE_INFINITY);
    expect(drive.step({ type: "ask", seat: "p1", rateHs: 0 })).toEqual([]);
    const up = events(drive.template());
    expect(up).toMatchObject([
      { type: "work", clean: true, work: { extranonce: { prefix: "aabbccdd", size: 8 }, mask: 0 } },
      { type: "up" },
      { type: "job", seat: "p1" },
    ]);
    expect(drive.step({ type: "tick" })).toEqual([
      {
        type: "call",
        call: "news",
        method: "getblocktemplate",
        params: [{ rules: ["segwit"], longpollid: "l1" }],
        timeoutMs: 600_000,
      },
    ]);
  });

  it.each<readonly [unknown, string]>([
    [NETWORKS.bitcoin.genesis[0], NETWORKS.bitcoin.genesis[0]],
    [5, "none"],
  ])("refuses a node of another chain: %j", (hash, shown) => {
    const drive = new Drive();
    drive.step({ type: "open" });
    const [drop] = drive.answer("genesis", hash);
    expect(drop).toMatchObject({ type: "drop", code: "denied", retryMs: DEFAULT_LIMITS.deniedMs });
    expect(drop).toHaveProperty(
      "detail",
      `the node is on another chain than [solo] network = "bitcoin-regtest": its first block is ${shown}`,
    );
    expect(drive.step({ type: "open" })).toEqual([]);
  });

  it.each(["transport", "door", "node"] as const)("gives up at once at a fault of %s", (from) => {
    for (const ready of [false, true]) {
      const drive = new Drive();
      drive.step({ type: "open" });
      if (ready) drive.answer("genesis", NETWORK.genesis[0]);
      const [drop] = drive.fail(ready ? "template" : "genesis", from);
      expect(drop).toMatchObject({ type: "drop", detail: "no" });
    }
  });

  it("knows each chain of a network by its first block", () => {
    const network = NETWORKS["bitcoin-test"];
    for (const hash of network.genesis) {
      const config = { ...CONFIG, network };
      const { state } = step(config, openSolo(0), { type: "open", now: 0 });
      const answer = { ok: true, result: hash } as const;
      const next = step(config, state, { type: "answer", call: "genesis", answer, now: 0 });
      expect(calls(next.outputs)).toEqual(["template"]);
    }
  });

  it("knows what is no template", () => {
    const drive = new Drive();
    drive.step({ type: "open" });
    drive.answer("genesis", NETWORK.genesis[0]);
    expect(drive.template({ bits: "x" })).toMatchObject([{ type: "drop", code: "nonsense" }]);
  });
});

describe("new work", () => {
  it("comes as news, and the next question waits a second", () => {
    const drive = new Drive().mining();
    drive.ask();
    drive.now += 100;
    const told = drive.answer("news", { ...TEMPLATE, previousblockhash: B });
    expect(kinds(told)).toEqual(["void", "work"]);
    expect(calls(drive.step({ type: "tick" }))).toEqual([]);
    expect(calls(drive.pass(900))).toEqual(["news"]);
    drive.now += 5000;
    drive.answer("news", TEMPLATE);
    expect(calls(drive.step({ type: "tick" }))).toContain("news");
  });

  it("of the same block leaves what was given out, and four of it are known", () => {
    const drive = new Drive().mining();
    const { ref } = drive.ask();
    for (let count = 0; count < 3; count++) {
      drive.now += 30_000;
      expect(calls(drive.step({ type: "tick" }))).toContain("template");
      drive.answer("tip", A);
      expect(events(drive.template({ curtime: count }))).toMatchObject([{ clean: false }]);
    }
    expect(drive.step({ type: "submit", seat: "p1", ref, nonce: 1 })).toMatchObject([
      { type: "block" },
    ]);
    const other = drive.ask();
    for (let count = 0; count < 4; count++) {
      drive.step({ type: "poke" });
      drive.template({ curtime: 9 + count });
    }
    const old = drive.step({ type: "submit", seat: "p1", ref: other.ref, nonce: 1 });
    expect(events(old)).toMatchObject([{ verdict: "rejected", reason: "stale: not sent" }]);
  });

  it("is looked for where the newest block is another", () => {
    const drive = new Drive().mining();
    expect(drive.pass(2000)).toMatchObject([
      { call: "tip", method: "getbestblockhash", params: [] },
    ]);
    expect(drive.answer("tip", A)).toEqual([]);
    drive.pass(2000);
    expect(calls(drive.answer("tip", B))).toEqual(["template"]);
  });

  it("is fetched at once when somebody says so, and again if it may be too old", () => {
    const drive = new Drive();
    expect(drive.step({ type: "poke" })).toEqual([]);
    drive.mining();
    expect(calls(drive.step({ type: "poke" }))).toEqual(["template"]);
    expect(drive.step({ type: "poke" })).toEqual([]);
    expect(calls(drive.template())).toEqual(["template"]);
    expect(calls(drive.template())).toEqual([]);
  });

  it("of a node that tells neither news nor its newest block is fetched as often as that", () => {
    const drive = new Drive().mining({ longpollid: undefined });
    expect(drive.state.calls.size).toBe(0);
    drive.pass(2000);
    expect(drive.fail("tip", "node")).toEqual([]);
    expect(calls(drive.pass(1999))).toEqual([]);
    expect(calls(drive.pass(1))).toEqual(["template"]);
    drive.template({ longpollid: undefined });
    expect(calls(drive.pass(1999))).toEqual([]);
    expect(calls(drive.pass(1))).toEqual(["template"]);
  });

  it("is asked for less and less often where the question for it fails, and its node is looked at", () => {
    const drive = new Drive().mining();
    drive.fail("news");
    expect(calls(drive.step({ type: "tick" }))).toEqual(["tip"]);
    drive.answer("tip", A);
    const gaps: number[] = [];
    for (let count = 0; count < 7; count++) {
      const from = drive.now;
      while (!calls(drive.pass(500)).includes("news")) {
        if (drive.state.calls.has("tip")) drive.answer("tip", A);
        if (drive.state.calls.has("template")) drive.template();
      }
      gaps.push((drive.now - from) / 1000);
      drive.fail("news");
    }
    expect(gaps).toEqual([2, 4, 8, 16, 32, 60, 60]);
    // Until it is answered.
    while (!calls(drive.pass(500)).includes("news")) {
      if (drive.state.calls.has("tip")) drive.answer("tip", A);
      if (drive.state.calls.has("template")) drive.template();
    }
    drive.answer("news", TEMPLATE);
    drive.pass(1000);
    drive.fail("news");
    expect(drive.state.newsAt).toBe(drive.now + 2000);
  });

  it("is looked for with a template where the newest block is not told", () => {
    const drive = new Drive().mining();
    drive.pass(2000);
    drive.fail("tip", "node");
    drive.fail("news");
    expect(calls(drive.step({ type: "tick" }))).toEqual(["template"]);
    drive.now += 5000;
    drive.step({ type: "tick" });
    drive.fail("news");
    expect(drive.state.templateAt).toBe(Number.POSITIVE_INFINITY);
    const other = new Drive().mining();
    other.pass(2000);
    other.fail("news");
    expect(other.state.tipAt).toBe(Number.POSITIVE_INFINITY);
  });
});

it("is not woken again and again for a template that is on its way", () => {
  const drive = new Drive().mining();
  drive.step({ type: "poke" });
  drive.pass(2000);
  drive.answer("tip", A);
  drive.answer("news", TEMPLATE);
  expect(drive.state.templateAt).toBe(32_000);
  for (let at = 4000; at <= 32_000; at += 2000) {
    expect(calls(drive.pass(2000))).not.toContain("template");
    if (drive.state.calls.has("tip")) drive.answer("tip", A);
    expect(wakeAt(CONFIG, drive.state)).toBeGreaterThan(drive.now);
  }
});

describe("a node that fails", () => {
  it("is asked once more after a second, and given up then", () => {
    for (const call of ["tip", "template"] as const) {
      const drive = new Drive().mining();
      const askedFor = () => calls(drive.step({ type: "tick" }));
      if (call === "tip") drive.pass(2000);
      else drive.step({ type: "poke" });
      expect(drive.fail(call)).toEqual([]);
      expect(askedFor()).toEqual([]);
      drive.now += 1000;
      expect(askedFor()).toEqual([call]);
      expect(drive.fail(call)).toEqual([{ type: "drop", code: "refused", detail: "no" }]);
      expect(wakeAt(CONFIG, drive.state)).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it("is forgiven where it answers then", () => {
    const drive = new Drive().mining();
    drive.pass(2000);
    drive.fail("tip");
    drive.pass(1000);
    drive.answer("tip", A);
    drive.pass(2000);
    expect(drive.fail("tip")).toEqual([]);
    const other = new Drive().mining();
    for (let round = 0; round < 2; round++) {
      other.step({ type: "poke" });
      expect(other.fail("template")).toEqual([]);
      other.pass(1000);
      other.template();
    }
  });

  it("is given up at once where it refuses, and left alone for a while", () => {
    const drive = new Drive().mining();
    drive.step({ type: "poke" });
    expect(drive.fail("template", "node")).toEqual([
      { type: "drop", code: "denied", detail: "no", retryMs: DEFAULT_LIMITS.deniedMs },
    ]);
  });

  it("is given up where no template comes, whatever else it answers", () => {
    const drive = new Drive().mining();
    for (let seconds = 0; seconds < 89; seconds++) {
      expect(kinds(drive.pass(1000))).not.toContain("drop");
      if (drive.state.calls.has("tip")) drive.answer("tip", A);
    }
    expect(drive.pass(1000)).toEqual([
      { type: "drop", code: "timeout", detail: "no new template for 90 s" },
    ]);
  });
});

describe("a block", () => {
  it("is whole, and stands on the one before", () => {
    const drive = new Drive().mining();
    const { header, poolTarget, difficulty } = drive.ask();
    expect(poolTarget).toBe(`${"00".repeat(29)}ffff7f`);
    expect(difficulty).toBeCloseTo(4.66e-10, 12);
    const { ref } = drive.ask();
    const [block] = drive.step({ type: "submit", seat: "p1", ref, nonce: 0x01020304 });
    if (block?.type !== "block") throw new Error("no block");
    const { hex, hash, height } = block.mined;
    expect(height).toBe(7);
    expect(hex.slice(0, 8)).toBe("00000020");
    expect(hex.slice(8, 72)).toBe(A);
    expect(hex.slice(152, 160)).toBe("04030201");
    // Another piece: another coinbase, and so another root.
    expect(hex.slice(0, 152)).not.toBe(header);
    expect(hex).toContain("aabbccdd0000000000000001");
    const digest = sha256d(Buffer.from(hex.slice(0, 160), "hex")).toString("hex");
    expect(hash).toBe(reversed(digest));
    expect(drive.step({ type: "submit", seat: "p1", ref, nonce: 1 })).toMatchObject([
      { event: { verdict: "rejected", reason: "stale: not sent" } },
    ]);
  });

  it("has the transactions of its template, behind their branch", () => {
    const one = { txid: "11".repeat(32), data: "0a0b0c" };
    const drive = new Drive().mining({ transactions: [one, { ...one, data: "0d0e" }] });
    expect(drive.state.work?.notice.branch).toHaveLength(2);
    const { hex } = drive.find().mined;
    expect(hex.slice(160, 162)).toBe("03");
    expect(hex.endsWith("0a0b0c0d0e")).toBe(true);
  });

  it.each<readonly [Fate, object]>([
    [ACCEPTED, { verdict: "accepted", reason: null, block: true }],
    [
      { fate: "duplicate", reason: "duplicate" },
      { verdict: "accepted", reason: null, block: true },
    ],
    [
      { fate: "inconclusive", reason: "inconclusive" },
      {
        verdict: "accepted",
        reason: "inconclusive: another block was faster",
        block: false,
      },
    ],
    [
      { fate: "rejected", reason: "high-hash" },
      { verdict: "rejected", reason: "high-hash", block: false },
    ],
    [
      { fate: "rejected", reason: "bad-prevblk" },
      { verdict: "rejected", reason: "stale", block: false },
    ],
    [
      { fate: "rejected", reason: null },
      { verdict: "rejected", reason: null, block: false },
    ],
  ])("that is %j is judged so, and newer work is fetched", (fate, verdict) => {
    const drive = new Drive().mining();
    const { block } = drive.find();
    drive.ask("p2");
    drive.now += 40;
    const judged = drive.judge(block, fate);
    expect(events(judged)[0]).toMatchObject({
      type: "verdict",
      seat: "p1",
      pingMs: 40,
      ...verdict,
    });
    expect(calls(judged)).toEqual(["template"]);
    // What others do on the same place is void where one of ours stands there now.
    const stands = fate.fate === "accepted" || fate.fate === "duplicate";
    expect(kinds(judged).includes("void")).toBe(stands);
    expect(drive.judge(block, fate)).toEqual([]);
  });

  it("of ours ends all work on the same, and a second one there counts as no block", () => {
    const drive = new Drive().mining();
    const [first, second] = [drive.find("p1"), drive.find("p2")];
    drive.ask("p3");
    expect(kinds(drive.judge(first.block, ACCEPTED))).toEqual(["verdict", "void", "call"]);
    expect(events(drive.judge(second.block, ACCEPTED))).toMatchObject([
      { seat: "p2", verdict: "accepted", block: false },
    ]);
    // Nobody gets any of it until there is other.
    expect(drive.step({ type: "ask", seat: "p1", rateHs: 1 })).toEqual([]);
    drive.pass(2000);
    drive.answer("tip", B);
    expect(kinds(drive.template({ previousblockhash: B }))).toEqual(["work", "job", "call"]);
    const late = drive.find("p2");
    drive.template({ previousblockhash: A });
    drive.ask("p4");
    expect(kinds(drive.judge(late.block, ACCEPTED))).toEqual(["verdict", "call"]);
  });

  it("that was found beside the pieces is handed in with its own time and version", () => {
    const drive = new Drive().mining();
    const found = { jobId: "1", extranonce2: "ff".repeat(8), time: "60000001", nonce: 9 };
    const [block] = drive.step({
      type: "hand",
      seat: "m1",
      found: { ...found, versionBits: "00002000" },
    });
    if (block?.type !== "block") throw new Error("no block");
    expect(block.mined.hex.slice(0, 8)).toBe("00200020");
    expect(block.mined.hex.slice(136, 144)).toBe("01000060");
    const unknown = { ...found, jobId: "7", versionBits: null };
    expect(events(drive.step({ type: "hand", seat: "m1", found: unknown }))).toMatchObject([
      { seat: "m1", verdict: "rejected" },
    ]);
  });

  it("of a seat that left is handed in all the same, and not judged", () => {
    const drive = new Drive().mining();
    const { block } = drive.find();
    drive.find("p2");
    drive.step({ type: "leave", seat: "p1" });
    expect(drive.judge(block, ACCEPTED)).toEqual([]);
    expect(drive.state.pending.size).toBe(1);
  });
});

describe("an end with a block at the nodes", () => {
  function closing() {
    const drive = new Drive().mining();
    const { block } = drive.find("p1");
    drive.ask("p2");
    drive.pass(2000);
    drive.fail("tip", "door");
    return { drive, block };
  }

  it("waits for its verdict, and gives no more work", () => {
    const drive = new Drive().mining();
    const { block } = drive.find("p1");
    drive.ask("p2");
    drive.pass(2000);
    drive.step({ type: "poke" });
    expect(kinds(drive.fail("tip", "door"))).toEqual(["void"]);
    expect(wakeAt(CONFIG, drive.state)).toBe(Number.POSITIVE_INFINITY);
    expect(drive.pass(100_000)).toEqual([]);
    expect(drive.template()).toEqual([]);
    expect(drive.step({ type: "ask", seat: "p2", rateHs: 1 })).toEqual([]);
    const found = { jobId: "1", extranonce2: "00", time: "60000001", nonce: 9, versionBits: null };
    expect(events(drive.step({ type: "hand", seat: "p2", found }))).toMatchObject([
      { verdict: "rejected" },
    ]);
    const done = drive.judge(block, ACCEPTED);
    expect(kinds(done)).toEqual(["verdict", "drop"]);
    expect(done.at(-1)).toMatchObject({ code: "denied" });
  });

  it("is over when nobody waits for it any more", () => {
    const { drive } = closing();
    expect(kinds(drive.step({ type: "leave", seat: "p1" }))).toEqual(["drop"]);
  });

  it("comes where no node says what became of it", () => {
    const { drive, block } = closing();
    expect(drive.judge(block, null)).toMatchObject([{ type: "drop", code: "timeout" }]);
  });
});

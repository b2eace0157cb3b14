// Found blocks: on the disk before anybody is told, at every node, again where nobody heard, and what several nodes' words come to.

import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { PoolNode } from "../pools/node.ts";
import type { Fate } from "../pools/solo/block.ts";
import { type RpcAnswer, transportFault } from "../pools/solo/codec.ts";
import { BlockFolder } from "./block-folder.ts";
import { BlockOffice } from "./block-office.ts";
import { handClock } from "./hand-clock.ts";

const BLOCK = { height: 7, hash: "ab".repeat(32), hex: "00ff" };
const [A, B] = [1, 2].map((port): PoolNode => ({ host: "h", port, name: "", rpc: true })) as [
  PoolNode,
  PoolNode,
];
const SILENCE: RpcAnswer = { ok: false, fault: transportFault("refused", "nobody is there") };

class Bench {
  readonly clock = handClock();
  readonly dir = mkdtempSync(join(tmpdir(), "zr-"));
  readonly folder = new BlockFolder(join(this.dir, "blocks"));
  readonly notes: string[] = [];
  /** With the last of these. */
  told: Readonly<Record<string, string>> = {};
  readonly asked: number[] = [];
  /** What each node answers, one time after the other; the last again and again. */
  readonly answers: Record<number, RpcAnswer[]> = { 1: [], 2: [] };
  /** What was on the disk when a node was told. */
  kept: string[] = [];
  nodes = [A, B];
  readonly office = new BlockOffice({
    clock: this.clock,
    folder: this.folder,
    nodes: () => this.nodes,
    submit: ({ port }, hex) => {
      expect(hex).toBe(BLOCK.hex);
      this.asked.push(port);
      this.kept = this.files();
      const [next, ...rest] = this.answers[port] ?? [];
      if (rest.length > 0) this.answers[port] = rest;
      return Promise.resolve(next ?? SILENCE);
    },
    note: (ev, detail, level = "warn") => {
      this.notes.push(`${level} ${ev} ${detail["node"] ?? ""}`.trim());
      this.told = detail;
    },
  });

  constructor() {
    onTestFinished(() => {
      this.office.close();
      rmSync(this.dir, { recursive: true, force: true });
    });
  }

  says(port: number, ...results: unknown[]): void {
    this.answers[port] = results.map((result) => ({ ok: true, result }));
  }

  files(): string[] {
    try {
      return readdirSync(join(this.dir, "blocks"));
    } catch {
      return [];
    }
  }

  handIn(): { fate: Fate | null | undefined } {
    const told: { fate: Fate | null | undefined } = { fate: undefined };
    void this.office.handIn(BLOCK).then((fate) => {
      told.fate = fate;
    });
    return told;
  }
}

/** Until nothing more follows of what has been answered. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

const NAME = `7-${BLOCK.hash}.block`;

describe("a block", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });

  it("is on the disk when the first node is told, and gone when one has taken it", async () => {
    bench.says(1, null);
    bench.says(2, "duplicate");
    const told = bench.handIn();
    expect(bench.kept).toEqual([NAME]);
    await settle();
    expect(told.fate).toEqual({ fate: "accepted", reason: null });
    expect(bench.asked).toEqual([1, 2]);
    expect(bench.files()).toEqual([]);
    expect(bench.notes).toEqual([
      "info block.found",
      "info block.accepted http://h:1",
      "info block.settled http://h:1",
      "info block.duplicate http://h:2",
    ]);
  });

  it("is safe with one node while the other is away, which is asked a few times", async () => {
    bench.says(2, null);
    const told = bench.handIn();
    await settle();
    expect(told.fate).toMatchObject({ fate: "accepted" });
    expect(bench.files()).toEqual([]);
    await bench.clock.pass(60_000);
    expect(bench.asked.filter((port) => port === 1)).toHaveLength(3);
    expect(bench.notes).toContain("warn block.not-heard http://h:1");
  });

  it("is handed in again where nobody heard, until somebody does", async () => {
    bench.nodes = [A];
    bench.answers[1] = [SILENCE, SILENCE, SILENCE, { ok: true, result: null }];
    const told = bench.handIn();
    await bench.clock.pass(6750);
    expect(told.fate).toBeUndefined();
    expect(bench.files()).toEqual([NAME]);
    await bench.clock.pass(1000);
    expect(told.fate).toMatchObject({ fate: "accepted" });
    expect(bench.files()).toEqual([]);
  });

  it("of which nobody heard is kept for a person, and its finder waits no longer than 40 s", async () => {
    const told = bench.handIn();
    await bench.clock.pass(39_750);
    expect(told.fate).toBeUndefined();
    await bench.clock.pass(250);
    expect(told.fate).toBeNull();
    await bench.clock.pass(16 * 60_000);
    expect(bench.notes.at(-1)).toBe("error block.lost");
    expect(readFileSync(join(bench.dir, "blocks", NAME), "utf8")).toBe(BLOCK.hex);
  });

  it("that one refuses may still be taken by another", async () => {
    bench.says(1, "prev-blk-not-found");
    bench.answers[2] = [SILENCE, { ok: true, result: null }];
    const told = bench.handIn();
    await settle();
    expect(told.fate).toBeUndefined();
    await bench.clock.pass(1000);
    expect(told.fate).toMatchObject({ fate: "accepted" });
  });

  it("that one refuses while the other is away is refused after 3 s, and kept", async () => {
    bench.says(1, "high-hash");
    const told = bench.handIn();
    await bench.clock.pass(2750);
    expect(told.fate).toBeUndefined();
    await bench.clock.pass(500);
    expect(told.fate).toEqual({ fate: "rejected", reason: "high-hash" });
    expect(bench.files()).toEqual([NAME]);
    // The other may take it yet.
    expect(bench.notes.join()).not.toContain("block.settled");
    bench.says(2, null);
    await bench.clock.pass(60_000);
    expect(bench.notes.at(-1)).toBe("info block.settled http://h:2");
  });

  it("that one refuses is kept for the next run where the other was away for all the time", async () => {
    bench.says(1, "prev-blk-not-found");
    void bench.handIn();
    await bench.clock.pass(16 * 60_000);
    expect(bench.notes.slice(-2)).toEqual([
      "warn block.not-heard http://h:2",
      "error block.settled http://h:1",
    ]);
    expect(bench.files()).toEqual([NAME]);
    expect(bench.told["file"]).toBe(bench.folder.pathOf(BLOCK));
  });

  it("that all refuse is refused at once, and of no use any more", async () => {
    bench.says(1, "inconclusive");
    const fault = { from: "node", code: "denied", detail: "Block decode failed", rpcCode: -22 };
    bench.answers[2] = [{ ok: false, fault: fault as never }];
    const told = bench.handIn();
    await settle();
    expect(told.fate).toMatchObject({ fate: "inconclusive" });
    expect(bench.notes).toContain("warn block.rejected http://h:2");
    expect(bench.notes.at(-1)).toBe("warn block.settled http://h:1");
    expect(bench.files()).toEqual([]);
  });

  it("that the only one refuses is a loss that somebody should know of", async () => {
    bench.nodes = [A];
    bench.says(1, "bad-txns");
    void bench.handIn();
    await settle();
    expect(bench.notes.slice(1)).toEqual([
      "warn block.rejected http://h:1",
      "error block.settled http://h:1",
    ]);
  });

  it("that a node is too busy for is handed in to it again", async () => {
    bench.nodes = [A];
    const fault = { from: "node", code: "denied", detail: "Loading", rpcCode: -28 } as const;
    bench.answers[1] = [
      { ok: false, fault },
      { ok: true, result: null },
    ];
    const told = bench.handIn();
    await bench.clock.pass(1250);
    expect(told.fate).toMatchObject({ fate: "accepted" });
  });

  it("goes out though the disk does not take it", async () => {
    bench.says(1, null);
    bench.folder.keep({ ...BLOCK, height: 1 });
    chmodSync(join(bench.dir, "blocks"), 0o500);
    const told = bench.handIn();
    await settle();
    expect(told.fate).toMatchObject({ fate: "accepted" });
    chmodSync(join(bench.dir, "blocks"), 0o700);
    // Root may write anywhere.
    if (process.getuid?.() !== 0) expect(bench.notes).toContain("warn block.not-kept");
  });
});

describe("what the last run left", () => {
  it("is handed in, whatever the clock was when it was found", async () => {
    const bench = new Bench();
    bench.says(1, null);
    for (const [height, seconds] of [
      [7, 0],
      [6, 4_000_000_000],
    ] as const) {
      bench.folder.keep({ ...BLOCK, height });
      utimesSync(bench.folder.pathOf({ ...BLOCK, height }), seconds, seconds);
    }
    bench.office.resume();
    await settle();
    expect(bench.asked).toEqual([1, 2, 1, 2]);
    expect(bench.files()).toEqual([]);
    expect(bench.notes.slice(0, 2)).toEqual(["warn block.again", "warn block.again"]);
  });

  it("is nothing where nothing was found", () => {
    const bench = new Bench();
    bench.office.resume();
    expect(bench.asked).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { sha256d } from "../stratum/header.ts";
import { reversed } from "../stratum/hex.ts";
import VECTORS from "../stratum/vectors.json" with { type: "json" };
import { blockOf, fateAmong, fateOf, isTaken } from "./block.ts";
import { coinbaseOf, heightPush, varInt, withWitness } from "./coinbase.ts";
import { branchOf, type Template, templateOf } from "./template.ts";

const LITECOIN = VECTORS.find(({ name }) => name === "ltc-regtest-296");
if (LITECOIN === undefined) throw new Error("no such vector");
const [, , coinb1, coinb2, branch] = LITECOIN.notify as [
  string,
  string,
  string,
  string,
  string[],
  ...unknown[],
];
const SCRIPT = "0014751e76e8199196d454941c45d1b3a323f1433bd6";
const COMMITMENT = /6a24aa21a9ed[0-9a-f]{64}/.exec(coinb2)?.[0] ?? "";
const ANSWER = {
  height: 296,
  version: 0x30000010,
  previousblockhash: "00".repeat(32),
  bits: "207fffff",
  curtime: 0x6b00da85,
  coinbasevalue: 0x9503db2c,
  transactions: [],
  rules: ["csv", "!segwit"],
  default_witness_commitment: COMMITMENT,
};

function template(changes: object = {}): Template {
  const read = templateOf({ ...ANSWER, ...changes });
  if (read === null) throw new Error("refused");
  return read;
}

describe("a coinbase", () => {
  it("is that of a block which Litecoin took", () => {
    expect(coinbaseOf(template(), SCRIPT, "test", 8)).toEqual({ coinb1, coinb2 });
  });

  it("has no commitment where the rules have no segwit, whatever the node offers", () => {
    for (const rules of [[], ["csv"], undefined]) {
      expect(coinbaseOf(template({ rules }), SCRIPT, "test", 8).coinb2).not.toContain("6a24aa21");
    }
    expect(coinbaseOf(template({ rules: ["segwit"] }), SCRIPT, "t", 8).coinb2).toContain(
      COMMITMENT,
    );
  });

  it("has what the node wants in it, and is never too long", () => {
    const flags = "062f503253482f";
    const { coinb1: first } = coinbaseOf(template({ coinbaseaux: { flags } }), SCRIPT, "t", 8);
    expect(first).toContain(`022801${flags}08`);
    const most = { height: 0x7fffffff, coinbaseaux: { flags: "ff".repeat(40) } };
    const long = coinbaseOf(template(most), SCRIPT, "x".repeat(90), 12);
    expect(Number.parseInt(long.coinb1.slice(82, 84), 16)).toBe(99);
    expect(long.coinb2.slice(0, 2 * 42)).toBe(`28${"78".repeat(40)}ff`);
  });

  it("has a witness in the block, without which it is the same", () => {
    const whole = `${coinb1}aabbccdd00000001${coinb2}`;
    const told = withWitness(whole);
    expect(told.slice(8, 12)).toBe("0001");
    expect(told.slice(-8 - 68, -8)).toBe(`0120${"00".repeat(32)}`);
    expect(told.slice(0, 8) + told.slice(12, -8 - 68) + told.slice(-8)).toBe(whole);
  });
});

it.each([
  [0, "00"],
  [1, "51"],
  [16, "60"],
  [17, "0111"],
  [127, "017f"],
  [128, "028000"],
  [255, "02ff00"],
  [256, "020001"],
  [32_767, "02ff7f"],
  [32_768, "03008000"],
  [500_000, "0320a107"],
  [0x800000, "0400008000"],
])("height %d is pushed as %s", (height, hex) => {
  expect(heightPush(height)).toBe(hex);
});

it.each([
  [0, "00"],
  [252, "fc"],
  [253, "fdfd00"],
  [65_535, "fdffff"],
  [65_536, "fe00000100"],
])("%d things are announced as %s", (count, hex) => {
  expect(varInt(count)).toBe(hex);
});

describe("the branch", () => {
  it("is that of Bitcoin's block 125552", () => {
    expect(
      branchOf([
        "60c25dda8d41f8d3d7d5c6249e2ea1b05a25bf7ae2ad6d904b512b31f997e1a1",
        "01f314cdd8566d3e5dbdd97de2d9fbfbfd6873e916a00d48758282cbb81a45b9",
        "b519286a1040da6ad83c783eb2872659eaf57b1bec088e614776ffe7dc8f6d01",
      ]),
    ).toEqual([
      "a1e197f9312b514b906dade27abf255ab0a12e9e24c6d5d7d3f8418dda5dc260",
      "5e996cc3307b11be5acab562575c583aba2f125ae82137bace5396db4b95aebf",
    ]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 12, 13])(
    "of %d others leads to the whole tree's root",
    (count) => {
      const ids = Array.from({ length: count }, (_, index) => hash(`id ${index}`));
      const first = hash("coinbase");
      const hashed = (left: string, right: string) =>
        sha256d(Buffer.from(left + right, "hex")).toString("hex");
      let level = [first, ...ids].map(reversed);
      while (level.length > 1) {
        const next: string[] = [];
        for (let at = 0; at < level.length; at += 2) {
          next.push(hashed(level[at] ?? "", level[at + 1] ?? level[at] ?? ""));
        }
        level = next;
      }
      expect(branchOf(ids).reduce(hashed, reversed(first))).toBe(level[0]);
    },
  );

  it("of a Litecoin block has its two", () => {
    expect(branch).toHaveLength(2);
  });
});

function hash(text: string): string {
  return sha256d(Buffer.from(text)).toString("hex");
}

describe("a template", () => {
  it("is read, with what not every node gives", () => {
    const data = "01";
    const txid = hash("a");
    const read = template({
      transactions: [
        { txid, hash: hash("b"), data },
        { hash: hash("c"), data },
      ],
      mweb: "abcd",
      longpollid: "x7",
      version: -2,
    });
    expect(read).toMatchObject({ mweb: "abcd", longPollId: "x7", version: 0xfffffffe, flags: "" });
    expect(read.transactions).toEqual([
      { id: txid, data },
      { id: hash("c"), data },
    ]);
    expect(template()).toMatchObject({ mweb: null, longPollId: null });
  });

  it.each<readonly [string, unknown]>([
    ["nothing", null],
    ["a list", []],
    ["no height", { ...ANSWER, height: -1 }],
    ["no time", { ...ANSWER, curtime: "now" }],
    ["no value", { ...ANSWER, coinbasevalue: 0.5 }],
    ["no version", { ...ANSWER, version: "1" }],
    ["no block before it", { ...ANSWER, previousblockhash: "00" }],
    ["no target", { ...ANSWER, bits: "1d" }],
    ["no transactions", { ...ANSWER, transactions: {} }],
    ["a transaction that is none", { ...ANSWER, transactions: [5] }],
    ["a transaction without its data", { ...ANSWER, transactions: [{ txid: hash("a") }] }],
  ])("with %s is refused", (_, answer) => {
    expect(templateOf(answer)).toBeNull();
  });
});

describe("a block", () => {
  const header = "aa".repeat(80);
  const coinbase = `${coinb1}aabbccdd00000001${coinb2}`;
  const one = { txid: hash("a"), data: "0102" };

  it("is header, transactions, and the extension block at the end", () => {
    const mweb = template({ transactions: [one], mweb: "ffee" });
    expect(blockOf(mweb, header, coinbase)).toBe(`${header}02${withWitness(coinbase)}010201ffee`);
    const plain = template({ rules: [] });
    expect(blockOf(plain, header, coinbase)).toBe(`${header}01${coinbase}`);
  });

  it.each([
    [null, "accepted", null],
    [undefined, "accepted", null],
    ["inconclusive", "inconclusive", "inconclusive"],
    ["duplicate", "duplicate", "duplicate"],
    ["rejected: duplicate", "duplicate", "duplicate"],
    ["duplicate-inconclusive", "inconclusive", "duplicate-inconclusive"],
    ["duplicate-invalid", "rejected", "duplicate-invalid"],
    ["high-hash", "rejected", "high-hash"],
    ["rejected: unexpected-witness", "rejected", "unexpected-witness"],
  ])("whose node says %j is %s", (result, fate, reason) => {
    expect(fateOf(result)).toEqual({ fate, reason });
  });

  it("is what the best of several nodes says of it", () => {
    const said = (...results: unknown[]) => fateAmong(results.map(fateOf));
    expect(said()).toBeNull();
    expect(said("high-hash", null)).toMatchObject({ fate: "accepted" });
    expect(said("duplicate", "inconclusive")).toMatchObject({ fate: "duplicate" });
    expect(said("high-hash", "inconclusive")).toMatchObject({ fate: "inconclusive" });
    expect(said("high-hash", "bad-cb")).toEqual({ fate: "rejected", reason: "high-hash" });
    expect([said(null), said("duplicate")].map(isTaken)).toEqual([true, true]);
    expect([said(), said("inconclusive"), said("high-hash")].map(isTaken)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

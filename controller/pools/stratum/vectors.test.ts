import { describe, expect, it } from "vitest";
import { solves } from "../../../zero-agent/kernels/reference.ts";
import { decode } from "./codec.ts";
import { headerOf, merkleRoot, rootFrom } from "./header.ts";
import { reversed } from "./hex.ts";
import { difficultyOf, type HeaderAlgorithm, targetHex } from "./target.ts";
import VECTORS from "./vectors.json" with { type: "json" };

function noticeOf(params: readonly unknown[]) {
  const message = decode(JSON.stringify({ id: null, method: "mining.notify", params }));
  if (message.type !== "notify") throw new Error(`read as ${message.type}`);
  return message.notice;
}

describe.each(VECTORS)("$name", (vector) => {
  const { extranonce1, extranonce2, ntime, nonce, powHash } = vector;
  const notice = { ...noticeOf(vector.notify), time: ntime };
  const algorithm = vector.algo as HeaderAlgorithm;
  const header = headerOf(notice, extranonce1, extranonce2);

  it("makes the merkle root and the header", () => {
    const coinbase = notice.coinb1 + extranonce1 + extranonce2 + notice.coinb2;
    expect(merkleRoot(coinbase, notice.branch)).toBe(vector.merkleRootInternal);
    expect(header + reversed(nonce)).toBe(vector.header);
  });

  it("has a hash that meets exactly its own target", () => {
    const hash = BigInt(`0x${powHash}`);
    const job = (target: bigint) => ({ algorithm, header, target: targetHex(target) });
    const number = Number.parseInt(nonce, 16);
    expect(solves(job(hash), number)).toBe(true);
    expect(solves(job(hash - 1n), number)).toBe(false);
  });
});

it.each([
  ["slush-bf", 7.88578],
  ["mainnet-share-683", 683.510936],
  ["ltc-genesis", 50.7156],
])("%s is a share of difficulty %d", (name, difficulty) => {
  const vector = VECTORS.find((each) => each.name === name);
  const hash = BigInt(`0x${vector?.powHash}`);
  expect(difficultyOf(hash, vector?.algo as HeaderAlgorithm)).toBeCloseTo(difficulty, 4);
});

it("bitcoin's block 125552 comes from its transactions' branch", () => {
  const branch = [
    "a1e197f9312b514b906dade27abf255ab0a12e9e24c6d5d7d3f8418dda5dc260",
    "5e996cc3307b11be5acab562575c583aba2f125ae82137bace5396db4b95aebf",
  ];
  // Its coinbase is known by its id alone, so the branch is climbed from there.
  const first = "51d37bdd871c9e1f4d5541be67a6ab625e32028744d7d4609d0c37747b40cd2d";
  expect(rootFrom(reversed(first), branch)).toBe(
    reversed("2b12fcf1b09288fcaff797d71e950e71ae42b91e8bdb2304758dfcffc2b620e3"),
  );
});

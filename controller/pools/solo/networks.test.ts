// The chains: each known by its first block, whose hash is computed here from what stands in its header.

import { expect, it } from "vitest";
import { sha256d } from "../stratum/header.ts";
import { hex32, reversed } from "../stratum/hex.ts";
import VECTORS from "../stratum/vectors.json" with { type: "json" };
import { mainNetwork, NETWORK_NAMES, NETWORKS, type NetworkName } from "./networks.ts";

it("names the chain whose coins are mined, by what it is mined with", () => {
  expect([mainNetwork("sha256d"), mainNetwork("scrypt")]).toEqual(["bitcoin", "litecoin"]);
  for (const algorithm of ["sha256d", "scrypt"] as const) {
    expect(NETWORKS[mainNetwork(algorithm)].algorithm).toBe(algorithm);
  }
});

it("tells every chain from every other by its first block", () => {
  const all = NETWORK_NAMES.flatMap((name) => NETWORKS[name].genesis as readonly string[]);
  expect(new Set(all).size).toBe(all.length);
  expect(all.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
});

/** Time, target and nonce of first blocks, whose one transaction is the same on all chains of a coin. */
it.each<readonly [NetworkName, string, number, number, number]>([
  ["bitcoin", "btc-genesis", 1_231_006_505, 0x1d00ffff, 2_083_236_893],
  ["bitcoin-test", "btc-genesis", 1_296_688_602, 0x1d00ffff, 414_098_458],
  ["bitcoin-regtest", "btc-genesis", 1_296_688_602, 0x207fffff, 2],
  ["litecoin", "ltc-genesis", 1_317_972_665, 0x1e0ffff0, 2_084_524_493],
  ["litecoin-test", "ltc-genesis", 1_486_949_366, 0x1e0ffff0, 293_345],
  ["litecoin-regtest", "ltc-genesis", 1_296_688_602, 0x207fffff, 0],
])("%s begins with the block that it should", (network, vector, time, bits, nonce) => {
  const root = VECTORS.find(({ name }) => name === vector)?.merkleRootInternal;
  const numbers = [time, bits, nonce].map((number) => reversed(hex32(number))).join("");
  const header = `01000000${"00".repeat(32)}${root}${numbers}`;
  const hash = reversed(sha256d(Buffer.from(header, "hex")).toString("hex"));
  expect(NETWORKS[network].genesis).toContain(hash);
});

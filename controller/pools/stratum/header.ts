// From what a pool says to the bytes that are hashed: coinbase, merkle root, header.

import { createHash } from "node:crypto";
import { reversed, wordsReversed } from "./hex.ts";

/** What a `mining.notify` says, in the pool's own forms. Everything but the job id is hexadecimal. */
export interface Notice {
  readonly jobId: string;
  /** The bytes of each of its words are turned round. */
  readonly prevHash: string;
  readonly coinb1: string;
  readonly coinb2: string;
  readonly branch: readonly string[];
  /** These three are numbers, highest byte first. */
  readonly version: string;
  readonly bits: string;
  readonly time: string;
  /** Whether all that was given out before is worth nothing from now on. */
  readonly clean: boolean;
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

export function sha256d(bytes: Buffer): Buffer {
  return sha256(sha256(bytes));
}

/** What two neighbours of the tree have above them. */
function pairHash(left: string, right: string): string {
  return sha256d(Buffer.from(left + right, "hex")).toString("hex");
}

/** The root of the tree whose first leaf is the coinbase; `branch` are its neighbours on the way up. As the header has it. */
export function merkleRoot(coinbase: string, branch: readonly string[]): string {
  return rootFrom(sha256d(Buffer.from(coinbase, "hex")).toString("hex"), branch);
}

/** The same from the leaf's own hash. */
export function rootFrom(leaf: string, branch: readonly string[]): string {
  return branch.reduce(pairHash, leaf);
}

/** The 76 bytes of the header before the nonce. `version` is the one that is hashed: rolled, or the notice's own. */
export function headerOf(
  notice: Notice,
  extranonce1: string,
  extranonce2: string,
  version = notice.version,
): string {
  const { coinb1, coinb2, branch, prevHash, time, bits } = notice;
  const root = merkleRoot(coinb1 + extranonce1 + extranonce2 + coinb2, branch);
  return [reversed(version), wordsReversed(prevHash), root, reversed(time), reversed(bits)].join(
    "",
  );
}

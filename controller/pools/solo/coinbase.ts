// The coinbase of a block of our own: BIP 34's height, room for the extranonce, a tag, the reward, and segwit's commitment.

import type { Template } from "./template.ts";

/** 5 for the height, 40 for the node's flags, 13 for an extranonce of 12, 1 for the length: 99 of the 100 that the chain allows. */
export const TAG_CHARS_MAX = 40;
const WITNESS_RESERVED = "00".repeat(32);

export interface CoinbaseHalves {
  /** Without the witness: what is hashed. */
  readonly coinb1: string;
  readonly coinb2: string;
}

function little(value: bigint, bytes: number): string {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(value);
  return buffer.toString("hex", 0, bytes);
}

/** A count as Bitcoin writes it before a list. */
export function varInt(value: number): string {
  if (value < 0xfd) return little(BigInt(value), 1);
  if (value <= 0xffff) return `fd${little(BigInt(value), 2)}`;
  return `fe${little(BigInt(value), 4)}`;
}

/** So many bytes, and then they: for scripts, up to 75 of them. */
function push(hex: string): string {
  return little(BigInt(hex.length / 2), 1) + hex;
}

/** The height as BIP 34 wants it: the least number of bytes, the lowest first, never negative; one opcode up to 16. */
export function heightPush(height: number): string {
  if (height >= 1 && height <= 16) return little(BigInt(0x50 + height), 1);
  let hex = "";
  for (let rest = height; rest > 0; rest = Math.floor(rest / 256))
    hex += little(BigInt(rest % 256), 1);
  const isNegative = Number.parseInt(hex.slice(-2), 16) >= 0x80;
  return push(isNegative ? `${hex}00` : hex);
}

function output(value: bigint, script: string): string {
  return little(value, 8) + varInt(script.length / 2) + script;
}

/**
 * The coinbase around its extranonce, which pays all to `script`. `tag` is what we sign with, in ASCII, cut to TAG_CHARS_MAX.
 * `extranonceBytes`: of both together, 12 at most.
 */
export function coinbaseOf(
  template: Template,
  script: string,
  tag: string,
  extranonceBytes: number,
): CoinbaseHalves {
  const before = heightPush(template.height) + template.flags;
  const after = push(Buffer.from(tag.slice(0, TAG_CHARS_MAX), "latin1").toString("hex"));
  const bytes = (before.length + after.length) / 2 + 1 + extranonceBytes;
  const { commitment, coinbaseValue } = template;
  const outputs = [output(coinbaseValue, script)];
  if (commitment !== null) outputs.push(output(0n, commitment));
  const input = `${"00".repeat(32)}ffffffff`;
  const size = little(BigInt(extranonceBytes), 1);
  return {
    coinb1: `0200000001${input}${varInt(bytes)}${before}${size}`,
    coinb2: `${after}ffffffff${varInt(outputs.length)}${outputs.join("")}00000000`,
  };
}

/** The same transaction as the block has it where the rules have segwit: with marker, flag, and the one value that its witness is. */
export function withWitness(coinbase: string): string {
  const [version, middle, lock] = [coinbase.slice(0, 8), coinbase.slice(8, -8), coinbase.slice(-8)];
  return `${version}0001${middle}0120${WITNESS_RESERVED}${lock}`;
}

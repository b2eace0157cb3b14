// The space of one connection, cut into pieces that no two ever share: an extranonce2 each, and where those run out and the pool
// lets us roll the version, version bits beside it.

import { hex32 } from "./hex.ts";

export interface Piece {
  readonly extranonce2: string;
  /** What stands in the version's free bits; 0 as long as extranonces last. */
  readonly versionBits: number;
}

/** Numbers of bytes beyond this are never all counted: at a piece a millisecond they last for 8,000 years. */
const COUNTED_BYTES_MAX = 6;

/** The lowest bits of `value`, laid out over the bits that the mask has. */
function scatter(value: number, mask: number): number {
  let bits = 0;
  let rest = value;
  for (let bit = 0; bit < 32; bit++) {
    if ((mask & (1 << bit)) === 0) continue;
    if (rest % 2 === 1) bits |= 1 << bit;
    rest = Math.floor(rest / 2);
  }
  return bits >>> 0;
}

function bitsIn(mask: number): number {
  let count = 0;
  for (let bit = 0; bit < 32; bit++) count += (mask >>> bit) & 1;
  return count;
}

/** How many pieces there are. */
export function piecesIn(extranonce2Bytes: number, mask: number): number {
  return 256 ** Math.min(COUNTED_BYTES_MAX, extranonce2Bytes) * 2 ** bitsIn(mask);
}

/** The piece of a number from 0 on; null when there are no more. */
export function pieceOf(index: number, extranonce2Bytes: number, mask: number): Piece | null {
  if (index >= piecesIn(extranonce2Bytes, mask)) return null;
  const each = 256 ** Math.min(COUNTED_BYTES_MAX, extranonce2Bytes);
  const extranonce2 = (index % each).toString(16).padStart(2 * extranonce2Bytes, "0");
  return { extranonce2, versionBits: scatter(Math.floor(index / each), mask) };
}

/** What names a miner behind the rig; none is called 0. */
export const MINER_ID_BYTES = 2;
/** Miners count on in so many bytes: two are enough for 280 TH of each work, and for the least that miners take. */
const MINER_OWN_BYTES = { least: 2, most: 4 } as const;

/** How extranonce2 is divided where miners share a connection with the rig: zeros, who it is, and what is that one's own. */
export interface SharedSpace {
  readonly padBytes: number;
  readonly ownBytes: number;
}

/** null where it is too short to be divided. */
export function shareSpace(extranonce2Bytes: number): SharedSpace | null {
  const left = extranonce2Bytes - MINER_ID_BYTES;
  if (left < MINER_OWN_BYTES.least) return null;
  const ownBytes = Math.min(MINER_OWN_BYTES.most, left);
  return { padBytes: left - ownBytes, ownBytes };
}

/** The bytes of extranonce2 that the rig's own seats count in; before them are zeros, which no miner has. */
export function ownBytesOf(extranonce2Bytes: number, isShared: boolean): number {
  return (isShared ? shareSpace(extranonce2Bytes)?.ownBytes : null) ?? extranonce2Bytes;
}

/** The version with those of its bits replaced that the mask frees (BIP 310). */
export function rolledVersion(version: string, mask: number, bits: number): string {
  return hex32((Number.parseInt(version, 16) & ~mask) | (bits & mask));
}

/**
 * The bits of this version that may be rolled: none where the pool's own stand in the mask, for some pools set ours beside them,
 * and some turn them over.
 */
export function freeBits(version: string, mask: number): number {
  return (Number.parseInt(version, 16) & mask) === 0 ? mask : 0;
}

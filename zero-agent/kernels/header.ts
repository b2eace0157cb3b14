// The block header of a job, in the forms in which it is hashed.

import type { HeaderJob } from "./kernel.ts";

const HEADER_BYTES = 80;
export const NONCE_AT = 76;
export const NONCE_MAX = 2 ** 32 - 1;
const DIGEST_BYTES = 32;

function bytesOf(hex: string, bytes: number, what: string): Buffer {
  const parsed = Buffer.from(hex, "hex");
  if (parsed.length === bytes && hex.length === 2 * bytes) return parsed;
  throw new RangeError(`${what} is not ${bytes} bytes in hexadecimal`);
}

/** The 80 bytes, with the nonce 0. Throws RangeError if the job's header is not 76 bytes. */
export function headerBytes({ header }: Pick<HeaderJob, "header">): Buffer {
  return Buffer.concat([bytesOf(header, NONCE_AT, "the header"), Buffer.alloc(4)], HEADER_BYTES);
}

/** The target with its highest byte first. Throws RangeError if it is not 32 bytes. */
export function targetBytes({ target }: HeaderJob): Buffer {
  return bytesOf(target, DIGEST_BYTES, "the target").reverse();
}

/** Whether a digest, which is turned round for it, is no more than what `targetBytes` gave. */
export function isWithin(digest: Buffer, target: Buffer): boolean {
  return digest.reverse().compare(target) <= 0;
}

/** The words of the header as SHA-256 reads them, with the nonce 0, padded to two blocks. */
export function headerWords(job: HeaderJob): Int32Array<ArrayBuffer> {
  const bytes = Buffer.concat([headerBytes(job), Buffer.of(0x80)], 128);
  bytes.writeUInt32BE(8 * HEADER_BYTES, 124);
  return Int32Array.from({ length: 32 }, (_, t) => bytes.readInt32BE(4 * t));
}

/** A word with its bytes in the other order: a little-endian nonce as SHA-256 reads it. */
export function swapped(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

/** The end of a search's piece. Throws RangeError where no header has such nonces. */
export function pieceEnd(from: number, to: number, budget: number): number {
  if (from < 0 || to > NONCE_MAX) throw new RangeError(`a header's nonces end at ${NONCE_MAX}`);
  return Math.min(to, from + budget - 1);
}

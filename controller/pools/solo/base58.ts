// Addresses in base 58 with their checksum of four bytes.

import { sha256d } from "../stratum/header.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/** A version byte, a hash of 20, a checksum of 4: 25 bytes take 26 to 35 digits. */
const CHARS_MAX = 35;
const CHECKSUM_BYTES = 4;

/** The bytes before the checksum; null where it is not right. */
export function decodeBase58Check(text: string): Buffer | null {
  if (text.length > CHARS_MAX) return null;
  let value = 0n;
  for (const char of text) {
    const digit = ALPHABET.indexOf(char);
    if (digit < 0) return null;
    value = value * 58n + BigInt(digit);
  }
  const zeros = text.length - text.replace(/^1+/, "").length;
  const hex = value === 0n ? "" : value.toString(16);
  const digits = hex.length % 2 === 0 ? hex : `0${hex}`;
  const bytes = Buffer.concat([Buffer.alloc(zeros), Buffer.from(digits, "hex")]);
  if (bytes.length <= CHECKSUM_BYTES) return null;
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  const sum = sha256d(body).subarray(0, CHECKSUM_BYTES);
  return sum.equals(bytes.subarray(-CHECKSUM_BYTES)) ? body : null;
}

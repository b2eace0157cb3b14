// The one SHA-1 block of a DUCO-S1 message: 40 characters of prefix, the decimal nonce, the padding.

import { TAIL_WORDS } from "./generator/layout.ts";

const PREFIX_BYTES = 40;
const BLOCK_BYTES = 64;
const FIRST_TAIL_WORD = 10;
const DIGIT_ZERO = 0x30;

/** The words of the message whose nonce is `length` times '0', 1 to 15: more do not fit into one block. Null if the prefix is not 40 bytes. */
export function messageWords(prefix: string, length: number): Int32Array | null {
  if (Buffer.byteLength(prefix) !== PREFIX_BYTES) return null;
  const bytes = Buffer.alloc(BLOCK_BYTES);
  bytes.write(prefix);
  bytes.fill(DIGIT_ZERO, PREFIX_BYTES, PREFIX_BYTES + length);
  bytes[PREFIX_BYTES + length] = 0x80;
  bytes.writeUInt32BE(8 * (PREFIX_BYTES + length), BLOCK_BYTES - 4);
  const words = new Int32Array(BLOCK_BYTES / 4);
  for (let t = 0; t < words.length; t++) words[t] = bytes.readInt32BE(4 * t);
  return words;
}

/** The five words of a digest in hexadecimal. What is no digest gives words that no share passes. */
export function digestWords(target: string): Int32Array {
  const words = new Int32Array(5);
  for (let i = 0; i < words.length; i++) {
    words[i] = Number.parseInt(target.slice(8 * i, 8 * i + 8), 16);
  }
  return words;
}

/**
 * Adds `value` to the decimal number whose last digit is `place` bytes behind the prefix. The digits are '0' before.
 * `words` has word 10 of the message at `first`.
 */
export function addDigits(words: Int32Array, first: number, place: number, value: number): void {
  let rest = value;
  for (let p = place; rest > 0; p--) {
    const digit = rest % 10;
    rest = (rest - digit) / 10;
    const word = first + (p >> 2);
    words[word] = (words[word] as number) + (digit << (24 - 8 * (p & 3)));
  }
}

/** Counts up the decimal number whose last digit is `place` bytes behind the prefix. */
function increment(words: Int32Array, first: number, place: number): void {
  for (let p = place; p >= 0; p--) {
    const word = first + (p >> 2);
    const shift = 24 - 8 * (p & 3);
    const old = words[word] as number;
    if (((old >>> shift) & 15) < 9) {
      words[word] = old + (1 << shift);
      return;
    }
    words[word] = old - (9 << shift);
  }
}

/** The words 10..13 of `count` hundreds, all of one length, from `hundred` on. `message` is of that length. */
export function fillTails(
  memory: Int32Array,
  tails: number,
  message: Int32Array,
  length: number,
  hundred: number,
  count: number,
): void {
  const end = tails + count * TAIL_WORDS;
  for (let i = 0; i < TAIL_WORDS; i++) memory[tails + i] = message[FIRST_TAIL_WORD + i] as number;
  const place = length - 3;
  addDigits(memory, tails, place, hundred);
  let digit = hundred % 10;
  for (let at = tails + TAIL_WORDS; at < end; at += TAIL_WORDS) {
    // One by one: `copyWithin` costs more than that for so few.
    memory[at] = memory[at - 4] as number;
    memory[at + 1] = memory[at - 3] as number;
    memory[at + 2] = memory[at - 2] as number;
    memory[at + 3] = memory[at - 1] as number;
    if (digit < 9) {
      memory[at + (place >> 2)] =
        (memory[at + (place >> 2)] as number) + (1 << (24 - 8 * (place & 3)));
      digit += 1;
    } else {
      increment(memory, at, place);
      digit = 0;
    }
  }
}

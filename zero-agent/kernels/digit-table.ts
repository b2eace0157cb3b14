// What the last two digits of the nonce change in each word of the schedule. It is linear, and depends on no job.

import type { Flow } from "./generator/flow.ts";
import { type Layout, TAIL_WORDS } from "./generator/layout.ts";
import { addDigits } from "./message.ts";

const ROUNDS = 80;
const FIRST_TAIL_WORD = 10;

/** The schedule of a message that is 0 but for one digit, `place` bytes behind the prefix, up to the word `last`. */
function expanded(place: number, digit: number, last: number): Int32Array {
  const words = new Int32Array(ROUNDS);
  const tail = new Int32Array(TAIL_WORDS);
  addDigits(tail, 0, place, digit);
  words.set(tail, FIRST_TAIL_WORD);
  for (let t = 16; t <= last; t++) {
    const x =
      (words[t - 3] as number) ^
      (words[t - 8] as number) ^
      (words[t - 14] as number) ^
      (words[t - 16] as number);
    words[t] = (x << 1) | (x >>> 31);
  }
  return words;
}

/** Writes the table for nonces of `length` digits, 2 to 15, from word `start` on. */
export function writeDigitTable(
  memory: Int32Array,
  start: number,
  flow: Flow,
  { lanes, rowWords }: Layout,
  length: number,
): void {
  const last = Math.max(...flow.columns);
  const tens = Array.from({ length: 10 }, (_, digit) => expanded(length - 2, digit, last));
  const ones = Array.from({ length: 10 }, (_, digit) => expanded(length - 1, digit, last));
  for (let nonce = 0; nonce < 100; nonce++) {
    const ten = tens[Math.floor(nonce / 10)] as Int32Array;
    const one = ones[nonce % 10] as Int32Array;
    const lane = nonce % lanes;
    let at = start + ((nonce - lane) / lanes) * rowWords + lane;
    for (const t of flow.columns) {
      memory[at] = (ten[t] as number) ^ (one[t] as number);
      at += lanes;
    }
  }
}

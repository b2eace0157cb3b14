// DUCO-S1 in plain JavaScript: no WebAssembly and no native code, so it runs wherever Node does, ARMv6 included.
//
// Why it is fast: the message is 40 constant bytes and at most 15 digits, always one SHA-1 block.
// - Words 0..9 hold the prefix, so rounds 0..9 are done once a job.
// - The target is run backwards: the last word of the digest is the `a` of round 75, rotated, plus a constant. One compare
//   there rejects all but one nonce in 2^32; what passes is confirmed by the reference.
// - Rounds 10..75 are written out as text with every word in a local variable. The same rounds as loops over arrays are
//   half as fast, because V8 checks the bounds of each access.
// - The decimal digits are counted up inside the block, not printed for each nonce.

import type { Kernel, SearchJob, SearchProgress } from "./kernel.ts";
import { referenceKernel, solves } from "./reference.ts";

const PREFIX_BYTES = 40;
/** 40 + 15 bytes, the 0x80 and the 8 bytes of length fill the block. */
const DIGITS_MAX = 15;
const ONE_BLOCK_END = 10 ** DIGITS_MAX;
const FIRST_ROUND = 10;
const COMPARED_ROUND = 75;

// FIPS 180-4, sections 5.3.1 and 4.2.1.
const IV = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0] as const;
const K = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6] as const;

/** The `a` of round 75. `state` = a..e after round 9; `block` = the 16 words of the message. */
type LateRounds = (state: Int32Array, block: Int32Array) => number;

function mixed(t: number, b: string, c: string, d: string): string {
  if (t < 20) return `(${d} ^ (${b} & (${c} ^ ${d})))`;
  if (t < 40 || t >= 60) return `(${b} ^ ${c} ^ ${d})`;
  return `((${b} & ${c}) | (${d} & (${b} | ${c})))`;
}

function writeLateRounds(): LateRounds {
  let names = ["a", "b", "c", "d", "e"] as [string, string, string, string, string];
  const lines = names.map((name, i) => `let ${name} = state[${i}] | 0;`);
  for (let t = 0; t < 16; t++) lines.push(`let w${t} = block[${t}] | 0;`);
  lines.push("let x = 0;");
  for (let t = FIRST_ROUND; t <= COMPARED_ROUND; t++) {
    const [a, b, c, d, e] = names;
    const w = `w${t % 16}`;
    if (t >= 16) {
      lines.push(`x = w${(t - 3) % 16} ^ w${(t - 8) % 16} ^ w${(t - 14) % 16} ^ ${w};`);
      lines.push(`${w} = (x << 1) | (x >>> 31);`);
    }
    // `a` is added last: it is the newest value, and all else can be summed while it is on its way.
    const k = (K[Math.floor(t / 20)] as number) | 0;
    const rotated = `((${a} << 5) | (${a} >>> 27))`;
    lines.push(`${e} = (${w} + ${k} + ${e} + ${mixed(t, b, c, d)} + ${rotated}) | 0;`);
    lines.push(`${b} = (${b} << 30) | (${b} >>> 2);`);
    names = [e, a, b, c, d];
  }
  lines.push(`return ${names[0]};`);
  return new Function("state", "block", lines.join("\n")) as LateRounds;
}

const lateRounds = writeLateRounds();

interface Prepared {
  readonly job: SearchJob;
  /** The 16 words of the message, of which 0..9 are set. */
  readonly block: Int32Array;
  /** a, b, c, d, e after round 9. */
  readonly state: Int32Array;
  /** What `a` is after round 75, if the nonce is right. */
  readonly wanted: number;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function prepare(job: SearchJob): Prepared {
  const bytes = Buffer.from(job.prefix, "latin1");
  const block = new Int32Array(16);
  let [a, b, c, d, e]: [number, number, number, number, number] = [...IV];
  for (let t = 0; t < FIRST_ROUND; t++) {
    const word = bytes.readInt32BE(4 * t);
    block[t] = word;
    const next = (rotateLeft(a, 5) + (d ^ (b & (c ^ d))) + e + K[0] + word) | 0;
    [a, b, c, d, e] = [next, a, rotateLeft(b, 30), c, d];
  }
  const lastWord = Number.parseInt(job.target.slice(32), 16) | 0;
  // Rounds 76..79 only pass that `a` on, rotated by 30: rotating by 2 more undoes it.
  const wanted = rotateLeft((lastWord - IV[4]) | 0, 2);
  return { job, block, state: Int32Array.of(a, b, c, d, e), wanted };
}

/** Counts up the decimal number that ends at byte `at` of the block. */
function increment(block: Int32Array, at: number): void {
  for (let p = at; p >= PREFIX_BYTES; p--) {
    const shift = 24 - 8 * (p & 3);
    const word = block[p >> 2] as number;
    if (((word >>> shift) & 15) < 9) {
      block[p >> 2] = word + (1 << shift);
      return;
    }
    block[p >> 2] = word - (9 << shift);
  }
}

/** Searches from..end, all of one length. Returns the first nonce that solves the job, or -1. */
function searchLength(prepared: Prepared, from: number, end: number): number {
  const { job, state, wanted } = prepared;
  const digits = `${from}`;
  const tail = Buffer.alloc(64 - PREFIX_BYTES);
  tail.write(`${digits}\x80`, "latin1");
  tail.writeInt32BE(8 * (PREFIX_BYTES + digits.length), tail.length - 4);
  const block = Int32Array.from(prepared.block);
  for (let t = FIRST_ROUND; t < 16; t++) block[t] = tail.readInt32BE(4 * t - PREFIX_BYTES);

  const lastDigitAt = PREFIX_BYTES + digits.length - 1;
  for (let nonce = from; nonce <= end; nonce++) {
    if (lateRounds(state, block) === wanted && solves(job, nonce)) return nonce;
    increment(block, lastDigitAt);
  }
  return -1;
}

/** The job that was prepared last: `search` is called many times for one job. */
let latest: Prepared | null = null;

function search(job: SearchJob, from: number, to: number, budget: number): SearchProgress {
  // The last nonces below 2^53 have 16 digits and need a second block. No pool asks for them.
  if (from >= ONE_BLOCK_END) return referenceKernel.search(job, from, to, budget);
  if (latest?.job.prefix !== job.prefix || latest.job.target !== job.target) latest = prepare(job);

  const end = Math.min(to, from + budget - 1, ONE_BLOCK_END - 1);
  let next = from;
  while (next <= end) {
    const lengthEnd = Math.min(end, 10 ** `${next}`.length - 1);
    const nonce = searchLength(latest, next, lengthEnd);
    if (nonce >= 0) return { nonce, next: nonce + 1, hashes: nonce - from + 1 };
    next = lengthEnd + 1;
  }
  return { nonce: null, next, hashes: next - from };
}

export const plainKernel: Kernel = { name: "plain", algorithm: "duco-s1", search };

// What is around scrypt's mixing: PBKDF2-HMAC-SHA-256 of a header with itself as the salt, one iteration (RFC 7914, section 6).

import { headerWords, swapped } from "./header.ts";
import type { ScryptJob } from "./kernel.ts";
import { compress, IV } from "./sha256.ts";

const STATE_WORDS = 8;
const BLOCK_WORDS = 16;
const WORD_BITS = 32;
const HEADER_WORDS = 20;
const MIXED_WORDS = 32;
const NONCE_WORD = 19;
const INNER_PAD = 0x36363636;
const OUTER_PAD = 0x5c5c5c5c;
const PADDING = 0x80000000;
const START = Int32Array.from(IV);

/** One nonce on its way through scrypt. It keeps the two halves of the key between `begin` and `end`. */
export class ScryptFrame {
  #words = new Int32Array(2 * BLOCK_WORDS);
  /** The state behind the header's first block. */
  readonly #middle = new Int32Array(STATE_WORDS);
  readonly #inner = new Int32Array(STATE_WORDS);
  readonly #outer = new Int32Array(STATE_WORDS);
  readonly #state = new Int32Array(STATE_WORDS);
  readonly #salted = new Int32Array(STATE_WORDS);
  readonly #block = new Int32Array(BLOCK_WORDS);

  prepare(job: ScryptJob): void {
    this.#words = headerWords(job);
    this.#middle.set(START);
    compress(this.#middle, this.#words, 0);
  }

  /** The state behind the key, which `#state` has, with a pad. */
  #key(half: Int32Array, pad: number): void {
    const block = this.#block;
    for (let i = 0; i < STATE_WORDS; i++) block[i] = (this.#state[i] as number) ^ pad;
    block.fill(pad, STATE_WORDS);
    half.set(START);
    compress(half, block, 0);
  }

  /** Ends a hash behind half a key: `used` words of the block are its last, `words` all that came behind the key. */
  #finish(used: number, words: number): void {
    const block = this.#block;
    block.fill(0, used);
    block[used] = PADDING;
    block[BLOCK_WORDS - 1] = WORD_BITS * (BLOCK_WORDS + words);
    compress(this.#state, block, 0);
  }

  /** Ends an HMAC. As `#finish`, and `#state` is then what it gives. */
  #authenticate(used: number, words: number): void {
    this.#finish(used, words);
    this.#block.set(this.#state);
    this.#state.set(this.#outer);
    this.#finish(STATE_WORDS, STATE_WORDS);
  }

  /** Writes a nonce's 32 words to mix: word i of them to `memory[at + places[i]]`. */
  begin(nonce: number, memory: Int32Array, at: number, places: readonly number[]): void {
    const words = this.#words;
    const block = this.#block;
    words[NONCE_WORD] = swapped(nonce);
    // A key that is longer than a block is hashed.
    this.#state.set(this.#middle);
    compress(this.#state, words, BLOCK_WORDS);
    this.#key(this.#inner, INNER_PAD);
    this.#key(this.#outer, OUTER_PAD);
    this.#salted.set(this.#inner);
    compress(this.#salted, words, 0);
    for (let done = 0; done < MIXED_WORDS; done += STATE_WORDS) {
      for (let t = 0; t < HEADER_WORDS - BLOCK_WORDS; t++)
        block[t] = words[BLOCK_WORDS + t] as number;
      block[HEADER_WORDS - BLOCK_WORDS] = done / STATE_WORDS + 1;
      this.#state.set(this.#salted);
      this.#authenticate(HEADER_WORDS - BLOCK_WORDS + 1, HEADER_WORDS + 1);
      for (let i = 0; i < STATE_WORDS; i++) {
        memory[at + (places[done + i] as number)] = swapped(this.#state[i] as number);
      }
    }
  }

  /** The highest 32 bits of the digest, from the mixed words. */
  end(memory: Int32Array, at: number, places: readonly number[]): number {
    const block = this.#block;
    this.#state.set(this.#inner);
    for (let done = 0; done < MIXED_WORDS; done += BLOCK_WORDS) {
      for (let t = 0; t < BLOCK_WORDS; t++) {
        block[t] = swapped(memory[at + (places[done + t] as number)] as number);
      }
      compress(this.#state, block, 0);
    }
    block[0] = 1;
    this.#authenticate(1, MIXED_WORDS + 1);
    return swapped(this.#state[STATE_WORDS - 1] as number) >>> 0;
  }
}

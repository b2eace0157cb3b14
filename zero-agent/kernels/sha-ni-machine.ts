// The SHA-256d search by the processor's own instructions for SHA-256 (generator/sha-ni.ts): its memory, set for a job.

import type { BlockShape } from "./block-search.ts";
import { BATCH_HUNDREDS } from "./generator/layout.ts";
import { SHA_NI_LAYOUT, SHA_NI_SPARE_TAILS } from "./generator/sha-ni.ts";
import { headerWords, swapped } from "./header.ts";
import type { Sha256dJob } from "./kernel.ts";
import type { Code } from "./machine.ts";
import { compress, IV } from "./sha256.ts";
import { maskOf, type PreparedMachine } from "./sha256d-search.ts";

const SPAN = 256;
const SECOND_BLOCK = 16;
const CONSTANT_WORDS = 3;

/** 32-bit words of memory that it needs. */
export const SHA_NI_WORDS = SHA_NI_LAYOUT.tails + BATCH_HUNDREDS + SHA_NI_SPARE_TAILS;

export class ShaNiMachine implements PreparedMachine {
  readonly layout: BlockShape = { lanes: 1, streams: 1, groups: SPAN };
  readonly #code: Code;
  readonly #state: Int32Array;

  constructor(code: Code) {
    this.#code = code;
    this.#state = code.memory.subarray(SHA_NI_LAYOUT.state, SHA_NI_LAYOUT.words);
  }

  /** Gets ready for a job. */
  prepare(job: Sha256dJob): void {
    const words = headerWords(job);
    this.#state.set(IV);
    compress(this.#state, words, 0);
    const constant = words.subarray(SECOND_BLOCK, SECOND_BLOCK + CONSTANT_WORDS);
    this.#code.memory.set(constant, SHA_NI_LAYOUT.words);
    this.#code.memory[SHA_NI_LAYOUT.mask] = maskOf(job.target);
  }

  load(hundred: number, count: number): void {
    for (let i = 0; i < count; i++) {
      this.#code.memory[SHA_NI_LAYOUT.tails + i] = swapped(SPAN * (hundred + i));
    }
  }

  run(first: number, end: number): number {
    return this.#code.run(first, end, 0);
  }
}

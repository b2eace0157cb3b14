// The SHA-256d search over a range of nonces, with a machine that runs the flow.

import { type BlockMachine, NONE, searchBlocks } from "./block-search.ts";
import type { Flow } from "./generator/flow.ts";
import { type Layout, TAIL_WORDS, tableAt } from "./generator/layout.ts";
import { GIVEN } from "./generator/sha256d-flow.ts";
import { headerWords, pieceEnd, swapped } from "./header.ts";
import { JobSlots } from "./job-slots.ts";
import type { SearchProgress, Sha256dJob } from "./kernel.ts";
import type { Code } from "./machine.ts";
import { judge } from "./reference.ts";
import { compress, IV } from "./sha256.ts";

const STATE_WORDS = 8;
const SECOND_BLOCK = 16;

/** 32-bit words of memory that a layout needs: there is one table, for all jobs. */
export function sha256dMemoryWords(layout: Layout): number {
  return tableAt(layout, 1);
}

/**
 * Which bits of the digest's last word are 0 in each digest that the target allows: those above the highest 1 of the
 * target's highest word.
 */
export function maskOf(target: string): number {
  const highest = swapped(Number.parseInt(target.slice(-8), 16));
  return swapped(highest === 0 ? -1 : ~(0xffffffff >>> Math.clz32(highest)));
}

/** A machine that can be set for a job. */
export interface PreparedMachine extends BlockMachine {
  prepare(job: Sha256dJob): void;
}

export class Sha256dMachine implements PreparedMachine {
  readonly layout: Layout;
  readonly #code: Code;
  readonly #span: number;
  readonly #slots: JobSlots;
  readonly #given = new Int32Array(STATE_WORDS + 1);
  #header = "";
  #mask = 0;

  constructor(flow: Flow, layout: Layout, code: Code) {
    this.layout = layout;
    this.#code = code;
    this.#span = flow.span;
    this.#slots = new JobSlots(flow, layout, code.memory);
    // The lowest byte of a nonce is the highest of its word.
    for (let low = 0; low < flow.span; low++) code.memory[layout.tables + low] = low << 24;
  }

  /** Gets ready for a job. Costs nothing if it is. */
  prepare(job: Sha256dJob): void {
    const mask = maskOf(job.target);
    // Many targets have the same.
    if (job.header === this.#header && mask === this.#mask) return;
    const words = headerWords(job);
    this.#given.set(IV);
    compress(this.#given, words, 0);
    this.#given[GIVEN.mask] = mask;
    this.#slots.write({ words: words.subarray(SECOND_BLOCK), digest: this.#given });
    this.#header = job.header;
    this.#mask = mask;
  }

  load(hundred: number, count: number): void {
    const { memory } = this.#code;
    const end = hundred + count;
    let at = this.layout.tails;
    for (let h = hundred; h < end; h++) {
      memory[at] = swapped(this.#span * h);
      at += TAIL_WORDS;
    }
  }

  run(first: number, end: number): number {
    return this.#code.run(first, end, this.layout.tables);
  }
}

export class Sha256dSearch {
  readonly #open: () => PreparedMachine;
  #machine: PreparedMachine | null = null;

  /** `open` makes the machine; it is called at the first search. */
  constructor(open: () => PreparedMachine) {
    this.#open = open;
  }

  /** As `Kernel.search`. Throws RangeError if the job or its range is none. */
  search(job: Sha256dJob, from: number, to: number, budget: number): SearchProgress {
    const isRight = judge(job);
    const end = pieceEnd(from, to, budget);
    this.#machine ??= this.#open();
    this.#machine.prepare(job);
    const nonce = searchBlocks(this.#machine, from, end, isRight);
    if (nonce !== NONE) return { nonce, next: nonce + 1, hashes: nonce - from + 1 };
    return { nonce: null, next: end + 1, hashes: Math.max(0, end - from + 1) };
  }
}

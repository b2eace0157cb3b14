// The code of one flow and its memory: set for a job and a length of nonce, it looks through hundreds of nonces.

import type { BlockMachine } from "./block-search.ts";
import { writeDigitTable } from "./digit-table.ts";
import type { Flow } from "./generator/flow.ts";
import { type Layout, tableAt } from "./generator/layout.ts";
import { JobSlots } from "./job-slots.ts";
import type { DucoS1Job } from "./kernel.ts";
import { digestWords, fillTails, messageWords } from "./message.ts";
import type { Shape } from "./shape.ts";

/** What a back end gives: the function of generator/flow.ts, and the memory that it works on. */
export interface Code {
  readonly memory: Int32Array;
  run(first: number, end: number, table: number): number;
}

/** 32-bit words of memory that a layout needs for a shape. */
export function memoryWords(layout: Layout, { minLength, maxLength }: Shape): number {
  return tableAt(layout, maxLength - minLength + 1);
}

export class Machine implements BlockMachine {
  readonly layout: Layout;
  readonly #flow: Flow;
  readonly #shape: Shape;
  readonly #code: Code;
  readonly #slots: JobSlots;
  readonly #tables = new Set<number>();
  #prefix = "";
  #target = "";
  #length = 0;
  #table = 0;
  #message: Int32Array = new Int32Array(16);

  constructor(flow: Flow, layout: Layout, shape: Shape, code: Code) {
    this.#flow = flow;
    this.layout = layout;
    this.#shape = shape;
    this.#code = code;
    this.#slots = new JobSlots(flow, layout, code.memory);
  }

  /** Gets ready for a job and a length of nonce. Costs nothing if it is. False if the message is not one block. */
  prepare({ prefix, target }: DucoS1Job, length: number): boolean {
    if (prefix === this.#prefix && target === this.#target && length === this.#length) return true;
    const words = messageWords(prefix, length);
    if (words === null) return false;
    this.#message = words;
    this.#prefix = prefix;
    this.#target = target;
    this.#length = length;
    const index = length - this.#shape.minLength;
    this.#table = tableAt(this.layout, index);
    if (!this.#tables.has(index)) {
      writeDigitTable(this.#code.memory, this.#table, this.#flow, this.layout, length);
      this.#tables.add(index);
    }
    this.#slots.write({ words, digest: digestWords(target) });
    return true;
  }

  load(hundred: number, count: number): void {
    const { tails } = this.layout;
    fillTails(this.#code.memory, tails, this.#message, this.#length, hundred, count);
  }

  run(first: number, end: number): number {
    return this.#code.run(first, end, this.#table);
  }
}

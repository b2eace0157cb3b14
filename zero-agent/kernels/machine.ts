// The code of one flow and its memory: set for a job and a length of nonce, it looks through hundreds of nonces.

import { writeDigitTable } from "./digit-table.ts";
import { evaluate } from "./generator/evaluation.ts";
import { at, type Flow, JOB } from "./generator/flow.ts";
import { type Layout, slotAt, tableAt } from "./generator/layout.ts";
import type { SearchJob } from "./kernel.ts";
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

export class Machine {
  readonly layout: Layout;
  readonly #flow: Flow;
  readonly #shape: Shape;
  readonly #code: Code;
  readonly #values: Int32Array;
  /** Where the values of a job are written. */
  readonly #jobSlots: readonly { readonly place: number; readonly slot: number }[];
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
    this.#values = new Int32Array(flow.ops.length);
    const streams = Array.from({ length: layout.streams }, (_, stream) => stream);
    this.#jobSlots = [...layout.slots.keys()]
      .filter((place) => at(flow, place).level === JOB)
      .flatMap((place) =>
        streams.map((stream) => ({ place, slot: slotAt(layout, place, stream) })),
      );
  }

  /** Gets ready for a job and a length of nonce. Costs nothing if it is. False if the message is not one block. */
  prepare({ prefix, target }: SearchJob, length: number): boolean {
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
    this.#writeUniforms(words, digestWords(target));
    return true;
  }

  #writeUniforms(words: Int32Array, digest: Int32Array): void {
    evaluate(this.#flow, { words, digest }, JOB, this.#values);
    const { memory } = this.#code;
    const { lanes } = this.layout;
    for (const { place, slot } of this.#jobSlots) {
      const value = this.#values[place] as number;
      for (let lane = 0; lane < lanes; lane++) memory[slot + lane] = value;
    }
  }

  /** Sets the hundreds that `run` looks through: `count` of them, the first of which is `hundred`. */
  load(hundred: number, count: number): void {
    const { tails } = this.layout;
    fillTails(this.#code.memory, tails, this.#message, this.#length, hundred, count);
  }

  /** The first group from first..end - 1 in which a nonce may be right, or -1. */
  run(first: number, end: number): number {
    return this.#code.run(first, end, this.#table);
  }
}

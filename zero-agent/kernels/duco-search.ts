// The DUCO-S1 search over any range of nonces: cuts it into lengths of nonce, each of which a machine looks through.

import { NONE, searchBlocks } from "./block-search.ts";
import type { DucoS1Job, SearchProgress } from "./kernel.ts";
import type { Machine } from "./machine.ts";
import { judge, referenceKernel } from "./reference.ts";
import { SHAPES, type Shape } from "./shape.ts";

export class DucoSearch {
  readonly #open: (shape: Shape) => Machine;
  readonly #machines = new Map<Shape, Machine>();

  /** `open` makes the machine for a shape; it is called when a nonce of that shape comes. */
  constructor(open: (shape: Shape) => Machine) {
    this.#open = open;
  }

  /** As `Kernel.search`. */
  search(job: DucoS1Job, from: number, to: number, budget: number): SearchProgress {
    const end = Math.min(to, from + budget - 1);
    let next = from;
    while (next <= end) {
      const { length } = `${next}`;
      const lengthEnd = Math.min(end, 10 ** length - 1);
      const nonce = this.#searchLength(job, length, next, lengthEnd);
      if (nonce !== NONE) return { nonce, next: nonce + 1, hashes: nonce - from + 1 };
      next = lengthEnd + 1;
    }
    return { nonce: null, next, hashes: next - from };
  }

  #machine(length: number): Machine | null {
    const shape = SHAPES.find(
      ({ minLength, maxLength }) => minLength <= length && length <= maxLength,
    );
    if (shape === undefined) return null;
    const known = this.#machines.get(shape);
    if (known !== undefined) return known;
    const machine = this.#open(shape);
    this.#machines.set(shape, machine);
    return machine;
  }

  /** Searches from..end, all of one length. */
  #searchLength(job: DucoS1Job, length: number, from: number, end: number): number {
    const machine = this.#machine(length);
    // One digit, 16 digits (a second block), or a prefix as no pool sends it.
    if (machine === null || !machine.prepare(job, length)) {
      return referenceKernel.search(job, from, end, end - from + 1).nonce ?? NONE;
    }
    return searchBlocks(machine, from, end, judge(job));
  }
}

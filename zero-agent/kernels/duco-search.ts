// The DUCO-S1 search over any range of nonces: cuts it into what a machine can look through, and makes sure of what it finds.

import { BATCH_HUNDREDS } from "./generator/layout.ts";
import type { SearchJob, SearchProgress } from "./kernel.ts";
import type { Machine } from "./machine.ts";
import { referenceKernel, solves } from "./reference.ts";
import { SHAPES, type Shape } from "./shape.ts";

const NONE = -1;

export class DucoSearch {
  readonly #open: (shape: Shape) => Machine;
  readonly #machines = new Map<Shape, Machine>();

  /** `open` makes the machine for a shape; it is called when a nonce of that shape comes. */
  constructor(open: (shape: Shape) => Machine) {
    this.#open = open;
  }

  /** As `Kernel.search`. */
  search(job: SearchJob, from: number, to: number, budget: number): SearchProgress {
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
  #searchLength(job: SearchJob, length: number, from: number, end: number): number {
    const machine = this.#machine(length);
    // One digit, 16 digits (a second block), or a prefix as no pool sends it.
    if (machine === null || !machine.prepare(job, length)) {
      return referenceKernel.search(job, from, end, end - from + 1).nonce ?? NONE;
    }
    const { lanes, streams } = machine.layout;
    const lastHundred = Math.floor(end / 100);
    for (let hundred = Math.floor(from / 100); hundred <= lastHundred; hundred += BATCH_HUNDREDS) {
      const count = Math.min(BATCH_HUNDREDS, lastHundred - hundred + 1);
      machine.load(hundred, count);
      const base = 100 * hundred;
      // With two streams the last of an odd number runs beside whatever was there before: that finds nothing that counts.
      const isWhole = streams > 1;
      const first = isWhole ? 0 : Math.max(0, Math.floor((from - base) / lanes));
      const groups = machine.layout.groups * Math.ceil(count / streams);
      const stop = isWhole ? groups : Math.min(groups, Math.floor((end - base) / lanes) + 1);
      const nonce = this.#searchBatch(machine, job, base, first, stop, from, end);
      if (nonce !== NONE) return nonce;
    }
    return NONE;
  }

  #searchBatch(
    machine: Machine,
    job: SearchJob,
    base: number,
    first: number,
    stop: number,
    from: number,
    end: number,
  ): number {
    for (let next = first; next < stop; ) {
      const hit = machine.run(next, stop);
      if (hit === NONE) return NONE;
      const nonce = this.#confirm(machine, job, base, hit, from, end);
      if (nonce !== NONE) return nonce;
      // One nonce in 2^32 passes the compare and is wrong, or it lies beyond the range.
      next = hit + 1;
    }
    return NONE;
  }

  /** The lowest nonce of a group within from..end that is right. */
  #confirm(
    { layout: { lanes, streams, groups } }: Machine,
    job: SearchJob,
    base: number,
    hit: number,
    from: number,
    end: number,
  ): number {
    const block = Math.floor(hit / groups);
    for (let stream = 0; stream < streams; stream++) {
      const lowest = base + 100 * (streams * block + stream) + lanes * (hit % groups);
      for (let nonce = lowest; nonce < lowest + lanes; nonce++) {
        if (nonce >= from && nonce <= end && solves(job, nonce)) return nonce;
      }
    }
    return NONE;
  }
}

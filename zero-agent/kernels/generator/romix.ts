// Scrypt's mixing (RFC 7914, sections 3 to 5, for N = 1024 and r = 1) as a WebAssembly module: `run` mixes one or more
// blocks of 128 bytes in place.
//
// A block is two matrices of Salsa20, each kept as four vectors of its diagonals: then a round of columns works on whole
// vectors, and what turns them into rows is three shuffles. Blocks that are mixed side by side give the processor something
// to do while one waits for itself. The driver puts the words into that order, once for each block, and takes them out.
//
// Memory: the blocks, then for each its table of N blocks.

import { I32, unsigned, V128, wasmModule } from "./wasm-bytes.ts";
import { type Dialect, OP, VECTOR, vectorOp } from "./wasm-dialect.ts";
import { get, i32, set } from "./wasm-level.ts";

const N = 1024;
const BLOCK_BYTES = 128;
const TABLE_BYTES = N * BLOCK_BYTES;
const VECTOR_BYTES = 16;
const VECTORS = BLOCK_BYTES / VECTOR_BYTES;
const ROUNDS = 8;
export const BLOCK_WORDS = BLOCK_BYTES / 4;

/** Where in a matrix the words of the four vectors lie. */
const DIAGONALS = [0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11];
/** The n-th word of a block in memory is this word of the block in scrypt's order. */
export const WORD_ORDER: readonly number[] = [...DIAGONALS, ...DIAGONALS.map((word) => 16 + word)];

/** 32-bit words of memory for so many blocks side by side. */
function romixWords(streams: number): number {
  return (streams * (BLOCK_BYTES + TABLE_BYTES)) / 4;
}

/** Locals: the parameters of `run`, of which the first counts; an address; then per stream block, sum and input. */
const LOCAL = { step: 0, address: 3, vectors: 4 } as const;
const PER_STREAM = VECTORS + 1 + 4;

const load = (offset: number): number[] => [...vectorOp(VECTOR.load), 4, ...unsigned(offset)];
const store = (offset: number): number[] => [...vectorOp(VECTOR.store), 4, ...unsigned(offset)];

/** Turns the words of a vector, so that word `by` comes first. */
function turned(by: number): number[] {
  const lanes = Array.from({ length: VECTOR_BYTES }, (_, i) => (i + 4 * by) % VECTOR_BYTES);
  return [...vectorOp(VECTOR.shuffle), ...lanes];
}

class Romix {
  readonly out: number[] = [];
  readonly #dialect: Dialect;
  readonly #streams: readonly number[];
  readonly #xor: readonly number[];

  constructor(dialect: Dialect, streams: number) {
    this.#dialect = dialect;
    this.#xor = dialect.xor;
    this.#streams = Array.from({ length: streams }, (_, stream) => stream);
  }

  #block(stream: number, vector: number): number {
    return LOCAL.vectors + PER_STREAM * stream + vector;
  }

  #sum(stream: number): number {
    return this.#block(stream, VECTORS);
  }

  #input(stream: number, vector: number): number {
    return this.#block(stream, VECTORS + 1 + vector);
  }

  /** One step of a round in all streams: target ^= (a + b) rotated. */
  #step(half: number, target: number, a: number, b: number, bits: number): void {
    const { out } = this;
    for (const stream of this.#streams) {
      const local = (vector: number): number => this.#block(stream, 4 * half + vector);
      const sum = this.#sum(stream);
      out.push(...get(local(a)), ...get(local(b)), ...this.#dialect.add, ...set(sum));
      out.push(...get(local(target)));
      this.#dialect.rotl(out, () => out.push(...get(sum)), bits);
      out.push(...this.#xor, ...set(local(target)));
    }
  }

  /** Rows become columns, and columns rows. */
  #turn(half: number): void {
    const { out } = this;
    for (const stream of this.#streams) {
      const local = (vector: number): number => this.#block(stream, 4 * half + vector);
      const shuffle = (vector: number, by: number): void => {
        out.push(...get(local(vector)), ...get(local(vector)), ...turned(by));
      };
      shuffle(3, 1);
      shuffle(1, 3);
      out.push(...set(local(3)), ...set(local(1)));
      shuffle(2, 2);
      out.push(...set(local(2)));
    }
  }

  /** Salsa20/8 of (one half xor the other) in place of the half. */
  #salsa(half: number): void {
    const { out } = this;
    for (const stream of this.#streams) {
      for (let vector = 0; vector < 4; vector++) {
        const own = this.#block(stream, 4 * half + vector);
        const other = this.#block(stream, 4 * (1 - half) + vector);
        out.push(...get(own), ...get(other), ...this.#xor, OP.localTee, ...unsigned(own));
        out.push(...set(this.#input(stream, vector)));
      }
    }
    for (let round = 0; round < ROUNDS; round++) {
      this.#step(half, 1, 0, 3, 7);
      this.#step(half, 2, 1, 0, 9);
      this.#step(half, 3, 2, 1, 13);
      this.#step(half, 0, 3, 2, 18);
      this.#turn(half);
    }
    for (const stream of this.#streams) {
      for (let vector = 0; vector < 4; vector++) {
        const own = this.#block(stream, 4 * half + vector);
        out.push(...get(own), ...get(this.#input(stream, vector)), ...this.#dialect.add);
        out.push(...set(own));
      }
    }
  }

  #table(stream: number): number {
    return BLOCK_BYTES * this.#streams.length + TABLE_BYTES * stream;
  }

  /** Keeps the block at its place in the table. */
  #keep(): void {
    const { out } = this;
    out.push(...get(LOCAL.step), ...i32(BLOCK_BYTES), OP.i32Mul, ...set(LOCAL.address));
    for (const stream of this.#streams) {
      for (let vector = 0; vector < VECTORS; vector++) {
        out.push(...get(LOCAL.address), ...get(this.#block(stream, vector)));
        out.push(...store(this.#table(stream) + VECTOR_BYTES * vector));
      }
    }
  }

  /** Xors the block with that of the table which the first word of its second half names. */
  #mix(): void {
    const { out } = this;
    for (const stream of this.#streams) {
      out.push(...get(this.#block(stream, 4)), ...vectorOp(VECTOR.extractLane), 0);
      out.push(...i32(N - 1), OP.i32And, ...i32(BLOCK_BYTES), OP.i32Mul, ...set(LOCAL.address));
      for (let vector = 0; vector < VECTORS; vector++) {
        const own = this.#block(stream, vector);
        out.push(...get(own), ...get(LOCAL.address));
        out.push(...load(this.#table(stream) + VECTOR_BYTES * vector), ...this.#xor, ...set(own));
      }
    }
  }

  #loop(body: () => void): void {
    const { out } = this;
    out.push(...i32(0), ...set(LOCAL.step), OP.loop, OP.empty);
    body();
    this.#salsa(0);
    this.#salsa(1);
    out.push(...get(LOCAL.step), ...i32(1), OP.i32Add, OP.localTee, LOCAL.step);
    out.push(...i32(N), OP.i32LessU, OP.brIf, 0, OP.end);
  }

  emit(): Uint8Array<ArrayBuffer> {
    const { out } = this;
    const forEach = (of: (stream: number, vector: number) => void): void => {
      for (const stream of this.#streams) {
        for (let vector = 0; vector < VECTORS; vector++) of(stream, vector);
      }
    };
    const at = (stream: number, vector: number): number =>
      BLOCK_BYTES * stream + VECTOR_BYTES * vector;
    forEach((stream, vector) => {
      out.push(...i32(0), ...load(at(stream, vector)), ...set(this.#block(stream, vector)));
    });
    this.#loop(() => this.#keep());
    this.#loop(() => this.#mix());
    forEach((stream, vector) => {
      out.push(...i32(0), ...get(this.#block(stream, vector)), ...store(at(stream, vector)));
    });
    out.push(...i32(0));
    const streams = this.#streams.length;
    const locals = [
      [1, I32],
      [PER_STREAM * streams, V128],
    ] as const;
    return wasmModule(out, locals, romixWords(streams));
  }
}

/** The module that mixes so many blocks side by side. */
export function romixOf(dialect: Dialect, streams: number): Uint8Array<ArrayBuffer> {
  return new Romix(dialect, streams).emit();
}

// How the operations of the lanes become WebAssembly: with scalars, or with vectors of four in the way a processor likes.
// Opcodes are from the specification, core 2.0, section 5.4.

import { I32, signed, unsigned, V128 } from "./wasm-bytes.ts";

export const OP = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  return: 0x0f,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  i32Store: 0x36,
  i32Const: 0x41,
  i32Eq: 0x46,
  i32LessU: 0x49,
  i32GreaterEqualU: 0x4f,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32DivU: 0x6e,
  i32And: 0x71,
  i32Or: 0x72,
  i32Xor: 0x73,
  i32Shl: 0x74,
  i32ShrU: 0x76,
  i32Rotl: 0x77,
  vector: 0xfd,
  empty: 0x40,
} as const;

export const VECTOR = {
  load: 0,
  store: 11,
  const: 12,
  shuffle: 13,
  splat: 17,
  extractLane: 27,
  equal: 55,
  and: 78,
  or: 80,
  xor: 81,
  bitselect: 82,
  anyTrue: 83,
  shl: 171,
  shrU: 173,
  add: 174,
  sub: 177,
  mul: 181,
} as const;

/** Operands of an operation: each pushes its value on the stack. Those that are read twice are variables. */
type Push = () => void;

export interface Dialect {
  readonly lanes: 1 | 4;
  readonly type: number;
  load(offset: number): number[];
  /** Stores a scalar that is on the stack above its address, in the words of a slot. */
  storeSlot(offset: number): number[];
  /** Where slots are packed: spreads one word of the vector that is twice on the stack over all lanes. Null where they are not. */
  readonly spread: ((word: number) => number[]) | null;
  constant(word: number): number[];
  add: readonly number[];
  sub: readonly number[];
  xor: readonly number[];
  and: readonly number[];
  /** A value, and above it a number of bits, are on the stack. */
  shr: readonly number[];
  /** With `sum`: what is pushed by it and the rotated value are added. */
  rotl(out: number[], a: Push, bits: number, sum?: Push): void;
  ch(out: number[], b: Push, c: Push, d: Push): void;
  maj(out: number[], b: Push, c: Push, d: Push, sum?: Push): void;
  /** Two values are on the stack: leaves 1 if they are the same in any lane. */
  anyEqual: readonly number[];
}

const i32 = (word: number): number[] => [OP.i32Const, ...signed(word | 0)];

const storeWord = (offset: number): number[] => [OP.i32Store, 2, ...unsigned(offset)];

export const SCALAR: Dialect = {
  lanes: 1,
  type: I32,
  load: (offset) => [OP.i32Load, 2, ...unsigned(offset)],
  storeSlot: storeWord,
  spread: null,
  constant: i32,
  add: [OP.i32Add],
  sub: [OP.i32Sub],
  xor: [OP.i32Xor],
  and: [OP.i32And],
  shr: [OP.i32ShrU],
  rotl(out, a, bits, sum) {
    sum?.();
    a();
    out.push(...i32(bits), OP.i32Rotl);
    if (sum !== undefined) out.push(OP.i32Add);
  },
  ch(out, b, c, d) {
    d();
    b();
    c();
    d();
    out.push(OP.i32Xor, OP.i32And, OP.i32Xor);
  },
  maj(out, b, c, d, sum) {
    sum?.();
    b();
    c();
    out.push(OP.i32And);
    if (sum !== undefined) out.push(OP.i32Add);
    d();
    b();
    c();
    out.push(OP.i32Xor, OP.i32And, OP.i32Add);
  },
  anyEqual: [OP.i32Eq],
};

/** A vector instruction, without its operands. */
export const vectorOp = (op: number): number[] => [OP.vector, ...unsigned(op)];
const v = vectorOp;
const ALIGN_16 = 4;
const AND = v(VECTOR.and);
const ADD = v(VECTOR.add);
const XOR = v(VECTOR.xor);

const vectors = {
  lanes: 4,
  type: V128,
  load: (offset: number) => [...v(VECTOR.load), ALIGN_16, ...unsigned(offset)],
  storeSlot: (offset: number) => [
    ...v(VECTOR.splat),
    ...v(VECTOR.store),
    ALIGN_16,
    ...unsigned(offset),
  ],
  spread: null,
  constant(word: number) {
    const bytes = [word, word >>> 8, word >>> 16, word >>> 24].map((byte) => byte & 255);
    return [...v(VECTOR.const), ...bytes, ...bytes, ...bytes, ...bytes];
  },
  add: ADD,
  sub: v(VECTOR.sub),
  xor: XOR,
  and: AND,
  shr: v(VECTOR.shrU),
  anyEqual: [...v(VECTOR.equal), ...v(VECTOR.anyTrue)],
} as const;

/** For processors of two operands, which do three logical operations in three steps. */
export const VECTOR_X86: Dialect = {
  ...vectors,
  rotl(out, a, bits, sum) {
    sum?.();
    a();
    out.push(...i32(bits), ...v(VECTOR.shl));
    if (sum !== undefined) out.push(...ADD);
    a();
    out.push(...i32(32 - bits), ...v(VECTOR.shrU), ...(sum === undefined ? v(VECTOR.or) : ADD));
  },
  ch(out, b, c, d) {
    d();
    b();
    c();
    d();
    out.push(...XOR, ...AND, ...XOR);
  },
  maj(out, b, c, d, sum) {
    sum?.();
    b();
    c();
    out.push(...AND);
    if (sum !== undefined) out.push(...ADD);
    d();
    b();
    c();
    out.push(...XOR, ...AND, ...ADD);
  },
};

/** For NEON: V8 makes one instruction each of multiply and add (mla), shift right and add (usra), and bitselect (bsl). */
export const VECTOR_ARM: Dialect = {
  ...vectors,
  rotl(out, a, bits, sum) {
    sum?.();
    a();
    if (sum === undefined) out.push(...i32(bits), ...v(VECTOR.shl));
    else out.push(...vectors.constant(1 << bits), ...v(VECTOR.mul), ...ADD);
    a();
    out.push(...i32(32 - bits), ...v(VECTOR.shrU), ...ADD);
  },
  ch(out, b, c, d) {
    c();
    d();
    b();
    out.push(...v(VECTOR.bitselect));
  },
  maj(out, b, c, d, sum) {
    sum?.();
    // Where b and c differ, d decides.
    d();
    c();
    b();
    c();
    out.push(...XOR, ...v(VECTOR.bitselect));
    if (sum !== undefined) out.push(...ADD);
  },
};

/**
 * V8 takes two instructions for each vector that is loaded, for on ARM it has the address in a register first. Here one load brings four
 * slots, each of which is spread by one instruction (dup). Fewer instructions, but more for the unit of vectors: to be measured.
 */
export const VECTOR_ARM_PACKED: Dialect = {
  ...VECTOR_ARM,
  storeSlot: storeWord,
  spread(word) {
    const bytes = [0, 1, 2, 3].map((byte) => 4 * word + byte);
    return [...v(VECTOR.shuffle), ...bytes, ...bytes, ...bytes, ...bytes];
  },
};

// DUCO-S1 in WebAssembly: the flow emitted and compiled when nonces of its shape are first searched.

import { DucoSearch } from "./duco-search.ts";
import { ALL_STEPS, ducoS1Flow, type Steps } from "./generator/duco-s1-flow.ts";
import type { Flow } from "./generator/flow.ts";
import { layoutOf } from "./generator/layout.ts";
import { wasmOf, widthOf } from "./generator/wasm.ts";
import {
  type Dialect,
  SCALAR,
  VECTOR_ARM,
  VECTOR_ARM_PACKED,
  VECTOR_X86,
} from "./generator/wasm-dialect.ts";
import type { DucoS1Job, Kernel } from "./kernel.ts";
import { type Code, Machine, memoryWords } from "./machine.ts";
import type { Shape } from "./shape.ts";
import { withTuning } from "./v8-flags.ts";

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly run: (first: number, end: number, table: number) => number;
}

/** The code of a module that exports a memory and `run`. */
export function instantiate(bytes: Uint8Array<ArrayBuffer>): Code {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const { memory, run } = exports as Exports;
  return { memory: new Int32Array(memory.buffer), run };
}

/** The code of a flow, with memory of its own of so many words. */
export function wasmCode(
  flow: Flow,
  dialect: Dialect,
  streams: 1 | 2,
  words: number,
  compile = instantiate,
): Code {
  return compile(wasmOf(flow, dialect, streams, words));
}

/** The machine of a flow for a shape. */
export function wasmMachine(
  flow: Flow,
  shape: Shape,
  dialect: Dialect,
  streams: 1 | 2,
  compile = instantiate,
): Machine {
  const layout = layoutOf(flow, widthOf(dialect, streams));
  const code = wasmCode(flow, dialect, streams, memoryWords(layout, shape), compile);
  return new Machine(flow, layout, shape, code);
}

/** A kernel that compiles its code when nonces of a shape are first searched. */
export function wasmKernelOf(
  name: string,
  dialect: Dialect,
  streams: 1 | 2,
  steps: Steps,
  compile = instantiate,
): Kernel<DucoS1Job> {
  const search = new DucoSearch((shape) =>
    wasmMachine(ducoS1Flow(shape.digits, steps), shape, dialect, streams, compile),
  );
  return { name, algorithm: "duco-s1", search: search.search.bind(search) };
}

export const IS_X86 = process.arch === "x64" || process.arch === "ia32";
/** On ARM each operation less counts. On x86-64 a target that is run back further costs more than the rounds it saves. */
const STEPS: Steps = IS_X86 ? { isLinear: true, comparedRound: 73 } : ALL_STEPS;
export const VECTOR = IS_X86 ? VECTOR_X86 : VECTOR_ARM;

/** One nonce at a time. */
export const wasmKernel = wasmKernelOf("wasm", SCALAR, 1, { isLinear: true, comparedRound: 75 });
/** Four nonces at a time. */
export const wasmSimdKernel = wasmKernelOf("wasm-simd", VECTOR, 1, STEPS);
/** Twice four: on ARM processors that work in order it may be faster. On x86-64 a busy neighbour costs it far more. */
export const wasmSimd2Kernel = wasmKernelOf("wasm-simd-2x", VECTOR, 2, STEPS);

/** Compiled as processors like it that work in order. */
function tuned(bytes: Uint8Array<ArrayBuffer>): Code {
  return withTuning(() => {
    const code = instantiate(bytes);
    code.run(0, 0, 0);
    return code;
  });
}

/** A 32-bit ARM has half as many vector registers. */
const PACKED_STREAMS = process.arch === "arm" ? 1 : 2;

/** For ARM: the two above, and a form of its own, tuned. */
export const wasmTunedKernels = [
  wasmKernelOf("wasm-simd-tuned", VECTOR, 1, STEPS, tuned),
  wasmKernelOf("wasm-simd-2x-tuned", VECTOR, 2, STEPS, tuned),
  wasmKernelOf("wasm-simd-packed-tuned", VECTOR_ARM_PACKED, PACKED_STREAMS, STEPS, tuned),
] as const;

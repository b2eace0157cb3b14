// DUCO-S1 in WebAssembly: the flow emitted and compiled when nonces of its shape are first searched.

import { DucoSearch } from "./duco-search.ts";
import { ALL_STEPS, ducoS1Flow, type Steps } from "./generator/duco-s1-flow.ts";
import type { Flow } from "./generator/flow.ts";
import { layoutOf } from "./generator/layout.ts";
import { wasmOf } from "./generator/wasm.ts";
import { type Dialect, SCALAR, VECTOR_ARM, VECTOR_X86 } from "./generator/wasm-dialect.ts";
import type { Kernel } from "./kernel.ts";
import { Machine, memoryWords } from "./machine.ts";
import type { Shape } from "./shape.ts";

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly run: (first: number, end: number, table: number) => number;
}

/** The machine of a flow for a shape, with memory of its own. */
export function wasmMachine(flow: Flow, shape: Shape, dialect: Dialect, streams: 1 | 2): Machine {
  const layout = layoutOf(flow, { lanes: dialect.lanes, streams });
  const bytes = wasmOf(flow, dialect, streams, memoryWords(layout, shape));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const { memory, run } = exports as Exports;
  return new Machine(flow, layout, shape, { memory: new Int32Array(memory.buffer), run });
}

/** A kernel that compiles its code when nonces of a shape are first searched. */
export function wasmKernelOf(name: string, dialect: Dialect, streams: 1 | 2, steps: Steps): Kernel {
  const search = new DucoSearch((shape) =>
    wasmMachine(ducoS1Flow(shape.digits, steps), shape, dialect, streams),
  );
  return { name, algorithm: "duco-s1", search: search.search.bind(search) };
}

const IS_X86 = process.arch === "x64" || process.arch === "ia32";
/** On ARM each operation less counts. On x86-64 a target that is run back further costs more than the rounds it saves. */
const STEPS: Steps = IS_X86 ? { isLinear: true, comparedRound: 73 } : ALL_STEPS;
const VECTOR = IS_X86 ? VECTOR_X86 : VECTOR_ARM;

/** One nonce at a time. */
export const wasmKernel = wasmKernelOf("wasm", SCALAR, 1, { isLinear: true, comparedRound: 75 });
/** Four nonces at a time. */
export const wasmSimdKernel = wasmKernelOf("wasm-simd", VECTOR, 1, STEPS);
/** Twice four: on ARM processors that work in order it may be faster. On x86-64 a busy neighbour costs it far more. */
export const wasmSimd2Kernel = wasmKernelOf("wasm-simd-2x", VECTOR, 2, STEPS);

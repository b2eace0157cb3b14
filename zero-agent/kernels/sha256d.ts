// SHA-256d: the flow in WebAssembly, with vectors and without, and in plain JavaScript.

import { run } from "./generated/plain-sha256d.ts";
import type { Flow } from "./generator/flow.ts";
import { type Layout, layoutOf, type Width } from "./generator/layout.ts";
import { PLAIN_SHA256D_STEPS, type Sha256dSteps, sha256dFlow } from "./generator/sha256d-flow.ts";
import { widthOf } from "./generator/wasm.ts";
import { type Dialect, SCALAR } from "./generator/wasm-dialect.ts";
import type { Kernel, Sha256dJob } from "./kernel.ts";
import type { Code } from "./machine.ts";
import { Sha256dMachine, Sha256dSearch, sha256dMemoryWords } from "./sha256d-search.ts";
import { IS_X86, VECTOR, wasmCode } from "./wasm.ts";

/** A kernel of the code that `open` makes at the first search. */
function kernelOf(
  name: string,
  steps: Sha256dSteps,
  width: Width,
  open: (flow: Flow, layout: Layout) => Code,
): Kernel<Sha256dJob> {
  const search = new Sha256dSearch(() => {
    const flow = sha256dFlow(steps);
    const layout = layoutOf(flow, width);
    return new Sha256dMachine(flow, layout, open(flow, layout));
  });
  return { name, algorithm: "sha256d", search: search.search.bind(search) };
}

export function sha256dKernelOf(
  name: string,
  dialect: Dialect,
  steps: Sha256dSteps,
): Kernel<Sha256dJob> {
  return kernelOf(name, steps, widthOf(dialect, 1), (flow, layout) =>
    wasmCode(flow, dialect, 1, sha256dMemoryWords(layout)),
  );
}

/** One nonce at a time. */
export const sha256dWasm = sha256dKernelOf("wasm", SCALAR, {
  sharesMajority: true,
  nestsSigmas: true,
});
/** Four nonces at a time. ARM has an instruction that makes a majority with one more. */
export const sha256dWasmSimd = sha256dKernelOf("wasm-simd", VECTOR, {
  sharesMajority: IS_X86,
  nestsSigmas: true,
});

export const sha256dPlain = kernelOf(
  "plain",
  PLAIN_SHA256D_STEPS,
  { lanes: 1, streams: 1 },
  (_, layout) => {
    const memory = new Int32Array(sha256dMemoryWords(layout));
    return { memory, run: (first, end, table) => run(memory, first, end, table) };
  },
);

// Scrypt with vectors in WebAssembly. Without vectors Node's OpenSSL is as good: that is the reference.

import { romixOf } from "./generator/romix.ts";
import type { Dialect } from "./generator/wasm-dialect.ts";
import type { Kernel, ScryptJob } from "./kernel.ts";
import { ScryptSearch } from "./scrypt-search.ts";
import { instantiate, VECTOR } from "./wasm.ts";

/** A kernel of so many nonces side by side, compiled at the first search. */
export function scryptKernelOf(name: string, dialect: Dialect, streams: number): Kernel<ScryptJob> {
  const search = new ScryptSearch(() => {
    const { memory, run } = instantiate(romixOf(dialect, streams));
    return { streams, memory, mix: () => run(0, 0, 0) };
  });
  return { name, algorithm: "scrypt", search: search.search.bind(search) };
}

/** 128 KiB for each of them: together they fit into the second cache of every processor that we know of here. */
export const scryptWasmSimd = scryptKernelOf("wasm-simd", VECTOR, 2);

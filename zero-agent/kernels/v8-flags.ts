// Has V8 compile one module in a way that suits processors that work in order. These flags are V8's own affair and may be
// gone in another version: an engine that uses them is one of several, is tested like all, and is not used where it fails.

import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";

/** Each with what undoes it. */
const FLAGS = [
  // Order by how long each result takes.
  ["--turbo-instruction-scheduling", "--no-turbo-instruction-scheduling"],
  // Where V8 has no guard pages it compares each address. Ours are within bounds by construction.
  ["--no-wasm-bounds-checks", "--wasm-bounds-checks"],
  // At once with the better compiler, for later the flags are others again.
  ["--no-liftoff", "--liftoff"],
] as const;

/**
 * Calls `compile`, which must run what it compiles once, for V8 may wait until then. All threads share the flags: where there
 * are others, one of them may be compiling too, and they stay as they are.
 */
export function withTuning<T>(compile: () => T): T {
  for (const [on] of FLAGS) setFlagsFromString(on);
  try {
    return compile();
  } finally {
    if (isMainThread) for (const [, off] of FLAGS) setFlagsFromString(off);
  }
}

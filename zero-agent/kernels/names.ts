// The names of the kernels, as settings and `hello` have them, the preferred ones first.

import type { Algorithm } from "./kernel.ts";
import { NATIVE_NAMES } from "./native-engines.ts";

/** What a Zero can search for, the one that it cannot do without first. */
export const ALGORITHMS = ["duco-s1", "sha256d", "scrypt"] as const satisfies readonly Algorithm[];

/** Those that need nothing but Node. */
export const PORTABLE_NAMES = [
  "wasm-simd",
  "wasm-simd-2x",
  "wasm-simd-tuned",
  "wasm-simd-2x-tuned",
  "wasm-simd-packed-tuned",
  "wasm",
  "plain",
  "reference",
] as const;

const KERNEL_NAMES = [...NATIVE_NAMES, ...PORTABLE_NAMES] as const;

export function isNative(name: string): boolean {
  return NATIVE_NAMES.some((native) => native === name);
}

/** What may be asked for: a kernel, the best of the native ones, or the one that is best here. */
export const KERNEL_CHOICES = ["auto", "native", ...KERNEL_NAMES] as const;

export type KernelChoice = (typeof KERNEL_CHOICES)[number];

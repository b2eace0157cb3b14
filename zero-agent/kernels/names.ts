// The names of the kernels, as settings and `hello` have them, the preferred ones first.

export const KERNEL_NAMES = ["wasm-simd", "wasm-simd-2x", "wasm", "plain", "reference"] as const;

/** What may be asked for: a kernel, or the one that is best here. */
export const KERNEL_CHOICES = ["auto", ...KERNEL_NAMES] as const;

export type KernelChoice = (typeof KERNEL_CHOICES)[number];

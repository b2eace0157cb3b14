// The kernels of this build that this machine can run, in tiers: the first tier that has a right one is taken, and within
// a tier the fastest. The reference is last: it is for machines where no other passes.

import type { Kernel, Tiers } from "./kernel.ts";
import type { KernelChoice } from "./names.ts";
import { plainKernel } from "./plain.ts";
import { hasVectors, mayUseWasm, type Platform, thisPlatform } from "./platform.ts";
import { referenceKernel } from "./reference.ts";
import { wasmKernel, wasmSimd2Kernel, wasmSimdKernel } from "./wasm.ts";

function wasmTiers(platform: Platform): Tiers {
  if (!mayUseWasm(platform)) return [];
  return hasVectors() ? [[wasmSimdKernel, wasmSimd2Kernel], [wasmKernel]] : [[wasmKernel]];
}

/** All that the machine can run. */
export function kernelTiers(platform: Platform): Tiers {
  return [...wasmTiers(platform), [plainKernel], [referenceKernel]];
}

const PLATFORM = thisPlatform();
const TIERS = kernelTiers(PLATFORM);

/** On x86-64 two streams are 2 % faster on an idle machine, and far slower beside a busy neighbour: it is not for a race. */
function isRaced({ name }: Kernel): boolean {
  return PLATFORM.arch !== "x64" || name !== "wasm-simd-2x";
}

/** What is chosen from when nothing is asked for. */
export const KERNELS: Tiers = TIERS.map((tier) => tier.filter(isRaced));

/** The kernel of a name, if this machine can run it. */
export function kernelByName(name: string): Kernel | undefined {
  return TIERS.flat().find((kernel) => kernel.name === name);
}

/** What `chooseKernel` may choose from when `choice` is asked for. Empty if this machine cannot run it. */
export function kernelsFor(choice: KernelChoice): Tiers {
  if (choice === "auto") return KERNELS;
  const kernel = kernelByName(choice);
  return kernel === undefined ? [] : [[kernel]];
}

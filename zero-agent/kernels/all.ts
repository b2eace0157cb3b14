// The kernels of this build that this machine can run, in tiers: the first tier that has a right one is taken, and within
// a tier the fastest. The reference is last: it is for machines where no other passes.

import type { Kernel, Tiers } from "./kernel.ts";
import { plainKernel } from "./plain.ts";
import { hasVectors, mayUseWasm, type Platform, thisPlatform } from "./platform.ts";
import { referenceKernel } from "./reference.ts";
import { wasmKernel, wasmSimd2Kernel, wasmSimdKernel } from "./wasm.ts";

function wasmTiers(platform: Platform): Tiers {
  if (!mayUseWasm(platform)) return [];
  if (!hasVectors()) return [[wasmKernel]];
  return [
    platform.arch === "x64" ? [wasmSimdKernel] : [wasmSimdKernel, wasmSimd2Kernel],
    [wasmKernel],
  ];
}

export function kernelTiers(platform: Platform): Tiers {
  return [...wasmTiers(platform), [plainKernel], [referenceKernel]];
}

export const KERNELS: Tiers = kernelTiers(thisPlatform());

export function kernelByName(name: string): Kernel | undefined {
  return KERNELS.flat().find((kernel) => kernel.name === name);
}

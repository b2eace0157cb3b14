// The kernels of this build, the preferred ones first. The reference is last: it is for machines where no other passes.

import type { Kernel } from "./kernel.ts";
import { plainKernel } from "./plain.ts";
import { referenceKernel } from "./reference.ts";

export const KERNELS: readonly Kernel[] = [plainKernel, referenceKernel];

export function kernelByName(name: string): Kernel | undefined {
  return KERNELS.find((kernel) => kernel.name === name);
}

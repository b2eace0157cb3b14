// The kernels of this build, by name.

import type { Kernel } from "./kernel.ts";
import { plainKernel } from "./plain.ts";
import { referenceKernel } from "./reference.ts";

export const KERNELS: readonly Kernel[] = [plainKernel, referenceKernel];

export function kernelByName(name: string): Kernel | undefined {
  return KERNELS.find((kernel) => kernel.name === name);
}

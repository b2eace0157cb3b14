// The native engines for tests: built once for a state of the sources, and kept.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { NATIVE_KEY } from "../kernels/generated/native-texts.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { cachedFile, kernelsOf, loadAddon } from "../kernels/native.ts";
import { buildNative, hostTarget } from "../kernels/native-build.ts";
import type { Target } from "../kernels/native-targets.ts";

/** The addon for a target, built if these sources were not yet. It is not tried. */
export async function builtAddon(target: Target, compiler: string): Promise<string> {
  const file = join(dirname(cachedFile(process.env)), "test", `${target}-${NATIVE_KEY}.node`);
  if (!existsSync(file)) await buildNative({ target, compiler, out: file }, () => {});
  return file;
}

/** Null where there is no C compiler: the tests of these engines are then skipped. */
async function testAddon(): Promise<string | null> {
  try {
    return await builtAddon(hostTarget(), "cc");
  } catch (error) {
    if (!/^no C compiler/.test((error as Error).message)) throw error;
    process.stderr.write("SKIPPED: all tests of native engines, for there is no C compiler (cc)\n");
    return null;
  }
}

/** Those that this processor runs, of an algorithm. */
export async function nativeKernels(algorithm: Kernel["algorithm"]): Promise<Kernel[]> {
  const file = await testAddon();
  if (file === null) return [];
  return kernelsOf(loadAddon(file)).filter((kernel) => kernel.algorithm === algorithm);
}

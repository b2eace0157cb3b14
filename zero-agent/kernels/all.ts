// The kernels of this build that this machine can run, in tiers: the first tier that has a right one is taken, and within
// a tier the fastest. The reference is last: it is for machines where no other passes.

import type { Algorithm, Kernel, Tiers } from "./kernel.ts";
import { isNative, type KernelChoice } from "./names.ts";
import { loadNative } from "./native.ts";
import { SHA_NI } from "./native-engines.ts";
import { plainKernel } from "./plain.ts";
import { hasVectors, mayUseWasm, type Platform, thisPlatform } from "./platform.ts";
import { referenceKernel, scryptReference, sha256dReference } from "./reference.ts";
import { scryptWasmSimd } from "./scrypt.ts";
import { sha256dPlain, sha256dWasm, sha256dWasmSimd } from "./sha256d.ts";
import { wasmKernel, wasmSimd2Kernel, wasmSimdKernel, wasmTunedKernels } from "./wasm.ts";

/** By what they need: vectors in WebAssembly, WebAssembly, nothing. */
const ALL: Readonly<Record<Algorithm, readonly [vectors: Tiers, wasm: Tiers, others: Tiers]>> = {
  "duco-s1": [
    [[...wasmTunedKernels, wasmSimdKernel, wasmSimd2Kernel]],
    [[wasmKernel]],
    [[plainKernel], [referenceKernel]],
  ],
  sha256d: [[[sha256dWasmSimd]], [[sha256dWasm]], [[sha256dPlain], [sha256dReference]]],
  // Node's OpenSSL is fast at it: vectors have to win a race.
  scrypt: [[[scryptWasmSimd, scryptReference]], [], [[scryptReference]]],
};

function isArm({ arch }: Platform): boolean {
  return arch === "arm" || arch === "arm64";
}

function portableTiers(platform: Platform, algorithm: Algorithm): Tiers {
  const [vectors, wasm, others] = ALL[algorithm];
  if (!mayUseWasm(platform)) return others;
  if (!hasVectors()) return [...wasm, ...others];
  // V8 has no use for that on x86-64.
  const isFor = ({ name }: Kernel): boolean => isArm(platform) || !name.endsWith("-tuned");
  return [...vectors.map((tier) => tier.filter(isFor)), ...wasm, ...others];
}

/** All that the machine can run. Native kernels race the best of the others: on some processors these are as good. */
export function kernelTiers(
  platform: Platform,
  algorithm: Algorithm = "duco-s1",
  native: readonly Kernel[] = [],
): Tiers {
  const [best = [], ...others] = portableTiers(platform, algorithm);
  return [[...native.filter((kernel) => kernel.algorithm === algorithm), ...best], ...others];
}

const PLATFORM = thisPlatform();
const NATIVE = loadNative(process.env, process.argv[1]);

/** Why an addon that is there is not used, or null. */
export const NATIVE_PROBLEM = NATIVE.problem;

function tiersHere(algorithm: Algorithm): Tiers {
  return kernelTiers(PLATFORM, algorithm, NATIVE.kernels);
}

const WIDEST = NATIVE.kernels.find(({ algorithm }) => algorithm === "duco-s1");

/**
 * On x86-64 two streams are 2 % faster on an idle machine, and far slower beside a busy neighbour: not for a race. On ARM they
 * are for one when tuned. Native engines that are narrower than another one are for none; where there are instructions for SHA-256,
 * they race the widest vectors.
 */
function isRaced({ name }: Kernel): boolean {
  if (isNative(name))
    return name === SHA_NI || name === WIDEST?.name || name === `${WIDEST?.name}-2x`;
  return name !== "wasm-simd-2x";
}

/** What is chosen from when nothing is asked for. */
function racedTiers(algorithm: Algorithm): Tiers {
  return tiersHere(algorithm).map((tier) => tier.filter(isRaced));
}

/** What is chosen from for DUCO-S1 when nothing is asked for. */
export const KERNELS: Tiers = racedTiers("duco-s1");

/** All kernels of this machine, the preferred ones first. */
export function kernelsHere(algorithm: Algorithm): Kernel[] {
  return [...new Set(tiersHere(algorithm).flat())];
}

/** The kernel of a name, if this machine can run it. */
export function kernelByName(name: string, algorithm: Algorithm = "duco-s1"): Kernel | undefined {
  return kernelsHere(algorithm).find((kernel) => kernel.name === name);
}

/** What `chooseKernel` may choose from when `choice` is asked for. Empty if this machine cannot run it. */
export function kernelsFor(choice: KernelChoice, algorithm: Algorithm = "duco-s1"): Tiers {
  if (choice === "auto") return racedTiers(algorithm);
  if (choice === "native") {
    const native = racedTiers(algorithm)
      .flat()
      .filter(({ name }) => isNative(name));
    return native.length === 0 ? [] : [native];
  }
  const kernel = kernelByName(choice, algorithm);
  return kernel === undefined ? [] : [[kernel]];
}

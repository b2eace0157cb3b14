// Whether WebAssembly may be used on this machine, and which form of it.

import { wasmModule } from "./generator/wasm-bytes.ts";
import { VECTOR_X86 } from "./generator/wasm-dialect.ts";

/** What is known of the machine without asking the engine. */
export interface Platform {
  readonly arch: string;
  /** `arm_version` of the Node that runs, where it was built for 32-bit ARM. */
  readonly armVersion: string | null;
  readonly hasWasm: boolean;
}

export function thisPlatform(): Platform {
  const { arm_version: armVersion } = process.config.variables as { arm_version?: string | number };
  return {
    arch: process.arch,
    armVersion: armVersion === undefined ? null : `${armVersion}`,
    // Not with --jitless, nor where a policy takes it away.
    hasWasm: typeof WebAssembly === "object",
  };
}

/**
 * Builds of Node for ARMv6 were reported to abort as soon as WebAssembly is used (nodejs/node issue 41402), which no program
 * can catch: there it is not even asked whether it would work. A Node for ARMv7 does not start on an ARMv6.
 */
export function mayUseWasm({ arch, armVersion, hasWasm }: Platform): boolean {
  return hasWasm && (arch !== "arm" || Number(armVersion ?? 0) >= 7);
}

/** Call only where WebAssembly may be used. */
export function hasVectors(): boolean {
  const code = [...VECTOR_X86.constant(0), ...VECTOR_X86.constant(0), ...VECTOR_X86.anyEqual];
  return WebAssembly.validate(wasmModule(code, [], 1));
}

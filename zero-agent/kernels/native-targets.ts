// The machines that the native engines can be compiled for, and what is compiled for each.

import { type NativeName, SHA_NI } from "./native-engines.ts";

export const TARGETS = ["x86-64", "aarch64", "armv7", "armv6", "other"] as const;
export type Target = (typeof TARGETS)[number];

export interface TargetEngine {
  readonly name: NativeName;
  readonly flags: readonly string[];
  /** In C, behind native/zr-cpu.h: whether the processor that runs it has the instructions. */
  readonly runsHere: string;
}

const ALWAYS = "1";
const SCALAR: TargetEngine = { name: "native-scalar", flags: [], runsHere: ALWAYS };
/** Of Linux' asm/hwcap.h. */
const HAS_NEON = "(getauxval(AT_HWCAP) >> 12) & 1";

/** For all files of a target. */
export const TARGET_FLAGS: Readonly<Record<Target, readonly string[]>> = {
  "x86-64": [],
  aarch64: [],
  // Some compilers begin with Thumb, which needs more instructions, or with a processor that is younger than the target.
  // With a floating point unit: compilers for the hard-float ABI refuse those without.
  armv7: ["-march=armv7-a+fp", "-marm"],
  armv6: ["-march=armv6+fp", "-marm"],
  other: [],
};

/** What is compiled for a target, the fastest first. */
export const TARGET_ENGINES: Readonly<Record<Target, readonly TargetEngine[]>> = {
  "x86-64": [
    {
      name: "native-avx512",
      flags: ["-mavx512f"],
      runsHere: '__builtin_cpu_supports("avx512f")',
    },
    { name: SHA_NI, flags: ["-msse4.1", "-msha"], runsHere: "has_sha()" },
    { name: "native-avx2", flags: ["-mavx2"], runsHere: '__builtin_cpu_supports("avx2")' },
    SCALAR,
  ],
  aarch64: [
    { name: "native-neon", flags: [], runsHere: ALWAYS },
    { name: "native-neon-2x", flags: [], runsHere: ALWAYS },
    SCALAR,
  ],
  armv7: [
    { name: "native-neon", flags: ["-march=armv7-a+simd"], runsHere: HAS_NEON },
    { name: "native-neon-2x", flags: ["-march=armv7-a+simd"], runsHere: HAS_NEON },
    SCALAR,
  ],
  armv6: [SCALAR],
  other: [SCALAR],
};

/** The target that a Node was built for. */
export function targetOf(arch: string, armVersion: string | null): Target {
  if (arch === "x64") return "x86-64";
  if (arch === "arm64") return "aarch64";
  if (arch === "arm") return Number(armVersion ?? 0) >= 7 ? "armv7" : "armv6";
  return "other";
}

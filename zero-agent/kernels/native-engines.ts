// The engines in C: how wide each is, what it searches, and what it needs of a processor and of the compiler.

import type { CWidth } from "./generator/c.ts";
import { ALL_STEPS, ducoS1Flow, type Steps } from "./generator/duco-s1-flow.ts";
import type { Flow } from "./generator/flow.ts";
import { sha256dFlow } from "./generator/sha256d-flow.ts";
import { SHAPES, type Shape } from "./shape.ts";

/** Searches for SHA-256d alone, and is no flow: generator/sha-ni.ts. */
export const SHA_NI = "native-sha-ni";

/** The first of those that search for the same is the fastest. */
export const NATIVE_NAMES = [
  "native-avx512",
  SHA_NI,
  "native-avx2",
  "native-neon",
  "native-neon-2x",
  "native-scalar",
] as const;

export type NativeName = (typeof NATIVE_NAMES)[number];

export interface NativeEngine extends CWidth {
  readonly name: Exclude<NativeName, typeof SHA_NI>;
  /** Of native/zr-lanes-*.h. */
  readonly lanesHeader: "avx512" | "avx2" | "neon" | "neon-mla" | "scalar";
  /** Of the DUCO-S1 flow. */
  readonly steps: Steps;
  /** Has no instruction that makes a majority of three words with at most one more. */
  readonly sharesMajority: boolean;
}

const NEON = {
  lanesHeader: "neon",
  lanes: 4,
  hundreds: 1,
  steps: ALL_STEPS,
  sharesMajority: false,
} as const;

export const NATIVE_ENGINES: readonly NativeEngine[] = [
  {
    name: "native-avx512",
    lanesHeader: "avx512",
    ...{ lanes: 4, hundreds: 4, vectors: 1 },
    steps: ALL_STEPS,
    sharesMajority: false,
  },
  {
    name: "native-avx2",
    lanesHeader: "avx2",
    ...{ lanes: 4, hundreds: 2, vectors: 2 },
    steps: { isLinear: true, comparedRound: 73 },
    sharesMajority: true,
  },
  { name: "native-neon", ...NEON, vectors: 1 },
  { name: "native-neon-2x", ...NEON, lanesHeader: "neon-mla", vectors: 2 },
  {
    name: "native-scalar",
    lanesHeader: "scalar",
    ...{ lanes: 1, hundreds: 1, vectors: 1 },
    steps: { isLinear: true, comparedRound: 75 },
    sharesMajority: true,
  },
];

/** What the addon calls the one that is no flow. */
export const SHA_NI_PROGRAM = `${SHA_NI}/sha256d`;

/** A search of one flow by one engine: a function of the addon. */
export interface NativeProgram {
  /** What the addon calls it. */
  readonly name: string;
  readonly width: CWidth;
  readonly flow: Flow;
}

export function ducoProgram(engine: NativeEngine, { name, digits }: Shape): NativeProgram {
  const flow = ducoS1Flow(digits, engine.steps);
  return { name: `${engine.name}/duco-s1-${name}`, width: engine, flow };
}

export function sha256dProgram(engine: NativeEngine): NativeProgram {
  const flow = sha256dFlow({
    sharesMajority: engine.sharesMajority,
    nestsSigmas: engine.sharesMajority,
  });
  // Twice as many values as the processors have registers: a second vector would cost more than it hides.
  return { name: `${engine.name}/sha256d`, width: { ...engine, vectors: 1 }, flow };
}

/** One that differs from another in its second vector only would be the same once more. */
export function hasSha256d({ name }: NativeEngine): boolean {
  return !name.endsWith("-2x");
}

export function programsOf(engine: NativeEngine): NativeProgram[] {
  const duco = SHAPES.map((shape) => ducoProgram(engine, shape));
  return hasSha256d(engine) ? [...duco, sha256dProgram(engine)] : duco;
}

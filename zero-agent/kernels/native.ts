// The engines in C: kernels of an addon that was compiled for this machine (native-build.ts). Without one there are none.

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { DucoSearch } from "./duco-search.ts";
import { NATIVE_KEY } from "./generated/native-texts.ts";
import { widthOf } from "./generator/c.ts";
import { layoutOf } from "./generator/layout.ts";
import type { DucoS1Job, Kernel, Sha256dJob } from "./kernel.ts";
import { type Code, Machine, memoryWords } from "./machine.ts";
import {
  ducoProgram,
  hasSha256d,
  NATIVE_ENGINES,
  NATIVE_NAMES,
  type NativeEngine,
  type NativeName,
  SHA_NI,
  SHA_NI_PROGRAM,
  sha256dProgram,
} from "./native-engines.ts";
import { SHA_NI_WORDS, ShaNiMachine } from "./sha-ni-machine.ts";
import { Sha256dMachine, Sha256dSearch, sha256dMemoryWords } from "./sha256d-search.ts";

/** What native/zr-addon.c exports. */
export interface Addon {
  readonly key: string;
  /** Those that this processor runs, by name. */
  readonly programs: Readonly<Record<string, number>>;
  run(program: number, memory: Int32Array, first: number, end: number, table: number): number;
  skew(memory: Int32Array): number;
}

export interface NativeKernels {
  readonly kernels: readonly Kernel[];
  /** Why an addon that is there is not used. */
  readonly problem: string | null;
}

const FILE_NAME = "zero-agent-native.node";
const ALIGNMENT = 64;

/** The addon to load: ZERORIG_NATIVE names one, or none if it is empty; else the first of two places that has one. */
function nativeFile(env: NodeJS.ProcessEnv, program: string | undefined): string | undefined {
  const { ZERORIG_NATIVE: own } = env as { ZERORIG_NATIVE?: string };
  if (own !== undefined) return own === "" ? undefined : resolve(own);
  const beside = program === undefined ? [] : [join(dirname(program), FILE_NAME)];
  return [...beside, cachedFile(env)].find((file) => existsSync(file));
}

/** Where `zero-agent build-native` puts it. */
export function cachedFile(env: NodeJS.ProcessEnv): string {
  const { XDG_CACHE_HOME: cache } = env as { XDG_CACHE_HOME?: string };
  return join(cache || join(home(), ".cache"), "zerorig", FILE_NAME);
}

/** A service's user may have no home, and no entry that would say so. */
function home(): string {
  try {
    return homedir();
  } catch {
    return "/nonexistent";
  }
}

/** Loads an addon. Throws if it is none, or of other sources than this program. */
export function loadAddon(file: string): Addon {
  const module = { exports: {} };
  process.dlopen(module, file);
  const addon = module.exports as Partial<Addon>;
  if (addon.key !== NATIVE_KEY) {
    throw new Error(
      `it was built from other sources (${addon.key ?? "no key"}, not ${NATIVE_KEY})`,
    );
  }
  return addon as Addon;
}

/** Cache lines begin where rows of vectors do: a vector across two costs twice. */
function alignedMemory(addon: Addon, words: number): Int32Array {
  const buffer = new ArrayBuffer(4 * words + ALIGNMENT);
  const skew = addon.skew(new Int32Array(buffer));
  return new Int32Array(buffer, (ALIGNMENT - skew) % ALIGNMENT, words);
}

function codeOf(addon: Addon, name: string, words: number): Code {
  const memory = alignedMemory(addon, words);
  const program = addon.programs[name] ?? -1;
  return { memory, run: (first, end, table) => addon.run(program, memory, first, end, table) };
}

function ducoKernel(addon: Addon, engine: NativeEngine): Kernel<DucoS1Job> {
  const search = new DucoSearch((shape) => {
    const program = ducoProgram(engine, shape);
    const layout = layoutOf(program.flow, widthOf(program.width));
    const code = codeOf(addon, program.name, memoryWords(layout, shape));
    return new Machine(program.flow, layout, shape, code);
  });
  return { name: engine.name, algorithm: "duco-s1", search: search.search.bind(search) };
}

function sha256dKernel(addon: Addon, engine: NativeEngine): Kernel<Sha256dJob> {
  const search = new Sha256dSearch(() => {
    const program = sha256dProgram(engine);
    const layout = layoutOf(program.flow, widthOf(program.width));
    const code = codeOf(addon, program.name, sha256dMemoryWords(layout));
    return new Sha256dMachine(program.flow, layout, code);
  });
  return { name: engine.name, algorithm: "sha256d", search: search.search.bind(search) };
}

function shaNiKernel(addon: Addon): Kernel<Sha256dJob> {
  const open = (): ShaNiMachine => new ShaNiMachine(codeOf(addon, SHA_NI_PROGRAM, SHA_NI_WORDS));
  const search = new Sha256dSearch(open);
  return { name: SHA_NI, algorithm: "sha256d", search: search.search.bind(search) };
}

function kernelsNamed(addon: Addon, name: NativeName): Kernel[] {
  if (name === SHA_NI) return [shaNiKernel(addon)];
  return NATIVE_ENGINES.filter((engine) => engine.name === name).flatMap((engine) =>
    hasSha256d(engine)
      ? [ducoKernel(addon, engine), sha256dKernel(addon, engine)]
      : [ducoKernel(addon, engine)],
  );
}

/** The kernels of an addon that this processor can run, the fastest first. */
export function kernelsOf(addon: Addon): Kernel[] {
  const there = Object.keys(addon.programs);
  const names = NATIVE_NAMES.filter((name) =>
    there.some((program) => program.startsWith(`${name}/`)),
  );
  return names.flatMap((name) => kernelsNamed(addon, name));
}

/** The kernels of the addon that is there for a program. */
export function loadNative(env: NodeJS.ProcessEnv, program: string | undefined): NativeKernels {
  const file = nativeFile(env, program);
  if (file === undefined) return { kernels: [], problem: null };
  try {
    return { kernels: kernelsOf(loadAddon(file)), problem: null };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    return { kernels: [], problem: `${file}: ${why}; zero-agent build-native makes a new one` };
  }
}

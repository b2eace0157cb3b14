// Compiles the native engines with the machine's C compiler, or with a cross compiler for another machine.

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { NATIVE_KEY, NATIVE_TEXTS } from "./generated/native-texts.ts";
import { nativeUnits } from "./generator/native-sources.ts";
import { type Target, targetOf } from "./native-targets.ts";
import { thisPlatform } from "./platform.ts";

const run = promisify(execFile);
/** Sums are kept in the order of the flow: the compiler's own order makes the longest chain longer. */
const FLAGS = ["-std=gnu11", "-O2", "-fno-tree-reassoc", "-fPIC", "-fvisibility=hidden"];
/** Files that begin and end a library are left out: those of a distribution may be for a newer processor than the target. */
const LINK_FLAGS = ["-shared", "-nostartfiles"];

/** What this Node was built for. */
export function hostTarget(): Target {
  const { arch, armVersion } = thisPlatform();
  return targetOf(arch, armVersion);
}

export interface NativeBuild {
  readonly target: Target;
  readonly compiler: string;
  readonly out: string;
}

async function compile(compiler: string, args: readonly string[]): Promise<void> {
  try {
    await run(compiler, [...args]);
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === "ENOENT")
      throw new Error(`no C compiler: ${compiler} is not installed; Debian has it in gcc`);
    const lines = (stderr || message).trim().split("\n").slice(0, 5);
    throw new Error(`${compiler} failed: ${lines.join("\n  ")}`);
  }
}

/** Writes the sources into a folder, the units to compile and the headers. */
function writeSources(folder: string, target: Target): ReturnType<typeof nativeUnits> {
  const units = nativeUnits(target, NATIVE_TEXTS, NATIVE_KEY);
  for (const [file, text] of Object.entries(NATIVE_TEXTS)) writeFileSync(join(folder, file), text);
  for (const { file, text } of units) writeFileSync(join(folder, file), text);
  return units;
}

/**
 * Builds an addon. `check` looks at the file before it gets its name: if it throws, nothing is left, and what was there
 * before stays.
 */
export async function buildNative(
  { target, compiler, out }: NativeBuild,
  check: (file: string) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "zero-agent-native-"));
  const fresh = join(dirname(out), `.${basename(out)}.${process.pid}`);
  try {
    const units = writeSources(folder, target);
    const objects: string[] = [];
    for (const { file, flags } of units) {
      const object = join(folder, `${file}.o`);
      await compile(compiler, [...FLAGS, ...flags, "-c", join(folder, file), "-o", object]);
      objects.push(object);
    }
    mkdirSync(dirname(out), { recursive: true });
    await compile(compiler, [...LINK_FLAGS, ...objects, "-o", fresh]);
    check(fresh);
    renameSync(fresh, out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(fresh, { force: true });
  }
}

// Which mutants count: those whose JavaScript differs from the original's and from each other's, and which the compiler takes.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { transform } from "esbuild";
import type { Mutant } from "./mutants.ts";

/** What is left of it at run time; null if it does not parse. */
async function javascriptOf(text: string): Promise<string | null> {
  try {
    const { code } = await transform(text, { loader: "ts", logLevel: "silent" });
    return code;
  } catch {
    return null;
  }
}

/** Drops faults in types, faults that do not parse, and the second of two that are the same. */
export async function distinct(mutants: readonly Mutant[], original: string): Promise<Mutant[]> {
  const seen = new Set([await javascriptOf(original), null]);
  const codes = await Promise.all(mutants.map(({ text }) => javascriptOf(text)));
  return mutants.filter((_, index) => {
    const code = codes[index] ?? null;
    if (seen.has(code)) return false;
    seen.add(code);
    return true;
  });
}

/** Imports by absolute path, so that a copy elsewhere still finds its neighbours. */
function rooted(text: string, folder: string): string {
  return text.replaceAll(/from "(\.[^"]+)"/g, (_, path) => `from "${resolve(folder, path)}"`);
}

/** Those that the type checker refuses: no test has to find them. Unused names are let pass. */
function refused(root: string, mutants: readonly Mutant[], into: string): Set<number> {
  mutants.forEach(({ file, text }, index) => {
    writeFileSync(join(into, `m${index}.ts`), rooted(text, join(root, dirname(file))));
  });
  const settings = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      noUnusedLocals: false,
      noUnusedParameters: false,
      typeRoots: [join(root, "node_modules/@types")],
    },
    include: ["*.ts", join(root, "globals.d.ts")],
    exclude: [],
  };
  writeFileSync(join(into, "tsconfig.json"), JSON.stringify(settings));
  writeFileSync(join(into, "package.json"), '{"type":"module"}');
  const args = [join(root, "node_modules/.bin/tsc"), "-p", into, "--pretty", "false"];
  let said = "";
  try {
    execFileSync(process.execPath, args, { cwd: into, encoding: "utf8", maxBuffer: 1e9 });
  } catch (error) {
    said = String((error as { readonly stdout?: string }).stdout ?? "");
    if (said === "") throw error;
  }
  const elsewhere = said
    .split("\n")
    .find((line) => /error TS/.test(line) && !/^m\d+\.ts/.test(line));
  if (elsewhere !== undefined) throw new Error(`the type check failed: ${elsewhere}`);
  return new Set([...said.matchAll(/^m(\d+)\.ts\(/gm)].map((match) => Number(match[1])));
}

/** Asks until nothing is refused, because a syntax error in one file keeps the compiler from checking the others. */
export function compiling(root: string, mutants: readonly Mutant[]): readonly Mutant[] {
  let left = mutants;
  for (;;) {
    const into = mkdtempSync(join(tmpdir(), "zerorig-mutants-"));
    try {
      const bad = refused(root, left, into);
      if (bad.size === 0) return left;
      left = left.filter((_, index) => !bad.has(index));
    } finally {
      rmSync(into, { recursive: true });
    }
  }
}

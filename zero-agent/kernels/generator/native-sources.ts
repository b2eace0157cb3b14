// All C of the native engines for a target: what is written by hand, what is generated, and the key that names them.

import { createHash } from "node:crypto";
import {
  NATIVE_ENGINES,
  NATIVE_NAMES,
  type NativeEngine,
  type NativeName,
  programsOf,
  SHA_NI,
  SHA_NI_PROGRAM,
} from "../native-engines.ts";
import { TARGET_ENGINES, TARGET_FLAGS, type Target, type TargetEngine } from "../native-targets.ts";
import { cOf } from "./c.ts";
import { shaNiText } from "./sha-ni.ts";

/** File name -> text. */
export type Sources = Readonly<Record<string, string>>;

/** A file to compile, with flags of its own. */
export interface Unit {
  readonly file: string;
  readonly flags: readonly string[];
  readonly text: string;
}

function symbolOf(program: string): string {
  return program.replace(/[^a-z0-9]/g, "_");
}

function engineNamed(name: NativeEngine["name"]): NativeEngine {
  const engine = NATIVE_ENGINES.find((one) => one.name === name);
  if (engine === undefined) throw new Error(`no engine ${name}`);
  return engine;
}

function programNames(name: NativeName): string[] {
  if (name === SHA_NI) return [SHA_NI_PROGRAM];
  return programsOf(engineNamed(name)).map((program) => program.name);
}

function engineText(name: NativeName): string {
  if (name === SHA_NI) return shaNiText(symbolOf(SHA_NI_PROGRAM));
  const engine = engineNamed(name);
  const functions = programsOf(engine).map((program) =>
    cOf(symbolOf(program.name), program.flow, program.width),
  );
  const head = `#include "zr-program.h"\n#include "zr-lanes-${engine.lanesHeader}.h"\n`;
  return [head, ...functions].join("\n");
}

/** The list of programs, which the addon gives to Node. */
function programsText(engines: readonly TargetEngine[], key: string): string {
  const programs = engines.flatMap(({ name }, i) =>
    programNames(name).map((program) => ({
      declaration: `extern int32_t ${symbolOf(program)}(const int32_t *, int32_t, int32_t, int32_t);`,
      row: `{"${program}", runs_${i}, ${symbolOf(program)}},`,
    })),
  );
  return `#include <stddef.h>
#include "zr-cpu.h"
#include "zr-program.h"

${programs.map(({ declaration }) => declaration).join("\n")}
${engines.map(({ runsHere }, i) => `static int runs_${i}(void) { return ${runsHere}; }`).join("\n")}
const Program zr_programs[] = {
  ${programs.map(({ row }) => row).join("\n  ")}
  {NULL, NULL, NULL},
};
const char zr_key[] = "${key}";
`;
}

/** Of the engines of all targets, so that one key serves all machines. `written` are the files of native/. */
export function nativeKeyOf(written: Sources): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(written).sort()) hash.update(`${name}\n${written[name]}\n`);
  for (const name of NATIVE_NAMES) hash.update(engineText(name));
  hash.update(JSON.stringify([TARGET_ENGINES, TARGET_FLAGS]));
  return hash.digest("hex").slice(0, 16);
}

/** What to compile for a target. The headers of native/ have to be there too. */
export function nativeUnits(target: Target, written: Sources, key: string): Unit[] {
  const engines = TARGET_ENGINES[target];
  const byHand = Object.entries(written).filter(([file]) => file.endsWith(".c"));
  const flags = TARGET_FLAGS[target];
  return [
    ...byHand.map(([file, text]) => ({ file, flags, text })),
    { file: "zr-programs.c", flags, text: programsText(engines, key) },
    ...engines.map(({ name, flags: own }) => ({
      file: `${name}.c`,
      flags: [...flags, ...own],
      text: engineText(name),
    })),
  ];
}

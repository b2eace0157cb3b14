// Reads the controller's configuration from a file, the environment and flags.

import { readFile } from "node:fs/promises";
import { compileConfig } from "./compile.ts";
import type { ControllerConfig } from "./config.ts";
import { ConfigError } from "./error.ts";
import { type Effective, readEffective } from "./settings.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** A configuration that was read: as the program knows it, in the file's words, and where each value comes from. */
export interface Loaded extends Effective {
  readonly config: ControllerConfig;
}

/** Reads the configuration. Throws a ConfigError that lists everything that is wrong. */
export async function loadSettings(
  file: string,
  env: Env,
  flags: readonly string[] = [],
): Promise<Loaded> {
  const text = await readText(file);
  const { settings, origins } = readEffective({ file, text, env, flags });
  return { settings, origins, config: compileConfig(settings, file) };
}

/** The compiled configuration. Throws a ConfigError that lists everything that is wrong. */
export async function loadConfig(
  file: string,
  env: Env,
  flags: readonly string[] = [],
): Promise<ControllerConfig> {
  return (await loadSettings(file, env, flags)).config;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const message = `cannot be read (${reason(error)}); \`zerorig config example\` prints one to start from`;
    throw new ConfigError([{ code: "unreadable", file, line: null, column: null, message }], error);
  }
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "no such file";
  if (code === "EACCES") return "permission denied";
  if (code === "EISDIR") return "it is a directory";
  return code ?? String(error);
}

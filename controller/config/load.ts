// Reads the controller's configuration from a file, the environment and flags.

import { readFile } from "node:fs/promises";
import { compileConfig } from "./compile.ts";
import type { ControllerConfig } from "./config.ts";
import { ConfigError } from "./error.ts";
import { readSettings } from "./settings.ts";

/** The compiled configuration. Throws a ConfigError that lists everything that is wrong. */
export async function loadConfig(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
  flags: readonly string[] = [],
): Promise<ControllerConfig> {
  const text = await readText(file);
  return compileConfig(readSettings({ file, text, env, flags }), file);
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

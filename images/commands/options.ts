// What the options of several commands mean.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadSettings } from "../../controller/config/load.ts";
import { refusePlaceholder } from "../../controller/config/placeholder.ts";
import { messageOf, systemCode } from "../../controller/shell/error.ts";
import { readAgentSettings } from "../agent-settings.ts";
import type { TargetArchitecture } from "../boot/boot-files.ts";
import { parseVersions, type Versions } from "../debian/locked-package.ts";
import { UsageError } from "../image-error.ts";
import type { Role } from "../role.ts";

const MB = 2 ** 20;
/** A card's table of partitions counts sectors up to 2 TB. */
const MB_MAX = 2 ** 20;
const HOSTNAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
export const VERSIONS_FILE = join(import.meta.dirname, "../versions.json");

/** The options that a command cannot do without. Throws a UsageError that names all that are missing. */
export function needed<K extends string>(
  values: Readonly<Partial<Record<K, unknown>>>,
  names: readonly K[],
): Readonly<Record<K, string>> {
  const missing = names.filter((name) => typeof values[name] !== "string" || values[name] === "");
  if (missing.length === 0) return values as Readonly<Record<K, string>>;
  const list = missing.map((name) => `--${name}`).join(", ");
  throw new UsageError(`${list} ${missing.length === 1 ? "is" : "are"} missing`);
}

export function checkedHostname(name: string | undefined): string | null {
  if (name === undefined) return null;
  if (HOSTNAME.test(name)) return name;
  throw new UsageError(`--hostname "${name}" is no host name`, "use a to z, digits and dashes");
}

/** In bytes. `least`: in megabytes. */
export function megabytes(option: string, text: string, least: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least && count <= MB_MAX) return count * MB;
  const todo = `a whole number of megabytes from ${least} to ${MB_MAX}, such as ${option} 2048`;
  throw new UsageError(`${option} ${text} is no size`, todo);
}

/** The text of a file that an option names; null where it does not. */
export function textOf(option: string, file: string | undefined): string | null {
  if (file === undefined) return null;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const why = systemCode(error) === "ENOENT" ? "no such file" : messageOf(error);
    throw new UsageError(
      `${option} ${file} cannot be read: ${why}`,
      "name the file, or leave it out",
    );
  }
}

/** The text of a machine's settings, read as the controller or the agent will. Throws their errors, which name line and key. */
export async function settingsIn(role: Role, file: string | undefined): Promise<string | null> {
  const text = textOf("--config", file);
  if (text === null || file === undefined) return null;
  if (role === 0) refusePlaceholder(await loadSettings(file, {}));
  else readAgentSettings(role, file, text);
  return text;
}

/** A line of authorized_keys; null where no file is named. */
export function sshKeyIn(file: string | undefined): string | null {
  const text = textOf("--ssh-key", file);
  if (text === null || /^(?:ssh-|ecdsa-|sk-)\S+ \S/.test(text)) return text;
  throw new UsageError(`--ssh-key ${file} holds no public key`, "name the one that ends in .pub");
}

/** The files of machine language below a folder, by their place in it. */
export function nativesIn(folder: string | undefined): ReadonlyMap<string, string> {
  if (folder === undefined) return new Map();
  const files = existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: "utf8" })
    : [];
  const natives = files.filter((path) => path.endsWith(".node"));
  if (natives.length > 0) return new Map(natives.map((path) => [path, join(folder, path)]));
  const todo = `\`npm run images -- natives --out ${folder}\` makes them`;
  throw new UsageError(`--natives ${folder} holds no native packages`, todo);
}

export function checkedArchitecture(text: string): TargetArchitecture {
  if (text === "arm64" || text === "armel") return text;
  throw new UsageError(
    `there is no architecture "${text}"`,
    "arm64 (Pi 3, Zero 2 W) or armel (Zero, Zero W)",
  );
}

export function readVersions(file: string): Versions {
  const text = textOf("--versions", file) ?? "";
  try {
    return parseVersions(text);
  } catch (error) {
    const why = messageOf(error).replace(/\s+/g, " ");
    throw new UsageError(`${file}: ${why}`, `make it anew: npm run images -- lock --out ${file}`);
  }
}

export function toStderr(step: string): void {
  process.stderr.write(`${step}\n`);
}

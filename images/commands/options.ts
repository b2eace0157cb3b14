// What the options of several commands mean.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TargetArchitecture } from "../boot/boot-files.ts";
import { parseVersions, type Versions } from "../debian/locked-package.ts";
import { ImageError } from "../image-error.ts";

const MB = 2 ** 20;
const HOSTNAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
export const VERSIONS_FILE = join(import.meta.dirname, "../versions.json");

export function checkedHostname(name: string | undefined): string | null {
  if (name === undefined) return null;
  if (HOSTNAME.test(name)) return name;
  throw new ImageError(`"${name}" is no host name`, "use a to z, digits and dashes");
}

/** In bytes. */
export function megabytes(option: string, text: string): number {
  const bytes = Number(text) * MB;
  if (Number.isInteger(bytes) && bytes >= 0) return bytes;
  throw new ImageError(`${option} ${text} is no number of megabytes`, `such as ${option} 512`);
}

export function textOf(file: string | undefined): string | null {
  return file === undefined ? null : readFileSync(file, "utf8");
}

/** A line of authorized_keys; null where no file is named. */
export function sshKeyIn(file: string | undefined): string | null {
  const text = textOf(file);
  if (text === null || /^(?:ssh-|ecdsa-|sk-)\S+ \S/.test(text)) return text;
  throw new ImageError(`--ssh-key ${file} holds no public key`, "name the one that ends in .pub");
}

/** The files of machine language below a folder, by their place in it. */
export function nativesIn(folder: string | undefined): ReadonlyMap<string, string> {
  if (folder === undefined) return new Map();
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const natives = files.filter((path) => path.endsWith(".node"));
  return new Map(natives.map((path) => [path, join(folder, path)]));
}

export function checkedArchitecture(text: string): TargetArchitecture {
  if (text === "arm64" || text === "armel") return text;
  throw new ImageError(
    `there is no architecture "${text}"`,
    "arm64 (Pi 3, Zero 2 W) or armel (Zero, Zero W)",
  );
}

export function readVersions(file: string): Versions {
  return parseVersions(readFileSync(file, "utf8"));
}

export function toStderr(step: string): void {
  process.stderr.write(`${step}\n`);
}

// Debian's packages on this machine: each downloaded once, and compared with the checksum it was pinned by.

import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { ImageError } from "../image-error.ts";
import { MIRROR } from "./archive.ts";
import type { LockedPackage } from "./locked-package.ts";

/** Keeps what mirrors have thrown away; slow, so it is asked last. */
const SNAPSHOT = "https://snapshot.debian.org/archive";
const AT_ONCE = 4;
const LIMIT_MS = 300_000;
const MB = 1e6;

export interface StoreOptions {
  /** Where the packages are kept. */
  readonly directory: string;
  /** The moment of the lists, for the archive of old versions. */
  readonly taken: string;
  readonly progress: (step: string) => void;
}

export function storeDirectory(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "zerorig/debian");
}

/** The files of all packages, in their order. Throws an ImageError that names the one which cannot be had. */
export async function fetchPackages(
  packages: readonly LockedPackage[],
  options: StoreOptions,
): Promise<readonly string[]> {
  mkdirSync(options.directory, { recursive: true });
  const missing = packages.filter((wanted) => !existsSync(fileOf(wanted, options)));
  const bytes = missing.reduce((sum, wanted) => sum + wanted.bytes, 0);
  if (missing.length > 0) {
    options.progress(`downloading ${missing.length} packages (${(bytes / MB).toFixed(1)} MB)`);
  }
  const queue = [...missing];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await download(next, options);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const files = packages.map((wanted) => fileOf(wanted, options));
  for (const [index, file] of files.entries()) {
    const wanted = packages[index];
    if (wanted === undefined || (await sha256Of(file)) === wanted.sha256) continue;
    rmSync(file);
    throw new ImageError(`${file} was damaged`, "it is removed: try again");
  }
  return files;
}

function fileOf({ name, sha256 }: LockedPackage, { directory }: StoreOptions): string {
  return join(directory, `${name}_${sha256.slice(0, 16)}.deb`);
}

async function download(wanted: LockedPackage, options: StoreOptions): Promise<void> {
  const [archive = "", ...rest] = wanted.path.split("/");
  const places = [
    `${MIRROR}/${wanted.path}`,
    `${SNAPSHOT}/${archive}/${options.taken}/${rest.join("/")}`,
  ];
  const failures: string[] = [];
  for (const url of places) {
    const bytes = await fetched(url).catch((error: Error) => error);
    if (bytes instanceof Error) {
      failures.push(`${url}: ${(bytes.cause as Error | undefined)?.message ?? bytes.message}`);
      continue;
    }
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found !== wanted.sha256) {
      failures.push(`${url}: its SHA-256 is ${found}, not ${wanted.sha256}`);
      continue;
    }
    const file = fileOf(wanted, options);
    const draft = `${file}.${process.pid}.new`;
    await writeFile(draft, bytes);
    renameSync(draft, file);
    return;
  }
  const todo = `is there a network? ZERORIG_DEBIAN_MIRROR names another mirror; newer versions: npm run images -- lock\n${failures.join("\n")}`;
  throw new ImageError(`${wanted.name} ${wanted.version} cannot be had`, todo);
}

async function fetched(url: string): Promise<Buffer> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

async function sha256Of(file: string): Promise<string> {
  if (!statSync(file).isFile()) return "";
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest("hex");
}

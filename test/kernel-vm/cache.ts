// Where downloads and built modules are kept between runs: outside the repository.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Of this user; delete it to have a newer kernel. */
const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "zerorig/kernel-vm");

export function isCached(name: string): boolean {
  return existsSync(join(CACHE, name));
}

/**
 * The folder `name` of the cache, made by `make` if it is not there. It appears complete or not at all. Change `name` when
 * what it should hold changes.
 */
export async function cached(
  name: string,
  make: (directory: string) => Promise<void>,
): Promise<string> {
  const directory = join(CACHE, name);
  if (existsSync(directory)) return directory;
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(join(CACHE, `${name}.new-`));
  try {
    await make(draft);
    renameSync(draft, directory);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another run was quicker.
    if (existsSync(directory)) return directory;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${name} is not in ${CACHE}, and could not be made: ${why}`, { cause: error });
  }
  return directory;
}

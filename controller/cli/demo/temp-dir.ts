// The demo's temporary directory. Its name holds our process id, so that a later demo can clear up after a killed one.

import { lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killLeftovers } from "./leftovers.ts";
import { rigPaths } from "./rig-files.ts";

const PREFIX = "zerorig-";
/** No later demo clears these up. */
const KEPT_PREFIX = "zerorig-kept-";
/** Unix sockets allow 107 bytes; the longest name below the directory takes less than 40. */
const ROOT_BYTES_MAX = 40;

/** Makes the directory, readable by us alone; one to `keep` stays until its owner removes it. */
export function makeTempDir(keep: boolean): string {
  const wanted = tmpdir();
  const root = Buffer.byteLength(wanted) <= ROOT_BYTES_MAX ? wanted : "/tmp";
  removeLeftovers(root);
  return mkdtempSync(join(root, `${keep ? KEPT_PREFIX : PREFIX}${process.pid}-`));
}

/** Removes the directory and what is in it. Harmless when it is gone. */
export function removeTempDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
}

function removeLeftovers(root: string): void {
  for (const name of readdirSync(root)) {
    const pid = Number(/^zerorig-(\d+)-\w{6}$/.exec(name)?.[1]);
    if (!(pid > 0) || isAlive(pid)) continue;
    const dir = join(root, name);
    try {
      // A stranger's pid files could name anybody's process.
      if (lstatSync(dir).uid === process.getuid?.()) killLeftovers(rigPaths(dir).zerosDir);
      removeTempDir(dir);
    } catch {
      // Another user's; theirs to clear.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

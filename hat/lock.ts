// One writer per board between processes: a lock file that names its holder and is void when the holder is dead.
//
// The file is put in place by link(2), complete or not at all. A dead holder's file is replaced only by the process that
// holds the lock *on that very holder's name* (`<file>.<id>`, the same kind of lock), and only while the file still names it:
// so of two processes that both saw the dead one, one wins, and neither can remove a living third.

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, link, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HatError } from "./error.ts";
import { isHidden, startTimeOf } from "./process.ts";

export interface HeldLock {
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: with the pid it names one process of one boot. Empty where there is no /proc. */
  readonly startTime: string;
  readonly bootId: string;
  /** Of this one acquisition. */
  readonly id: string;
}

const TRIES = 8;
const DEPTH_LIMIT = 4;

/** Where every program of this machine looks for the lock of this bus or line. */
export function lockPathOf(root: string, name: string): string {
  const directory = join(root, "run/lock");
  return join(existsSync(directory) ? directory : tmpdir(), `zerorig-hat-${name}.lock`);
}

/**
 * Takes the lock at `path` or rejects at once: `locked` names the pid of the living holder (this process included),
 * `permission` says that the file or its directory may not be written.
 */
export async function acquireLock(path: string): Promise<HeldLock> {
  const pid = process.pid;
  const self: Holder = {
    pid,
    startTime: startTimeOf(pid) ?? "",
    bootId: await currentBootId(),
    id: `${pid}-${randomBytes(6).toString("hex")}`,
  };
  try {
    return await acquire(path, self, 0);
  } catch (error) {
    if (error instanceof HatError) throw error;
    if (errorCode(error) === "ENOENT") {
      throw new HatError(
        "unsupported",
        `there is no directory for the lock ${path}: make it`,
        error,
      );
    }
    throw new HatError(
      "permission",
      `the lock file ${path} cannot be written (${error instanceof Error ? error.message : String(error)}): run as the user that may write it, or as root`,
      error,
    );
  }
}

async function acquire(path: string, self: Holder, depth: number): Promise<HeldLock> {
  const draft = `${path}.${self.id}.new`;
  await writeFile(draft, JSON.stringify(self), { flag: "wx" });
  try {
    // Whatever the umask: everyone may read who holds it.
    await chmod(draft, 0o644);
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (await tryLink(draft, path)) return held(path, self);
      const holder = await readHolder(path);
      if (holder === null) continue;
      if (depth >= DEPTH_LIMIT || (await isAlive(holder))) throw lockedBy(holder, path);
      const claim = await acquire(`${path}.${holder.id}`, self, depth + 1);
      try {
        if ((await readHolder(path))?.id !== holder.id) continue;
        await rename(draft, path).catch((error: unknown) => {
          throw leftBy(holder, path, error);
        });
        return held(path, self);
      } finally {
        await claim.release();
      }
    }
    throw new HatError("locked", `the lock ${path} keeps changing hands: try again`);
  } finally {
    // Gone already if it was renamed into place.
    await unlink(draft).catch(() => {});
  }
}

function held(path: string, self: Holder): HeldLock {
  return {
    release: async () => {
      // Someone who removed our file by hand may have let another in: theirs is not ours to remove.
      if ((await readHolder(path).catch(() => null))?.id !== self.id) return;
      await unlink(path).catch(() => {});
    },
  };
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Null if the file is gone. A file that is no lock of ours is never removed: it is reported. */
async function readHolder(path: string): Promise<Holder | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
  try {
    const value = JSON.parse(text) as Partial<Holder>;
    if (typeof value.pid === "number" && /^\d+-[0-9a-f]+$/.test(value.id ?? "")) {
      return value as Holder;
    }
  } catch {
    // Falls through to the refusal.
  }
  throw new HatError("locked", `${path} is no lock file of a board: look at it, then remove it`);
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.bootId !== (await currentBootId())) return false;
  if (holder.startTime !== "") {
    return startTimeOf(holder.pid) === holder.startTime || isHidden(holder.pid);
  }
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

async function currentBootId(): Promise<string> {
  const text = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  return text.trim();
}

function lockedBy(holder: Holder, path: string): HatError {
  return new HatError(
    "locked",
    `the board is held by process ${holder.pid} (lock ${path}): stop that process, or switch through it`,
  );
}

/** Where /run/lock has its sticky bit, a dead holder's file is left to its owner, and to root. */
function leftBy(holder: Holder, path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code !== "EPERM" && code !== "EACCES") return error;
  return new HatError(
    "permission",
    `process ${holder.pid}, which held the board, is dead, but its lock ${path} belongs to another user: remove it as root (\`sudo rm ${path}\`), or run as root once`,
    error,
  );
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

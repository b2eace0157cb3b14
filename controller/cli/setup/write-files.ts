// Writes planned files: each whole or not at all, what was there kept as a backup, and a failure says how far it came.

import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { messageOf, systemCode } from "../../shell/error.ts";
import { CliError } from "../error.ts";
import type { PlannedFile } from "./rig-plan.ts";

const ELSEWHERE = "name another place with --dir, or with --unit for the unit";
const NO_ROOM: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);
const NOT_ALLOWED: ReadonlySet<string> = new Set(["EACCES", "EPERM"]);

/** Whom the secrets belong to; null leaves them to whoever runs this. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface Written {
  readonly written: readonly string[];
  /** What was right already. */
  readonly kept: readonly string[];
  readonly backups: readonly string[];
}

/** The text of a file; null where there is none. Throws a CliError where it may not be read. */
export function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw fault(`cannot read ${path}: ${messageOf(error)}`, error);
  }
}

/** Those that are there already, and say something else. */
export function changedFiles(files: readonly PlannedFile[]): readonly PlannedFile[] {
  return files.filter(({ path, text }) => {
    const there = textOf(path);
    return there !== null && there !== text;
  });
}

/** Writes them in their order. `stamp` goes into the names of backups. Throws a CliError that says what was done until then. */
export function writeFiles(
  files: readonly PlannedFile[],
  owner: Owner | null,
  stamp: string,
): Written {
  const written: string[] = [];
  const kept: string[] = [];
  const backups: string[] = [];
  for (const file of files) {
    try {
      const there = textOf(file.path);
      if (there === file.text) {
        kept.push(file.path);
        continue;
      }
      makeFolder(dirname(file.path), file.secret ? 0o700 : 0o755, owner);
      if (there !== null) {
        const backup = `${file.path}.${stamp}.bak`;
        // The same file by another name: it keeps its owner and mode.
        linkSync(file.path, backup);
        backups.push(backup);
      }
      // What the service goes by stays its owner's, and root's where root sets it up; the secrets it must read itself.
      replaceFile(file, file.secret ? owner : null);
      written.push(file.path);
    } catch (error) {
      throw failure(file.path, { written, kept, backups }, error);
    }
  }
  return { written, kept, backups };
}

/** Makes it and what it lies in, where that is missing; what is there already stays as it is. */
export function makeFolder(path: string, mode: number, owner: Owner | null): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path), mode, owner);
  try {
    mkdirSync(path, { mode });
    if (owner !== null) chownSync(path, owner.uid, owner.gid);
  } catch (error) {
    throw fault(`cannot make ${path}: ${messageOf(error)}`, error);
  }
}

function replaceFile({ path, text, mode }: PlannedFile, owner: Owner | null): void {
  const fresh = join(dirname(path), `.${basename(path)}.new-${process.pid}`);
  try {
    const file = openSync(fresh, "wx", mode);
    try {
      // Unlike writeSync, which on a disk that fills up may write a part and say so in a number alone.
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (owner !== null) chownSync(fresh, owner.uid, owner.gid);
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

function failure(path: string, { written, backups }: Written, error: unknown): CliError {
  const list = (paths: readonly string[]) => (paths.length === 0 ? "nothing" : paths.join(", "));
  const saved = backups.length === 0 ? "" : `; backups: ${list(backups)}`;
  const message = `cannot write ${path}: ${messageOf(error)}; written until then: ${list(written)}${saved}`;
  return fault(message, error instanceof CliError ? error.cause : error);
}

/** With the exit code and the advice that go with the cause: sudo helps only where rights are missing. */
function fault(message: string, error: unknown): CliError {
  const cause = systemCode(error);
  if (NOT_ALLOWED.has(cause)) {
    return new CliError("permission", message, `Run it with sudo, or ${ELSEWHERE}.`, error);
  }
  if (cause === "EROFS") {
    const todo = `That file system is read-only: ${ELSEWHERE}.`;
    return new CliError("permission", message, todo, error);
  }
  const todo = NO_ROOM.has(cause)
    ? "Make room there, and run it again: what is right stays."
    : `There can be no such file or folder there: see what is in its way, or ${ELSEWHERE}.`;
  return new CliError("failed", message, todo, error);
}

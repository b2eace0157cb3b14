// Why the store cannot be opened, and what to do about it: its folder, or the compiled part of SQLite.

import { ControllerError, messageOf, systemCode } from "./error.ts";

/** What Node says of a compiled module that is not there, or is for another Node or another kind of machine. */
const UNLOADED: ReadonlySet<string> = new Set(["ERR_DLOPEN_FAILED", "MODULE_NOT_FOUND"]);

/** The error for people, of what opening the SQLite file at `path` threw. */
export function storeFault(path: string, error: unknown): ControllerError {
  if (isUnloaded(error)) {
    return new ControllerError(
      "sqlite",
      `the compiled part of better-sqlite3 is missing, or is not for this Node (${process.version}, ${process.arch}): ${firstLine(error)}`,
      "compile it anew: `npm rebuild better-sqlite3` in a clone, `sudo npm rebuild -g better-sqlite3` where zerorig was installed with -g",
      error,
    );
  }
  return new ControllerError(
    "state-dir",
    `cannot open ${path}: ${messageOf(error)}`,
    "check that this user may write it and its folder, and that the disk is not full",
    error,
  );
}

function isUnloaded(error: unknown): boolean {
  // The finder of compiled modules gives no code, but the places where it looked.
  return UNLOADED.has(systemCode(error)) || (error instanceof Error && "tries" in error);
}

function firstLine(error: unknown): string {
  return (
    messageOf(error)
      .split("\n")[0]
      ?.replace(/\.( Tried:)?$/, "") ?? ""
  );
}

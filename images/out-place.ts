// Where a result goes: looked at before the work, which takes minutes.

import { mkdirSync, mkdtempSync, rmdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CliError } from "../controller/cli/error.ts";
import { shellWord } from "../controller/cli/shell-word.ts";
import { messageOf, systemCode } from "../controller/shell/error.ts";
import { noRoom, UsageError } from "./image-error.ts";

const NOT_ALLOWED: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS"]);

/** Makes the folders above a file that is to be written or replaced. Throws what `prepareFolder` throws, or a UsageError for what is no file. */
export function prepareFile(file: string): void {
  prepareFolder(dirname(resolve(file)));
  const there = statSync(file, { throwIfNoEntry: false });
  if (there?.isDirectory()) {
    throw new UsageError(
      `--out ${file} is a folder`,
      `name a file, such as ${join(file, "p1.img")}`,
    );
  }
  if (there !== undefined && !there.isFile()) {
    const write = `sudo dd if=IMAGE of=${shellWord(file)} bs=4M conv=fsync status=progress`;
    throw new UsageError(
      `--out ${file} is a device, no file`,
      `name a file, and write that onto the card: ${write}`,
    );
  }
}

/** Makes a folder, and sees whether something can be made in it. Throws where not: with the exit code that goes with the cause. */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    rmdirSync(mkdtempSync(join(folder, ".zerorig-")));
  } catch (error) {
    throw fault(folder, error);
  }
}

function fault(folder: string, error: unknown): Error {
  const code = systemCode(error);
  if (code === "ENOSPC") return noRoom(folder);
  const what = `cannot write into ${folder}: ${messageOf(error)}`;
  const todo = "name another: --out";
  if (NOT_ALLOWED.has(code)) return new CliError("permission", what, todo, error);
  return new UsageError(what, todo);
}

// Where a result goes: looked at before the work, which takes minutes.

import { mkdirSync, mkdtempSync, rmdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { shellWord } from "../controller/cli/shell-word.ts";
import { messageOf } from "../controller/shell/error.ts";
import { ImageError, UsageError } from "./image-error.ts";

/** Makes the folders above a file that is to be written or replaced. Throws an ImageError where that cannot be. */
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

/** Makes a folder, and sees whether something can be made in it. */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    rmdirSync(mkdtempSync(join(folder, ".zerorig-")));
  } catch (error) {
    throw new ImageError(`cannot write into ${folder}: ${messageOf(error)}`, "name another: --out");
  }
}

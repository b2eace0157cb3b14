// A card looked at from outside, as the next start would find it.

import { type ExecFileException, execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, rmSync } from "node:fs";
import { copyBytes, makeEmpty } from "../../images/copy-bytes.ts";
import { layoutOf } from "./card-edit.ts";

/** What is wrong with its file systems: empty if nothing is. Writes nothing to the card. */
export async function faultsOf(image: string): Promise<readonly string[]> {
  const { boot, root } = layoutOf(image);
  const system = `${image}?offset=${root.offset}`;
  const faults: string[] = [];
  const ext4 = await told("e2fsck", ["-fn", system]);
  if (ext4.status !== 0) faults.push(`e2fsck -fn ended with ${ext4.status}:\n${ext4.text}`);
  // e2fsck -n says nothing of a journal that is still to be played back.
  const { text } = await told("dumpe2fs", ["-h", system]);
  if (!/^Filesystem features:/m.test(text)) faults.push(`dumpe2fs could not read it:\n${text}`);
  if (text.includes("needs_recovery")) faults.push("its journal is to be played back");
  // fsck.fat takes a whole file.
  const part = `${image}.boot`;
  try {
    makeEmpty(part, boot.bytes);
    copyBytes(image, boot, part, 0);
    const fat = await told("fsck.fat", ["-n", part]);
    if (fat.status !== 0) faults.push(`fsck.fat -n ended with ${fat.status}:\n${fat.text}`);
  } finally {
    rmSync(part, { force: true });
  }
  return faults;
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file, { highWaterMark: 2 ** 20 })) {
    hash.update(piece as Buffer);
  }
  return hash.digest("hex");
}

function told(program: string, args: readonly string[]): Promise<{ status: number; text: string }> {
  const env = { ...process.env, LC_ALL: "C", PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
  return new Promise((resolve, reject) => {
    const ended = (error: ExecFileException | null, stdout: string, stderr: string) => {
      if (error !== null && typeof error.code !== "number") return reject(error);
      resolve({ status: error === null ? 0 : Number(error.code), text: `${stdout}${stderr}` });
    };
    execFile(program, args, { env }, ended);
  });
}

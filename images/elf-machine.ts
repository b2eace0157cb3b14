// Which processor a program is for: the wrong one in an image would only show on the board.

import { closeSync, openSync, readSync } from "node:fs";
import type { Entry } from "./debian-package.ts";
import { ImageError } from "./image-error.ts";

const HEAD_BYTES = 20;
const ELF = 0x7f454c46;
const MACHINE_AT = 18;
const MACHINES: Readonly<Record<string, number>> = { amd64: 62, arm64: 183, armhf: 40, armel: 40 };

/** Throws an ImageError if one of the files is machine language of another processor. */
export function refuseForeign(architecture: string, entries: readonly Entry[]): void {
  for (const entry of entries) {
    if (!("from" in entry)) continue;
    const machine = machineOf(entry.from);
    if (machine === null || machine === MACHINES[architecture]) continue;
    const todo = entry.path.endsWith("/node")
      ? "name a Node of the image's processor: --node FILE"
      : "name the folder of those that were built for it: --natives DIRECTORY (docs/install.md)";
    throw new ImageError(`${entry.from} is not for ${architecture}`, todo);
  }
}

function machineOf(file: string): number | null {
  const head = Buffer.alloc(HEAD_BYTES);
  const descriptor = openSync(file, "r");
  try {
    if (readSync(descriptor, head, 0, HEAD_BYTES, 0) < HEAD_BYTES) return null;
  } finally {
    closeSync(descriptor);
  }
  return head.readUInt32BE() === ELF ? head.readUInt16LE(MACHINE_AT) : null;
}

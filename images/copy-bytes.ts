// Files of zeros, and parts of others copied into them.

import { closeSync, openSync, readSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { ImageError } from "./image-error.ts";
import type { Partition } from "./partition-table.ts";

const PIECE_BYTES = 2 ** 20;
/** Of images and what they are made of: whoever reads them has the secrets that are in them. */
export const OWN = 0o600;
const NOTHING = Buffer.alloc(PIECE_BYTES);

/** A new file of zeros, which takes no room yet. */
export function makeEmpty(file: string, bytes: number): void {
  writeFileSync(file, "", { mode: OWN });
  truncateSync(file, bytes);
}

/** On a disk that fills up the system may write a part, and say so in a number alone. */
function writeWhole(target: number, piece: Buffer, at: number): void {
  for (let done = 0; done < piece.length; ) {
    done += writeSync(target, piece, done, piece.length - done, at + done);
  }
}

/** Into a file of zeros, which keeps its holes: most of a card is empty. */
export function copyBytes(
  from: string,
  { offset, bytes }: Partition,
  to: string,
  toAt: number,
): void {
  const source = openSync(from, "r");
  const target = openSync(to, "r+");
  try {
    const piece = Buffer.alloc(PIECE_BYTES);
    for (let done = 0; done < bytes; ) {
      const read = readSync(source, piece, 0, Math.min(PIECE_BYTES, bytes - done), offset + done);
      if (read === 0) throw new ImageError("it is cut off", "download it again");
      const isEmpty = piece.compare(NOTHING, 0, read, 0, read) === 0;
      if (!isEmpty) writeWhole(target, piece.subarray(0, read), toAt + done);
      done += read;
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

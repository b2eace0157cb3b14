// The partition table of a Pi's card, as bytes: the old kind (DOS), with the boot files first and the system second. PURE.

import { ImageError } from "./image-error.ts";

export const SECTOR = 512;
const SIGNATURE_AT = 510;
const SIGNATURE = 0xaa55;
const TABLE_AT = 446;
const ENTRY_BYTES = 16;
const ENTRIES = 4;
const FAT_TYPES = [0x0b, 0x0c, 0x0e];
const LINUX = 0x83;
const GPT = 0xee;

export interface Partition {
  /** Bytes from the image's beginning. */
  readonly offset: number;
  readonly bytes: number;
}

export interface Layout {
  readonly boot: Partition;
  readonly root: Partition;
}

/** What packed files begin with, and the program that unpacks them. */
const PACKED: readonly (readonly [magic: string, program: string])[] = [
  ["fd377a585a00", "unxz"],
  ["1f8b", "gunzip"],
  ["504b0304", "unzip"],
  ["28b52ffd", "unzstd"],
];

/**
 * Where the two partitions are. `head`: the first sectors (two at least, where the image has them); `imageBytes`: all of it.
 * Throws an ImageError for whatever is not laid out as Raspberry Pi OS is.
 */
export function readLayout(head: Buffer, imageBytes: number): Layout {
  const packed = PACKED.find(([magic]) => head.toString("hex", 0, magic.length / 2) === magic);
  if (packed !== undefined) throw refuse("it is packed", `unpack it first: ${packed[1]} IMAGE`);
  if (head.length < 2 * SECTOR) throw refuse("it is too short to be an image", AGAIN);
  if (head.readUInt16LE(SIGNATURE_AT) !== SIGNATURE) {
    throw refuse("it has no partition table", "give the image of a whole card");
  }
  const entries = Array.from({ length: ENTRIES }, (_, index) => entryAt(head, index));
  if (
    entries.some(({ type }) => type === GPT) ||
    head.toString("latin1", SECTOR, SECTOR + 8) === "EFI PART"
  ) {
    throw refuse("it has a GPT", "Raspberry Pi OS and Debian's images for Pis have a DOS table");
  }
  const [boot, root, ...others] = entries;
  if (boot === undefined || root === undefined || !FAT_TYPES.includes(boot.type)) {
    throw refuse("its first partition is no FAT", STOCK);
  }
  if (root.type !== LINUX) throw refuse("its second partition is no Linux file system", STOCK);
  if (others.some(({ type }) => type !== 0)) throw refuse("it has more than two partitions", STOCK);
  const layout = { boot: spanOf(boot), root: spanOf(root) };
  for (const { offset, bytes } of [layout.boot, layout.root]) {
    if (offset < SECTOR || bytes === 0) throw refuse("its partition table makes no sense", AGAIN);
    if (offset + bytes > imageBytes) {
      const missing = offset + bytes - imageBytes;
      throw refuse(`it is cut off: ${missing} bytes are missing`, AGAIN);
    }
  }
  if (layout.boot.offset + layout.boot.bytes > layout.root.offset) {
    throw refuse("its partitions overlap", AGAIN);
  }
  return layout;
}

/** The table's sector, with the second partition grown to `bytes`. */
export function withRootSize(sector: Buffer, bytes: number): Buffer {
  const changed = Buffer.from(sector);
  changed.writeUInt32LE(bytes / SECTOR, TABLE_AT + ENTRY_BYTES + 12);
  return changed;
}

const AGAIN = "download it again, and compare its SHA-256";
const STOCK = "use a stock image of Raspberry Pi OS or Debian for the Raspberry Pi";

function refuse(what: string, todo: string): ImageError {
  return new ImageError(what, todo);
}

interface TableEntry {
  readonly type: number;
  readonly firstSector: number;
  readonly sectors: number;
}

function entryAt(head: Buffer, index: number): TableEntry {
  const at = TABLE_AT + index * ENTRY_BYTES;
  return {
    type: head.readUInt8(at + 4),
    firstSector: head.readUInt32LE(at + 8),
    sectors: head.readUInt32LE(at + 12),
  };
}

function spanOf({ firstSector, sectors }: TableEntry): Partition {
  return { offset: firstSector * SECTOR, bytes: sectors * SECTOR };
}

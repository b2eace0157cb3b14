// A card's image out of two partitions: the boot files in a FAT, the system in an ext4. Nothing is mounted.

import { closeSync, openSync, rmSync, utimesSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyBytes, makeEmpty } from "./copy-bytes.ts";
import type { SystemTree } from "./debian/tree.ts";
import { ImageError } from "./image-error.ts";
import { SECTOR } from "./partition-table.ts";
import { runTool, runToolOnBytes } from "./tool.ts";
import { closeWorkFolder, openWorkFolder } from "./work-folder.ts";

const MB = 2 ** 20;
/** Where Raspberry Pi OS begins the first partition. */
const BOOT_AT = 8192 * SECTOR;
const FAT32 = 0x0c;
const LINUX = 0x83;
/** "zrig": the same for all, for a card is found by its label. */
const DISK_ID = 0x7a726967;
const UUID = "7a726967-0000-4000-8000-000000000000";
const ROOT_LABEL = "zerorig";
const BOOT_LABEL = "ZERORIGBOOT";

/** A file of the boot partition: its text, or where it is copied from. */
export type BootFile = { readonly text: string | Buffer } | { readonly from: string };

/** Makes a FAT of `bytes` with these files. `epoch`: seconds, their time. */
export function makeBoot(
  file: string,
  bytes: number,
  files: ReadonlyMap<string, BootFile>,
  epoch: number,
): void {
  makeEmpty(file, bytes);
  const flags = ["-F", "32", "-n", BOOT_LABEL, "-i", DISK_ID.toString(16), "--invariant", file];
  runToolOnBytes("mkfs.fat", flags, null);
  const work = openWorkFolder(join(tmpdir(), "zr-boot-"));
  try {
    for (const [name, wanted] of files) {
      const from = join(work, name);
      if ("text" in wanted) writeFileSync(from, wanted.text);
      else copyFileInto(wanted.from, from);
      utimesSync(from, epoch, epoch);
      const { status, stderr } = runTool("mcopy", ["-m", "-i", file, from, `::${name}`]);
      rmSync(from);
      if (status === 0) continue;
      throw new ImageError(`${name} does not fit into the boot partition (${stderr.trim()})`, "");
    }
  } finally {
    closeWorkFolder(work);
  }
}

function copyFileInto(from: string, to: string): void {
  runToolOnBytes("cp", ["--dereference", from, to], null);
}

/** Makes an ext4 of `bytes` out of a tree, with its owners. `epoch`: seconds, the time of its making. */
export function makeRoot(file: string, bytes: number, tree: SystemTree, epoch: number): void {
  makeEmpty(file, bytes);
  const time = { E2FSPROGS_FAKE_TIME: String(epoch), SOURCE_DATE_EPOCH: String(epoch) };
  const extended = `root_owner=0:0,hash_seed=${UUID},lazy_itable_init=1`;
  const flags = ["-q", "-t", "ext4", "-F", "-L", ROOT_LABEL, "-U", UUID, "-m", "1"];
  try {
    runToolOnBytes("mke2fs", [...flags, "-E", extended, "-d", tree.root, file], null, time);
  } catch (error) {
    if (!(error instanceof ImageError) || !/Could not allocate/.test(error.message)) throw error;
    const size = `the ${Math.round(bytes / MB)} MB that the card has for it`;
    throw new ImageError(`the system does not fit into ${size}`, "make the card larger: --size");
  }
  // It cannot be told whom the files belong to, and takes the moment of their last change from this machine.
  const commands = ["", ...tree.paths()].flatMap((path) => {
    const { uid, gid } = tree.ownerOf(path);
    const set = (field: string, value: string) => `sif "/${path}" ${field} ${value}`;
    return [set("uid", String(uid)), set("gid", String(gid)), set("ctime", `@${epoch}`)];
  });
  const script = `${file}.owners`;
  try {
    writeFileSync(script, commands.map((command) => `${command}\n`).join(""));
    runToolOnBytes("debugfs", ["-w", "-f", script, file], null, time);
  } finally {
    rmSync(script, { force: true });
  }
  const { status, stdout } = runTool("e2fsck", ["-fn", file]);
  if (status !== 0) {
    throw new ImageError(`the system's partition is not in order:\n${stdout}`, "please report it");
  }
}

/** Puts both into one image behind a partition table. */
export function joinCard(file: string, boot: PartFile, root: PartFile): void {
  const rootAt = BOOT_AT + boot.bytes;
  makeEmpty(file, rootAt + root.bytes);
  const descriptor = openSync(file, "r+");
  try {
    writeSync(descriptor, table(boot.bytes, root.bytes), 0, SECTOR, 0);
  } finally {
    closeSync(descriptor);
  }
  copyBytes(boot.file, { offset: 0, bytes: boot.bytes }, file, BOOT_AT);
  copyBytes(root.file, { offset: 0, bytes: root.bytes }, file, rootAt);
}

export interface PartFile {
  readonly file: string;
  readonly bytes: number;
}

/** How much is left for the system on a card of `bytes` with a boot partition of `bootBytes`. */
export function rootBytes(bytes: number, bootBytes: number): number {
  return Math.floor((bytes - BOOT_AT - bootBytes) / MB) * MB;
}

function table(bootBytes: number, systemBytes: number): Buffer {
  const sector = Buffer.alloc(SECTOR);
  sector.writeUInt32LE(DISK_ID, 440);
  const entry = (index: number, type: number, at: number, bytes: number) => {
    const offset = 446 + 16 * index;
    sector.writeUInt8(type, offset + 4);
    sector.writeUInt32LE(at / SECTOR, offset + 8);
    sector.writeUInt32LE(bytes / SECTOR, offset + 12);
  };
  entry(0, FAT32, BOOT_AT, bootBytes);
  entry(1, LINUX, BOOT_AT + bootBytes, systemBytes);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

// The root file system of a guest: a tree in memory, written as a cpio archive (format newc, as the kernel unpacks it).

import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, posix } from "node:path";
import { OWN } from "./copy-bytes.ts";

interface Entry {
  readonly mode: number;
  readonly data: () => Buffer;
}

const DIRECTORY = 0o040755;
const SYMLINK = 0o120777;
const REGULAR = 0o100000;
const ALIGNMENT = 4;
const NOTHING = () => Buffer.alloc(0);

export class Initramfs {
  readonly #entries = new Map<string, Entry>();

  directory(path: string): void {
    if (path === "/" || path === "." || this.#entries.has(path)) return;
    this.directory(posix.dirname(path));
    this.#entries.set(path, { mode: DIRECTORY, data: NOTHING });
  }

  text(path: string, text: string | Buffer, mode = 0o644): void {
    this.#add(path, REGULAR | mode, () => Buffer.from(text));
  }

  symlink(path: string, target: string): void {
    this.#add(path, SYMLINK, () => Buffer.from(target));
  }

  /** A file of this machine; a link is followed. */
  file(path: string, from: string): void {
    this.#add(path, REGULAR | (statSync(from).mode & 0o777), () => readFileSync(from));
  }

  /** A folder of this machine with all that is in it, as far as `wanted` agrees. */
  copy(path: string, from: string, wanted: (path: string) => boolean = () => true): void {
    this.directory(path);
    for (const entry of readdirSync(from, { withFileTypes: true })) {
      const source = join(from, entry.name);
      const target = posix.join(path, entry.name);
      if (!wanted(source)) continue;
      if (entry.isDirectory()) this.copy(target, source, wanted);
      else if (entry.isSymbolicLink()) this.symlink(target, readlinkSync(source));
      else this.file(target, source);
    }
  }

  has(path: string): boolean {
    return this.#entries.has(path);
  }

  /** Writes the archive, for nobody else to read: a slot's has its link key in it. It is uncompressed, for an emulated processor unpacks slowly. */
  write(file: string): void {
    const out = openSync(file, "w", OWN);
    try {
      let number = 0;
      for (const [path, { mode, data }] of this.#entries) {
        number += 1;
        // Unlike writeSync, which on a disk that fills up may write a part.
        writeFileSync(out, record(path.replace(/^\//, ""), mode, data(), number));
      }
      writeFileSync(out, record("TRAILER!!!", 0, NOTHING(), 0));
    } finally {
      closeSync(out);
    }
  }

  #add(path: string, mode: number, data: () => Buffer): void {
    this.directory(posix.dirname(path));
    this.#entries.set(path, { mode, data });
  }
}

/** Header, name and data, each filled up to four bytes. */
function record(name: string, mode: number, data: Buffer, inode: number): Buffer {
  const links = (mode & DIRECTORY) === DIRECTORY ? 2 : 1;
  const nameBytes = Buffer.from(`${name}\0`);
  // inode, mode, uid, gid, links, mtime, size, device (2), device of a node (2), length of the name, checksum
  const fields = [inode, mode, 0, 0, links, 0, data.length, 0, 0, 0, 0, nameBytes.length, 0];
  const hex = fields.map((field) => field.toString(16).padStart(8, "0")).join("");
  const head = Buffer.concat([Buffer.from(`070701${hex}`), nameBytes]);
  return Buffer.concat([head, filling(head.length), data, filling(data.length)]);
}

function filling(length: number): Buffer {
  return Buffer.alloc((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT);
}

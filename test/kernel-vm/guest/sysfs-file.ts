// A file of the kernel's that is read again and again: it stays open, for an emulated processor needs some ms to open one.

import { closeSync, openSync, readSync } from "node:fs";

const LONGEST_BYTES = 256;

export class SysfsFile {
  readonly #descriptor: number;

  constructor(path: string) {
    this.#descriptor = openSync(path, "r");
  }

  /** What it says now, without the end of the line. */
  read(): string {
    const bytes = Buffer.alloc(LONGEST_BYTES);
    return bytes
      .toString("latin1", 0, readSync(this.#descriptor, bytes, 0, LONGEST_BYTES, 0))
      .trim();
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

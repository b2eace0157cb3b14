// Blocks that were found and are not known to be safe: each in a file of its own, on the disk before any node is told. A person can hand
// one in by hand: `bitcoin-cli -stdin submitblock < FILE`; a full block is too long for an argument.

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { MinedBlock } from "../pools/solo/job.ts";

const NAME = /^(\d{1,10})-([0-9a-f]{64})\.block$/;
/** Nobody finds so many in the time in which one is kept. */
const KEPT_MAX = 100;

export class BlockFolder {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  pathOf({ height, hash }: MinedBlock): string {
    return join(this.#dir, `${height}-${hash}.block`);
  }

  /** When it returns, the block survives a power cut. Throws where the disk does not take it. */
  keep(block: MinedBlock): void {
    mkdirSync(this.#dir, { recursive: true, mode: 0o750 });
    const path = this.pathOf(block);
    const part = `${path}.part`;
    const file = openSync(part, "w", 0o640);
    try {
      writeFileSync(file, block.hex);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(part, path);
    const dir = openSync(this.#dir, "r");
    try {
      fsyncSync(dir);
    } finally {
      closeSync(dir);
    }
  }

  letGo(block: MinedBlock): void {
    rmSync(this.pathOf(block), { force: true });
  }

  /** What the last run left, the newest first. What cannot be read is left where it is. */
  kept(): readonly MinedBlock[] {
    return this.#names().flatMap((name) => {
      const [, height, hash] = NAME.exec(name) ?? [];
      if (height === undefined || hash === undefined) return [];
      const path = join(this.#dir, name);
      try {
        const hex = readFileSync(path, "utf8");
        return [{ height: Number(height), hash, hex }];
      } catch {
        return [];
      }
    });
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#dir).sort().reverse().slice(0, KEPT_MAX);
    } catch {
      return []; // There is none yet.
    }
  }
}

// Where updates lie on a Zero: a folder with a program a file, named by its hash, and the record of which one runs.

import { createHash } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { freshRecord, kept, type UpdateRecord, updateRecord } from "./record.ts";

const RECORD = "update.json";
const PROGRAM = /^([0-9a-f]{64})\.cjs$/;
const PART = /\.part$/;
/** tmpfs, ramfs and overlay (statfs(2)): what lies there ends with the power; of an overlay's upper half that is the safe guess. */
const MEMORY_FILE_SYSTEMS: ReadonlySet<number> = new Set([0x01021994, 0x858458f6, 0x794c7630]);
/** A system that says so itself, by our images' mark or as Raspberry Pi OS and overlayroot do on the kernel's line. */
const IN_MEMORY_MARK = "etc/zerorig/in-memory";
const IN_MEMORY_WORDS = /(?:^|\s)(?:boot=overlay|overlayroot=)/;

/** Below the root of the machine that the agent runs on. */
function stateDirOf(sysroot: string): string {
  return join(sysroot, "var/lib/zero-agent");
}

export function sha256Of(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Writes a file so that it is whole or not there, also after the power went. */
export function writeWhole(path: string, data: string | Buffer, mode = 0o600): void {
  const fresh = `${path}.new`;
  const file = openSync(fresh, "w", mode);
  try {
    writeFileSync(file, data);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
}

export class UpdateStore {
  readonly dir: string;
  readonly #sysroot: string;

  constructor(sysroot: string) {
    this.#sysroot = sysroot;
    this.dir = stateDirOf(sysroot);
  }

  /** Makes the folder. Why nothing can be kept there, or null. */
  open(): string | null {
    try {
      mkdirSync(this.dir, { recursive: true, mode: 0o700 });
      accessSync(this.dir, constants.W_OK);
      return null;
    } catch (error) {
      return `${this.dir}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`;
    }
  }

  /** Whether what is written there outlives the power. */
  persists(): boolean {
    if (existsSync(join(this.#sysroot, IN_MEMORY_MARK))) return false;
    try {
      const line = readFileSync(join(this.#sysroot, "proc/cmdline"), "utf8");
      if (IN_MEMORY_WORDS.test(line)) return false;
    } catch {
      // No such file in a virtual Zero.
    }
    // A virtual Zero's power is not that of the machine that it lies on.
    if (this.#sysroot !== "/") return true;
    try {
      return !MEMORY_FILE_SYSTEMS.has(statfsSync(this.dir).type);
    } catch {
      return false;
    }
  }

  /** What is written down; null where nothing is, or nothing that can be read. */
  read(): UpdateRecord | null {
    try {
      const parsed = v.safeParse(
        updateRecord,
        JSON.parse(readFileSync(this.#path(RECORD), "utf8")),
      );
      return parsed.success ? parsed.output : null;
    } catch {
      return null;
    }
  }

  /** The record of a machine where this program is installed: begun anew where another one was. */
  readFor(installed: string): UpdateRecord {
    const record = this.read();
    return record?.installed === installed ? record : freshRecord(installed);
  }

  write(record: UpdateRecord): void {
    writeWhole(this.#path(RECORD), `${JSON.stringify(record)}\n`);
    const needed = kept(record);
    for (const name of readdirSync(this.dir)) {
      const program = PROGRAM.exec(name)?.[1];
      if (program !== undefined && !needed.has(program)) rmSync(this.#path(name));
    }
  }

  programFile(sha256: string): string {
    return this.#path(`${sha256}.cjs`);
  }

  /** Whether a program lies here whole. */
  has(sha256: string): boolean {
    try {
      return sha256Of(readFileSync(this.programFile(sha256))) === sha256;
    } catch {
      return false;
    }
  }

  /** How much of a program has come so far (bytes). Parts of others are let go. */
  partSize(sha256: string): number {
    const own = `${sha256}.part`;
    for (const name of readdirSync(this.dir)) {
      if (PART.test(name) && name !== own) rmSync(this.#path(name));
    }
    return existsSync(this.#path(own)) ? statSync(this.#path(own)).size : 0;
  }

  append(sha256: string, data: Buffer): void {
    writeFileSync(this.#path(`${sha256}.part`), data, { flag: "a", mode: 0o600 });
  }

  /** Makes the parts a program, if they are what they should be; else they are gone. */
  complete(sha256: string): boolean {
    const part = this.#path(`${sha256}.part`);
    const bytes = readFileSync(part);
    const isRight = sha256Of(bytes) === sha256;
    if (isRight) writeWhole(this.programFile(sha256), bytes);
    rmSync(part);
    return isRight;
  }

  #path(name: string): string {
    return join(this.dir, name);
  }
}

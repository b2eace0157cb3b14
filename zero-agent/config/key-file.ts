// The slot's key: 64 hex digits in a file of its own. Its text goes nowhere else, least of all into a message.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { ConfigError } from "./error.ts";

/** More than a key and its newline; a wrong file may be of any size. */
const READ_MAX_BYTES = 256;
const OTHERS = 0o077;

export interface SlotKey {
  readonly key: Buffer;
  /** Others than the owner may read or write the file. */
  readonly isExposed: boolean;
}

function howToMake(file: string): string {
  return `make one with: (umask 077; openssl rand -hex 32 > ${file}), and give the controller the same`;
}

function isHandedOver(file: string): boolean {
  const directory = process.env["CREDENTIALS_DIRECTORY"];
  return directory !== undefined && dirname(file) === directory;
}

/** Reads the key. Throws ConfigError, which names the file and never what is in it. */
export function readKey(file: string): SlotKey {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      throw new ConfigError(`${file}: the key file is missing; ${howToMake(file)}`);
    }
    throw new ConfigError(`${file}: the key file cannot be read (${code})`);
  }
  try {
    const bytes = Buffer.alloc(READ_MAX_BYTES);
    const text = bytes.toString("latin1", 0, readSync(descriptor, bytes)).trim();
    if (!/^[0-9a-fA-F]{64}$/.test(text)) {
      throw new ConfigError(`${file}: a key is 64 hex digits and nothing else; ${howToMake(file)}`);
    }
    // What systemd hands over is ours alone, whatever the bits of its mode say (they show an access list's mask).
    const isExposed = !isHandedOver(file) && (fstatSync(descriptor).mode & OTHERS) !== 0;
    return { key: Buffer.from(text, "hex"), isExposed };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${file}: the key file cannot be read (${code})`);
  } finally {
    closeSync(descriptor);
  }
}

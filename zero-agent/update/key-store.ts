// The slot's key as the agent uses it: the file's, until the controller hands over another one over the link.

import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AgentMessage } from "../protocol/messages.ts";
import { openKey, proveKey } from "../protocol/rekeying.ts";
import { writeWhole } from "./update-store.ts";

const FILE = "agent.key";
/** The key, and the mark of the file's key that it took the place of: when that is replaced by hand, it is the one that counts. */
const TEXT = /^([0-9a-f]{64}) ([0-9a-f]{64})$/;

function markOf(key: Buffer): string {
  return createHash("sha256").update("zerorig.v1|mark|").update(key).digest("hex");
}

/** Lets go of a key that came over the link. */
export function forgetKey(dir: string): void {
  rmSync(join(dir, FILE), { force: true });
}

export class KeyStore {
  readonly #slot: string;
  readonly #dir: string;
  readonly #installed: Buffer;
  readonly #onKey: (key: Buffer) => void;
  #key: Buffer;

  /** `installed`: the key of the file. `onKey` is told each one that takes its place while the agent runs. */
  constructor(slot: string, dir: string, installed: Buffer, onKey: (key: Buffer) => void) {
    this.#slot = slot;
    this.#dir = dir;
    this.#installed = installed;
    this.#onKey = onKey;
    this.#key = this.#read() ?? installed;
  }

  get key(): Buffer {
    return this.#key;
  }

  /** Takes the key that the controller sealed. Throws where it cannot be written down. */
  take(sealed: string): AgentMessage {
    const key = openKey(this.#key, this.#slot, sealed);
    if (key === null)
      return { type: "rekeyed", mac: null, why: "it cannot be opened with this key" };
    writeWhole(join(this.#dir, FILE), `${key.toString("hex")} ${markOf(this.#installed)}\n`);
    this.#key = key;
    this.#onKey(key);
    return { type: "rekeyed", mac: proveKey(key, this.#slot), why: "" };
  }

  #read(): Buffer | null {
    try {
      const [, key, mark] = TEXT.exec(readFileSync(join(this.#dir, FILE), "utf8").trim()) ?? [];
      return key !== undefined && mark === markOf(this.#installed) ? Buffer.from(key, "hex") : null;
    } catch {
      return null;
    }
  }
}

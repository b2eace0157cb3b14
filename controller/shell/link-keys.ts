// The slots' link keys: one file each, 64 hex digits, read at each handshake so that a new key needs no restart.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The key of a slot, or null where there is none (or none that can be read): then no agent of that slot is let in. */
export function readLinkKey(keysDir: string, slot: string): Buffer | null {
  try {
    const text = readFileSync(join(keysDir, `${slot}.key`), "utf8").trim();
    return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, "hex") : null;
  } catch {
    return null;
  }
}

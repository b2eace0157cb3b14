// The link keys as they are by now: those that a person put into [link] keys_dir, and those that the controller made or handed over
// itself, in its state folder. A key that was revoked stays so wherever it lies.

import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { SlotId } from "../../hat/slots.ts";
import { readLinkKey } from "../shell/link-keys.ts";
import { writeFileWhole } from "./whole-file.ts";

const MARKS_MAX = 64;

function markOf(key: Buffer): string {
  return createHash("sha256").update("zerorig.v1|revoked|").update(key).digest("hex");
}

export class KeyRing {
  readonly #keysDir: string;
  readonly #ownDir: string;

  constructor(keysDir: string, ownDir: string) {
    this.#keysDir = keysDir;
    this.#ownDir = ownDir;
  }

  /** The keys that an agent of this slot may prove, the likeliest first. Read anew each time: a key needs no restart. */
  keysOf(slot: string): readonly Buffer[] {
    const revoked = this.#marks(slot);
    return this.#all(slot).filter((key) => !revoked.includes(markOf(key)));
  }

  /** The key that was made for a Zero and not proved by it yet; null where there is none. */
  pending(slot: string): Buffer | null {
    return readLinkKey(this.#ownDir, `${slot}.next`);
  }

  /** Another key for this slot, beside the one that holds. */
  offer(slot: SlotId, key: Buffer): void {
    writeFileWhole(join(this.#ownDir, `${slot}.next.key`), `${key.toString("hex")}\n`);
  }

  /** This key alone from now on. */
  set(slot: SlotId, key: Buffer): void {
    const others = this.#all(slot).filter((other) => !other.equals(key));
    writeFileWhole(join(this.#ownDir, `${slot}.key`), `${key.toString("hex")}\n`);
    this.#revoke(slot, others);
    rmSync(join(this.#ownDir, `${slot}.next.key`), { force: true });
  }

  /** None of the keys that are known. How many those were. */
  revoke(slot: SlotId): number {
    const keys = this.keysOf(slot);
    this.#revoke(slot, this.#all(slot));
    for (const name of [`${slot}.key`, `${slot}.next.key`]) {
      rmSync(join(this.#ownDir, name), { force: true });
    }
    return keys.length;
  }

  #all(slot: string): readonly Buffer[] {
    const found = [
      readLinkKey(this.#ownDir, slot),
      this.pending(slot),
      readLinkKey(this.#keysDir, slot),
    ];
    return found.filter((key) => key !== null);
  }

  #marks(slot: string): readonly string[] {
    try {
      return readFileSync(join(this.#ownDir, `${slot}.revoked`), "utf8").split("\n");
    } catch {
      return [];
    }
  }

  #revoke(slot: SlotId, keys: readonly Buffer[]): void {
    const marks = new Set([
      ...this.#marks(slot).filter((mark) => mark !== ""),
      ...keys.map(markOf),
    ]);
    const text = [...marks].slice(-MARKS_MAX).join("\n");
    writeFileWhole(join(this.#ownDir, `${slot}.revoked`), `${text}\n`);
  }
}

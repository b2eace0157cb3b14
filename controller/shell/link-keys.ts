// The slots' link keys: one file each, 64 hex digits, read at each handshake so that a new key needs no restart.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SlotId } from "../../hat/slots.ts";
import type { EffectOf } from "../core/effect.ts";
import { messageOf, systemCode } from "./error.ts";

const KEY = /^[0-9a-f]{64}$/i;

function keyFile(keysDir: string, slot: string): string {
  return join(keysDir, `${slot}.key`);
}

/** The key of a slot, or null where there is none (or none that can be read): then no agent of that slot is let in. */
export function readLinkKey(keysDir: string, slot: string): Buffer | null {
  try {
    const text = readFileSync(keyFile(keysDir, slot), "utf8").trim();
    return KEY.test(text) ? Buffer.from(text, "hex") : null;
  } catch {
    return null;
  }
}

export interface KeyFault {
  readonly slot: SlotId;
  readonly file: string;
  readonly fault: string;
  readonly todo: string;
}

/** The slots whose agent could not be let in, why, and what to do about it. */
export function keyFaults(keysDir: string, slots: readonly SlotId[]): readonly KeyFault[] {
  return slots.flatMap((slot) => {
    const file = keyFile(keysDir, slot);
    const fault = faultOf(file);
    return fault === null ? [] : [{ slot, file, ...fault }];
  });
}

/** Those as events: an agent whose key is not here is refused at each try, and whoever reads the log finds out why. */
export function keyWarnings(
  keysDir: string,
  slots: readonly SlotId[],
): readonly EffectOf<"report">[] {
  return keyFaults(keysDir, slots).map(({ slot, ...detail }) => {
    return { type: "report", level: "warn", ev: "link.key-fault", slot, why: null, detail };
  });
}

function faultOf(file: string): Pick<KeyFault, "fault" | "todo"> | null {
  const make = `make one with \`openssl rand -hex 32\`, mode 0600, and put the same on the Zero`;
  try {
    const text = readFileSync(file, "utf8").trim();
    if (KEY.test(text)) return null;
    return { fault: `it holds ${text.length} characters, not 64 hex digits`, todo: make };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return { fault: "there is no such file", todo: make };
    return { fault: messageOf(error), todo: "let the controller's user read it" };
  }
}

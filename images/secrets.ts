// What a controller's card is given that nobody else may read, from a person's files; each is checked by the controller's own reader.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readToken } from "../controller/api/token.ts";
import { readMiningKey } from "../controller/shell/mining-key.ts";
import { UsageError } from "./image-error.ts";
import { type ControllerSecrets, parseRole, readKeyFile } from "./role.ts";

/** Where they are; null for none. */
export interface SecretFiles {
  /** A folder with p1.key and so on. */
  readonly keys: string | null;
  readonly token: string | null;
  readonly miningKey: string | null;
}

const KEY_FILE = /^(p[1-9]\d?)\.key$/;

/** Throws a UsageError or a ControllerError that names the file, and tells nothing of what it holds. */
export function readSecrets(files: SecretFiles): ControllerSecrets {
  return {
    keys: files.keys === null ? new Map() : readKeys(files.keys),
    token: readToken(files.token),
    // Whoever lets others read it here is told so by the controller, not on its card.
    miningKey: readMiningKey(files.miningKey, () => {}),
    files: [],
  };
}

/** The link keys in a folder by slot, in the slots' order. */
function readKeys(folder: string): ReadonlyMap<string, string> {
  const slots = slotsIn(folder, KEY_FILE);
  if (slots.length === 0) {
    const todo = "it has to hold p1.key and so on, as `zerorig setup` makes them";
    throw new UsageError(`there is no link key in ${folder}`, todo);
  }
  return new Map(slots.map((slot) => [slot, readKeyFile(join(folder, `${slot}.key`))]));
}

/** The slots that what is in a folder is named after, in their order. `name`: its first group is the slot. */
export function slotsIn(folder: string, name: RegExp): readonly string[] {
  if (!existsSync(folder)) return [];
  const slots = readdirSync(folder).flatMap((entry) => name.exec(entry)?.[1] ?? []);
  return slots.sort((a, b) => parseRole(a) - parseRole(b));
}

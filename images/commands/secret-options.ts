// The options that hand secrets to a controller's card.

import { ImageError } from "../image-error.ts";
import type { ControllerSecrets, Role } from "../role.ts";
import { readSecrets } from "../secrets.ts";

export const SECRET_OPTIONS = {
  keys: { type: "string" },
  token: { type: "string" },
  "mining-key": { type: "string" },
} as const;

export const SECRET_USAGE = `  --keys DIR        the controller's: the Zeros' link keys, p1.key and so on
  --token FILE      the controller's: whoever sends it may change something over HTTP
  --mining-key FILE the controller's: the account's key at the pool
`;

/** Null where none is named. */
export function secretsOf(
  role: Role,
  values: Readonly<Partial<Record<keyof typeof SECRET_OPTIONS, string>>>,
): ControllerSecrets | null {
  const { keys = null, token = null, "mining-key": miningKey = null } = values;
  if (keys === null && token === null && miningKey === null) return null;
  if (role !== 0) {
    const todo = "a Zero has its own link key alone: --key FILE";
    throw new ImageError("--keys, --token and --mining-key are the controller's", todo);
  }
  return readSecrets({ keys, token, miningKey });
}

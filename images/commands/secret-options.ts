// The options that are one role's alone: secrets of a controller, the key of a Zero.

import { UsageError } from "../image-error.ts";
import { type ControllerSecrets, type Role, readKeyFile } from "../role.ts";
import { readSecrets } from "../secrets.ts";

export const SECRET_OPTIONS = {
  key: { type: "string" },
  keys: { type: "string" },
  token: { type: "string" },
  "mining-key": { type: "string" },
} as const;

export const SECRET_USAGE = `  --key FILE        the Zero's link key (64 hex digits), the same as the controller's for that slot
  --keys DIR        the controller's: the Zeros' link keys, p1.key and so on
  --token FILE      the controller's: whoever sends it may change something over HTTP
  --mining-key FILE the controller's: the account's key at the pool
`;

type Values = Readonly<Partial<Record<keyof typeof SECRET_OPTIONS, string>>>;

/** A Zero's key; null where none is named. */
export function keyOf(role: Role, { key }: Values): string | null {
  if (key === undefined) return null;
  if (role !== 0) return readKeyFile(key);
  throw new UsageError("--key is a Zero's", "a controller has the keys of all Zeros: --keys DIR");
}

/** A controller's secrets; null where none is named. */
export function secretsOf(role: Role, values: Values): ControllerSecrets | null {
  const { keys = null, token = null, "mining-key": miningKey = null } = values;
  if (keys === null && token === null && miningKey === null) return null;
  if (role !== 0) {
    const todo = "a Zero has its own link key alone: --key FILE";
    throw new UsageError("--keys, --token and --mining-key are the controller's", todo);
  }
  return readSecrets({ keys, token, miningKey });
}

/** Throws a UsageError for what the machine of that role has not. */
export function refuseOtherRole(role: Role, is: { nat: boolean; writable: boolean }): void {
  if (role !== 0 && is.nat) {
    throw new UsageError(
      "--nat is the controller's",
      "leave it out: a Zero goes the way it is given",
    );
  }
  if (role === 0 && is.writable) {
    throw new UsageError("--writable is a Zero's", "leave it out: a controller's card always is");
  }
}

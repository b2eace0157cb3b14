// The account's mining key: a secret in a file of its own. It goes to the pool, and to nobody else: no log, no status.

import { ControllerError } from "./error.ts";
import { readSecret } from "./secret-file.ts";

/** What the pool's protocol can carry as one field. */
const KEY = /^[!-+\--~]{1,128}$/;

/**
 * The key, or null where none is configured. Throws a ControllerError for a file that cannot be read or holds no key, which never
 * says what it holds. `warn` is told when others on this machine may read it.
 */
export function readMiningKey(path: string | null, warn: (todo: string) => void): string | null {
  if (path === null) return null;
  const todo = "check [pool] key_file; the file holds the key alone, mode 0600";
  const { text, isExposed } = readSecret(path, "the mining key", todo);
  if (isExposed) warn(`others may read the mining key: chmod 600 ${path}`);
  if (KEY.test(text)) return text;
  const message = `${path} holds no mining key: expected 1 to 128 characters, none of them a space or a comma`;
  throw new ControllerError("key-file", message, todo);
}

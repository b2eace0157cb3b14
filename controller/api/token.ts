// The admin token: a secret in a file of its own. Who has it may switch power; it is never logged or shown.

import { ControllerError } from "../shell/error.ts";
import { readOwnSecret } from "../shell/secret-file.ts";

/** Long enough that nobody guesses it, and of characters that a header can carry. */
const TOKEN = /^[\x21-\x7e]{20,512}$/;

/**
 * The token, or null where none is configured. Throws a ControllerError for a file that cannot be read, that others may read, or
 * that holds no token; it never says what it holds.
 */
export function readToken(path: string | null): string | null {
  if (path === null) return null;
  const make = `make one: umask 077; head -c 24 /dev/urandom | base64 > ${path}`;
  const text = readOwnSecret(path, "the token", make);
  if (TOKEN.test(text)) return text;
  const message = `${path} holds no token: expected at least 20 characters, and no spaces`;
  throw new ControllerError("key-file", message, make);
}

// A secret in a file of its own: what it holds goes to whoever asked for it, and into no message.

import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ControllerError, messageOf, systemCode } from "./error.ts";

const OTHERS_BITS = 0o077;

export interface Secret {
  readonly text: string;
  /** Whether others on this machine may read it too. */
  readonly isExposed: boolean;
}

/** Where the unit's LoadCredential= takes secrets from, and what stands for one that is not there. */
const HANDED_FROM = "/etc/zerorig";
const NOT_THERE = "-";

/**
 * Reads a secret: as the service manager handed it over (`/etc/zerorig/token` is root's then), else from the file itself.
 * Throws a ControllerError (`key-file`) that names the file, `what` it should hold ("the token"), and what `todo`.
 */
export function readSecret(
  path: string,
  what: string,
  todo: string,
  env: NodeJS.ProcessEnv = process.env,
): Secret {
  const handed = handedOver(path, env);
  if (handed !== null) return { text: handed, isExposed: false };
  try {
    const text = readFileSync(path, "utf8").trim();
    return { text, isExposed: (statSync(path).mode & OTHERS_BITS) !== 0 };
  } catch (error) {
    throw secretFault(path, what, todo, error);
  }
}

/** The error for people, of what reading a secret threw; `todo` is for one that is not there. */
export function secretFault(
  path: string,
  what: string,
  todo: string,
  error: unknown,
): ControllerError {
  const isDenied = ["EACCES", "EPERM"].includes(systemCode(error));
  return new ControllerError(
    "key-file",
    `cannot read ${what} ${path}: ${messageOf(error)}`,
    isDenied ? "it may be right: let the user that this runs as read it" : todo,
    error,
  );
}

function handedOver(path: string, env: NodeJS.ProcessEnv): string | null {
  const directory = env["CREDENTIALS_DIRECTORY"];
  if (directory === undefined || dirname(path) !== HANDED_FROM) return null;
  try {
    const text = readFileSync(join(directory, basename(path)), "utf8").trim();
    return text === NOT_THERE ? null : text;
  } catch {
    return null; // Another unit's, which hands over nothing of that name.
  }
}

/** The same, of a secret that nobody else may be able to read: throws where others can. */
export function readOwnSecret(path: string, what: string, todo: string): string {
  const { text, isExposed } = readSecret(path, what, todo);
  if (!isExposed) return text;
  const message = `others on this machine may read ${what} ${path}`;
  throw new ControllerError("key-file", message, `chmod 600 ${path}`);
}

// The certificates of those who may sign for another machine, in a file of PEM text.

import { readFileSync } from "node:fs";
import { ControllerError, messageOf } from "./error.ts";

/** Null where no file is named. Throws a ControllerError (`ca-file`) that names the file and its `key`, such as "[mqtt] ca_file". */
export function readCertificates(path: string | null, key: string): string | null {
  if (path === null) return null;
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const message = `cannot read the certificates in ${path}: ${messageOf(error)}`;
    throw new ControllerError("ca-file", message, `check ${key}`, error);
  }
}

// The folder of all that outlives the controller, made where it is missing.

import { mkdirSync } from "node:fs";
import { ControllerError, messageOf } from "./error.ts";

/** Throws a ControllerError. */
export function makeStateDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o750 });
  } catch (error) {
    throw new ControllerError(
      "state-dir",
      `cannot make the state folder ${dir}: ${messageOf(error)}`,
      "name a folder that this user may write ([state] dir, or --state-dir), or make it with `install -d`",
      error,
    );
  }
}

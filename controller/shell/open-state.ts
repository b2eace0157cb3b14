// The state folder, opened by one controller alone: two with boards of their own would write over what the other remembers.

import { join } from "node:path";
import { isHatError } from "../../hat/error.ts";
import { acquireLock, type HeldLock } from "../../hat/lock.ts";
import { ControllerError, messageOf } from "./error.ts";
import { makeStateDir } from "./state-dir.ts";
import { Store } from "./store.ts";

const LOCK_FILE = "controller.lock";

export interface OpenState {
  readonly store: Store;
  /** To be let go of after the store was closed. */
  readonly lock: HeldLock;
}

/** Throws a ControllerError: another controller that runs has the folder, or it cannot be written. */
export async function openState(dir: string, wall: () => Date): Promise<OpenState> {
  makeStateDir(dir);
  const lock = await lockState(dir);
  try {
    return { store: new Store(dir, wall), lock };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Throws a ControllerError: another has the folder, or it cannot be written. */
export async function lockState(dir: string): Promise<HeldLock> {
  const path = join(dir, LOCK_FILE);
  try {
    return await acquireLock(path);
  } catch (error) {
    if (isHatError(error) && error.code === "locked") {
      const todo = "stop it first, or give this one a state folder of its own";
      const message = `another controller has the state folder ${dir} (its process is named in ${path})`;
      throw new ControllerError("state-in-use", message, todo, error);
    }
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const todo = "check that this user may write the folder and that the disk is not full";
    throw new ControllerError("state-dir", `cannot lock ${dir}: ${messageOf(cause)}`, todo, error);
  }
}

// What miners came to, kept for a Stratum server that has no rig beside it: in a folder of its own.

import { systemClock } from "../shell/clock.ts";
import type { MinersPast } from "../shell/miners-lane.ts";
import { lockState } from "../shell/open-state.ts";
import { makeStateDir } from "../shell/state-dir.ts";
import { StatsStore } from "./stats-store.ts";

export interface OwnPast extends MinersPast {
  /** Where the file went that was found damaged; null if it was sound. */
  readonly setAside: string | null;
  close(): Promise<void>;
}

/** Throws a ControllerError: another server, or a rig, has the folder, or it cannot be written. */
export async function openOwnPast(dir: string): Promise<OwnPast> {
  makeStateDir(dir);
  const lock = await lockState(dir);
  try {
    const store = new StatsStore(dir, () => systemClock.wall());
    return {
      miners: store.miners,
      setAside: store.setAside,
      get nowMs() {
        return systemClock.wall().getTime();
      },
      close: async () => {
        store.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

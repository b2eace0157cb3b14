// A board whose writes wait a moment for their turn: another hatctl holds the lock only for as long as it writes.

import { setTimeout as pause } from "node:timers/promises";
import type { PowerBoard } from "../board.ts";
import { isHatError } from "../error.ts";

/** A write takes some ms, or some tries of it. A controller holds on for good: it is not waited for. */
const PATIENCE_MS = 1000;
const TRY_EVERY_MS = 20;

export interface Patience {
  readonly sleep: (ms: number) => Promise<unknown>;
  /** A monotonic clock. */
  readonly nowMs: () => number;
}

const REAL: Patience = { sleep: pause, nowMs: () => performance.now() };

/** The same board; what is `locked` is tried again for a second, however long each try takes. Nothing was written then. */
export function patientBoard(board: PowerBoard, { sleep, nowMs }: Patience = REAL): PowerBoard {
  const patiently = async <T>(write: () => Promise<T>): Promise<T> => {
    const until = nowMs() + PATIENCE_MS;
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (!isHatError(error, "locked") || nowMs() >= until) throw error;
      }
      await sleep(TRY_EVERY_MS);
    }
  };
  return {
    info: board.info,
    read: () => board.read(),
    setPower: (slot, line) => patiently(() => board.setPower(slot, line)),
    readPorts: () => board.readPorts(),
    init: (part) => patiently(() => board.init(part)),
    readSwitches: () => board.readSwitches(),
    setSwitch: (name, on, part) => patiently(() => board.setSwitch(name, on, part)),
    close: () => board.close(),
  };
}

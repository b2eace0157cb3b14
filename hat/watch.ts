// Follows a board: reads it again and again, and tells what changed, whoever changed it.

import { setTimeout as sleep } from "node:timers/promises";
import type { BoardReading, PowerBoard } from "./board.ts";
import { type BoardChange, changesBetween } from "./changes.ts";
import { type HatError, isHatError } from "./error.ts";

export type BoardEvent =
  /** The first reading, and the one after a time in which the board could not be read. */
  | { readonly type: "reading"; readonly reading: BoardReading }
  | BoardChange
  /** The board cannot be read. Told once; a `reading` follows when it can be read again. */
  | { readonly type: "failed"; readonly error: HatError };

export interface WatchOptions {
  /** Between the end of a reading and the next. Default 1000. */
  readonly everyMs?: number;
  /** Ends the watch. */
  readonly signal?: AbortSignal;
  /** For tests: waits, or ends early when the signal aborts. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/**
 * Yields events until the signal aborts or the caller leaves the loop. Reads only, and takes no lock. A change that begins and
 * ends between two readings is not seen. Throws what is no HatError.
 */
export async function* watchBoard(
  board: Pick<PowerBoard, "read">,
  options: WatchOptions = {},
): AsyncGenerator<BoardEvent, void, undefined> {
  const { everyMs = 1000, signal } = options;
  const pause = options.pause ?? ((ms: number) => sleep(ms, undefined, signal ? { signal } : {}));
  let last: BoardReading | null = null;
  let failing = false;
  while (signal?.aborted !== true) {
    try {
      const reading = await board.read();
      if (last === null) yield { type: "reading", reading };
      else yield* changesBetween(last, reading);
      last = reading;
      failing = false;
    } catch (error) {
      if (!isHatError(error)) throw error;
      if (!failing) yield { type: "failed", error };
      failing = true;
      // What happened meanwhile is in no reading.
      last = null;
    }
    await pause(everyMs).catch(() => {});
  }
}

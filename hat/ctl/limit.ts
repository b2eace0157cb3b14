// A time limit on a call to the board.

import { TimeoutError } from "./exit.ts";

/** Settles as the call does, or rejects with a TimeoutError. The call itself goes on. */
export async function limited<T>(timeoutMs: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new TimeoutError(
          `the board did not answer in ${timeoutMs} ms: try again, or give it longer with --timeout`,
        ),
      );
    }, timeoutMs);
  });
  try {
    return await Promise.race([call, limit]);
  } finally {
    clearTimeout(timer);
  }
}

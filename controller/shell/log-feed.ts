// Follows the log for one reader, at the reader's own pace: it holds no lines of its own, so who reads slowly loses the oldest
// and is told how many.

import type { Writable } from "node:stream";
import { isWanted, type LogFilter, type LogLine } from "./log-line.ts";
import type { LogRing } from "./log-ring.ts";

/** How the reader is told; both end as its protocol wants it. */
export interface LogWords {
  readonly line: (line: LogLine) => string;
  /** So many lines were gone before they could be sent. */
  readonly lost: (count: number) => string;
}

/** Sends the lines from this number on, until the stream closes. */
export function feedLog(
  ring: LogRing,
  from: number,
  filter: LogFilter,
  out: Writable,
  words: LogWords,
): void {
  let next = from;
  const pump = () => {
    while (next < ring.next && out.writable && !out.writableNeedDrain) {
      const lost = ring.oldest - next;
      if (lost > 0) {
        next = ring.oldest;
        out.write(words.lost(lost));
        continue;
      }
      const line = ring.at(next++);
      if (line !== null && isWanted(line, filter)) out.write(words.line(line));
    }
  };
  const unfollow = ring.follow(pump);
  out.on("drain", pump);
  out.once("close", unfollow);
  pump();
}

// Watches a WebSocket that goes through: a side that is gone without a word, or does not read, ends it. An open one keeps its Zero on.

import type { WebSocket } from "ws";

const PING_EVERY_MS = 30_000;
/** What may be on its way to a side that is slow. */
const UNREAD_BYTES_MAX = 4_194_304;

/** Pings both sides; whichever answered nothing since the last ping is gone, and so is the other. */
export function watchSockets(source: WebSocket, target: WebSocket): void {
  const alive = new Map([
    [source, true],
    [target, true],
  ]);
  for (const side of [source, target]) {
    for (const sign of ["pong", "message", "ping"] as const)
      side.on(sign, () => alive.set(side, true));
  }
  const timer = setInterval(() => {
    for (const [side, lives] of alive) {
      if (side.readyState !== side.OPEN) continue;
      if (!lives) {
        end(source, target);
        return;
      }
      alive.set(side, false);
      side.ping();
    }
  }, PING_EVERY_MS);
  timer.unref();
  source.once("close", () => clearInterval(timer));
  target.once("close", () => clearInterval(timer));
}

/** Called with each message that is to be passed on: nothing heaps up for a side that is not open yet, or does not read. */
export function guardReader(from: WebSocket, to: WebSocket): void {
  if (to.readyState === to.CONNECTING && !from.isPaused) {
    from.pause();
    to.once("open", () => from.resume());
  }
  if (to.bufferedAmount > UNREAD_BYTES_MAX) end(from, to);
}

function end(source: WebSocket, target: WebSocket): void {
  source.terminate();
  target.terminate();
}

// Server-sent events: the state when somebody comes, then what changes in it each second, and each event of the rig as it happens.

import type { ServerResponse } from "node:http";
import type { RigEvent, RigStatus } from "../core/status.ts";
import { deltaOf } from "./delta.ts";

/** Of a route: a stream has no end, and who wanted its head alone would hold it open for ever. */
export const STREAMED = { exposeHeadRoute: false } as const;
const EVERY_MS = 1000;
/** Where nothing changes, that is told instead: whoever shows the state knows that it is still so. */
const QUIET_MS = 2000;
const STREAMS_MAX = 32;
/** One that reads this slowly is let go; it comes again, and is told the whole state. */
const UNREAD_LIMIT_BYTES = 1_048_576;
/** Events that are kept for those who were away for a moment. */
const KEPT = 500;

interface Kept {
  readonly id: number;
  readonly event: RigEvent;
}

export class Streams {
  readonly #status: () => RigStatus;
  readonly #open = new Set<ServerResponse>();
  readonly #kept: Kept[] = [];
  readonly #timer: NodeJS.Timeout;
  #last: RigStatus | null = null;
  #lastSaidAt = performance.now();
  #nextId = 1;

  constructor(status: () => RigStatus) {
    this.#status = status;
    this.#timer = setInterval(() => this.#tell(), EVERY_MS);
    this.#timer.unref();
  }

  get isFull(): boolean {
    return this.#open.size >= STREAMS_MAX;
  }

  /** Serves this response from now on; with the id of the last event that it saw, those after it come first. */
  serve(response: ServerResponse, lastId: number | null): void {
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    response.on("error", () => response.destroy());
    response.on("close", () => this.#open.delete(response));
    this.#open.add(response);
    this.#last ??= this.#status();
    // What all are told next is what changed since #last, so that is where this one begins too.
    send(response, "status", this.#last);
    if (lastId === null) return;
    // Numbers begin anew with the controller: one that is still to come is of another run, and all of this run is news.
    const seen = lastId < this.#nextId ? lastId : 0;
    for (const { id, event } of this.#kept) if (id > seen) send(response, "event", event, id);
  }

  publish(event: RigEvent): void {
    const id = this.#nextId++;
    this.#kept.push({ id, event });
    if (this.#kept.length > KEPT) this.#kept.shift();
    this.#say("event", event, id);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const response of this.#open) response.destroy();
  }

  #tell(): void {
    if (this.#open.size === 0) {
      this.#last = null;
      return;
    }
    const now = this.#status();
    const delta = this.#last === null ? null : deltaOf(this.#last, now);
    this.#last = now;
    if (delta !== null) this.#say("delta", delta);
    else if (performance.now() - this.#lastSaidAt >= QUIET_MS) this.#say("still", {});
  }

  #say(name: string, value: object, id?: number): void {
    const text = frame(name, value, id);
    this.#lastSaidAt = performance.now();
    for (const response of this.#open) {
      if (response.writableLength > UNREAD_LIMIT_BYTES) response.destroy();
      else response.write(text);
    }
  }
}

function frame(name: string, value: object, id?: number): string {
  const head = id === undefined ? "" : `id: ${id}\n`;
  return `${head}event: ${name}\ndata: ${JSON.stringify(value)}\n\n`;
}

function send(response: ServerResponse, name: string, value: object, id?: number): void {
  response.write(frame(name, value, id));
}

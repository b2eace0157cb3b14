// The unix socket for the CLI, guarded by file permissions: status, verbs, and a stream of events.

import { chmodSync, lstatSync, mkdirSync, type Stats, unlinkSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import * as v from "valibot";
import type { RigEvent, RigStatus } from "../core/status.ts";
import {
  type ActRequest,
  type ControlReply,
  type ControlRequest,
  controlRequest,
  type LogFeedLine,
} from "./control-protocol.ts";
import { ControllerError, messageOf } from "./error.ts";
import { feedLog, type LogWords } from "./log-feed.ts";
import type { LogRing } from "./log-ring.ts";

const REQUEST_LIMIT = 16_384;
const CLIENTS_MAX = 32;
const STATUS_EVERY_MS = 1000;
/** A client that does not hang up (a stopped process) does not hold up the stop. */
const CLOSE_GRACE_MS = 1000;
/** A watcher that reads this slowly is let go. */
const UNREAD_LIMIT_BYTES = 4_194_304;

export interface Controls {
  status(): RigStatus;
  /** Carries out every verb but those of the socket itself; resolves when it is taken in, or `quiesce` when it is done. */
  act(request: ActRequest): Promise<ControlReply>;
}

export class ControlSocket {
  readonly #path: string;
  readonly #controls: Controls;
  readonly #ring: LogRing;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  readonly #watchers = new Set<Socket>();
  #timer: NodeJS.Timeout | null = null;

  constructor(path: string, controls: Controls, ring: LogRing) {
    this.#path = path;
    this.#controls = controls;
    this.#ring = ring;
    this.#server = createServer((socket) => this.#onClient(socket));
    this.#server.maxConnections = CLIENTS_MAX;
  }

  async listen(): Promise<void> {
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o755 });
    } catch {
      // The error of listening says more.
    }
    await removeStale(this.#path);
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error) =>
        reject(
          new ControllerError(
            "permission",
            `cannot open the control socket ${this.#path}: ${messageOf(error)}`,
            "set [control] socket to a path in a folder that this user may write",
            error,
          ),
        ),
      );
      this.#server.listen(this.#path, resolve);
    });
    this.#server.removeAllListeners("error");
    // Such as no more file descriptors: this client is refused, the next may not be.
    this.#server.on("error", () => {});
    chmodSync(this.#path, 0o660);
    this.#timer = setInterval(() => this.#sendStatus(), STATUS_EVERY_MS);
  }

  /** Tells all watchers. */
  publish(event: RigEvent): void {
    for (const socket of this.#watchers) write(socket, { event });
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const socket of this.#clients) socket.end();
    const late = setTimeout(() => {
      for (const socket of this.#clients) socket.destroy();
    }, CLOSE_GRACE_MS);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    clearTimeout(late);
  }

  #sendStatus(): void {
    if (this.#watchers.size === 0) return;
    const status = this.#controls.status();
    for (const socket of this.#watchers) write(socket, { status });
  }

  #onClient(socket: Socket): void {
    this.#clients.add(socket);
    let pending = "";
    socket.setEncoding("utf8");
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#clients.delete(socket);
      this.#watchers.delete(socket);
    });
    socket.on("data", (chunk: string) => {
      pending += chunk;
      if (pending.length > REQUEST_LIMIT) {
        socket.destroy();
        return;
      }
      const lines = pending.split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") void this.#onLine(socket, line);
    });
  }

  async #onLine(socket: Socket, line: string): Promise<void> {
    const request = parse(line);
    if (!request.ok) {
      write(socket, { ok: false, code: "bad-request", error: request.why });
      return;
    }
    if (request.value.verb === "watch") {
      this.#watchers.add(socket);
      write(socket, { ok: true, status: this.#controls.status() });
      return;
    }
    if (request.value.verb === "log") this.#sendLog(socket, request.value);
    else write(socket, await this.#controls.act(request.value));
  }

  #sendLog(socket: Socket, { lines: count, follow, level, slot }: LogRequest): void {
    // Between the answer and the first that follows no line can come: all of this is one turn.
    const lines = this.#ring.newest(count, { level, slot });
    write(socket, { ok: true, lines });
    if (follow) feedLog(this.#ring, this.#ring.next, { level, slot }, socket, LINES);
  }
}

type LogRequest = Extract<ControlRequest, { readonly verb: "log" }>;

function feedLine(line: LogFeedLine): string {
  return `${JSON.stringify(line)}\n`;
}

const LINES: LogWords = {
  line: (line) => feedLine({ line }),
  lost: (lost) => feedLine({ lost }),
};

type Parsed =
  | { readonly ok: true; readonly value: ControlRequest }
  | { readonly ok: false; readonly why: string };

function parse(line: string): Parsed {
  try {
    const parsed = v.safeParse(controlRequest, JSON.parse(line));
    if (parsed.success) return { ok: true, value: parsed.output };
    return {
      ok: false,
      why: `${v.getDotPath(parsed.issues[0]) ?? "request"}: ${parsed.issues[0].message}`,
    };
  } catch {
    return { ok: false, why: "not JSON" };
  }
}

function write(socket: Socket, value: object): void {
  if (socket.writableLength > UNREAD_LIMIT_BYTES) socket.destroy();
  else if (socket.writable) socket.write(`${JSON.stringify(value)}\n`);
}

/** Removes a socket file that nobody listens on; one that answers belongs to a running controller, and any other file to somebody. */
async function removeStale(path: string): Promise<void> {
  const found = look(path);
  if (found === null) return;
  if (!found.isSocket()) {
    throw new ControllerError(
      "bad-address",
      `${path} is there, and is no socket`,
      "set [control] socket to another path",
    );
  }
  if (await answers(path)) {
    throw new ControllerError(
      "socket-in-use",
      `another controller answers on ${path}`,
      "stop it first, or give this one its own [control] socket",
    );
  }
  try {
    unlinkSync(path);
  } catch {
    // Gone, or in a folder that is another's: then the error of listening says more.
  }
}

/** Null where nothing is, or nobody may look: the error of listening says more. */
function look(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

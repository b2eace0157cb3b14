// Where a full node tells of a new block: `POST /blocknotify` over HTTP, and a datagram that holds the secret, on one port number. All that
// it sets off is a question to the node, so who is on this machine may; from elsewhere, and by UDP, only who knows the secret.

import { createHash, timingSafeEqual } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "./clock.ts";
import { messageOf } from "./error.ts";
import type { Note } from "./seat-lane.ts";

const PATH = "/blocknotify";
const BODY_BYTES_MAX = 1024;
const DATAGRAM_BYTES_MAX = 512;
const CONNECTIONS_MAX = 16;
const REQUEST_MS = 5000;
/** More often than this nobody is told; what comes meanwhile is told at its end. */
const GAP_MS = 200;

export interface BlockNotifyOptions {
  readonly listen: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** null: HTTP takes anybody, and UDP is not spoken. */
  readonly secret: string | null;
  readonly clock: Clock;
  readonly note: Note;
  /** There is a new block, somebody says. */
  readonly onBlock: () => void;
}

export class BlockNotify {
  readonly #options: BlockNotifyOptions;
  readonly #http: Server;
  readonly #udp: Socket | null;
  #toldAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(options: BlockNotifyOptions) {
    this.#options = options;
    this.#http = createServer(
      { maxHeaderSize: 4096, headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS },
      (request, response) => this.#request(request, response),
    );
    this.#http.maxConnections = CONNECTIONS_MAX;
    this.#udp =
      options.secret === null
        ? null
        : createSocket(options.listen.includes(":") ? "udp6" : "udp4").on("message", (message) =>
            this.#datagram(message),
          );
  }

  /** Its port. Rejects where it cannot listen there. */
  async listen(): Promise<number> {
    const { listen: host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#http.once("error", reject).listen({ host, port }, resolve);
    });
    const { port: taken } = this.#http.address() as AddressInfo;
    const udp = this.#udp;
    if (udp !== null) {
      await new Promise<void>((resolve, reject) => {
        udp.once("error", reject).bind(taken, host, resolve);
      });
      const { note } = this.#options;
      udp.on("error", (error) => note("solo.notify-failed", { error: messageOf(error) }));
    }
    return taken;
  }

  close(): void {
    this.#cancel?.();
    this.#http.close();
    this.#http.closeAllConnections();
    this.#udp?.close();
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const say = (status: number) => {
      response.writeHead(status, { connection: "close", "content-length": 0 }).end();
    };
    const denial = denialOf(request, this.#options.secret);
    if (denial !== null) {
      say(denial);
      return;
    }
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) request.destroy();
    });
    request.on("error", () => request.destroy());
    request.on("end", () => {
      say(204);
      this.#tell();
    });
  }

  /** The secret, and what one likes behind a space. */
  #datagram(message: Buffer): void {
    const { secret } = this.#options;
    if (secret === null || message.length > DATAGRAM_BYTES_MAX) return;
    const [given = ""] = message.toString("latin1").trim().split(/\s/);
    if (isSame(given, secret)) this.#tell();
  }

  #tell(): void {
    const { clock, onBlock } = this.#options;
    if (this.#cancel !== null) return;
    const waitMs = this.#toldAt + GAP_MS - clock.now();
    const tell = () => {
      this.#cancel = null;
      this.#toldAt = clock.now();
      onBlock();
    };
    if (waitMs <= 0) tell();
    else this.#cancel = clock.after(waitMs, tell);
  }
}

/** The status that says why not; null if there is nothing against it. */
function denialOf({ url, method, headers }: IncomingMessage, secret: string | null): number | null {
  if (url?.split("?")[0] !== PATH) return 404;
  if (method !== "POST") return 405;
  // A page in somebody's browser: they all say where they come from.
  if (headers.origin !== undefined || headers["sec-fetch-site"] !== undefined) return 403;
  const given = /^Bearer ([!-~]{1,512})$/i.exec(headers.authorization ?? "")?.[1] ?? "";
  return secret === null || isSame(given, secret) ? null : 401;
}

/** Takes as long for a secret that is nearly right as for any other. */
function isSame(given: string, secret: string): boolean {
  const [a, b] = [given, secret].map((text) => createHash("sha256").update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

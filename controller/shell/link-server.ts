// Where agents dial in: an HTTP server that upgrades /link and nothing else, open to the gadget network only.

import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, BlockList, isIPv6 } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import type { SlotId } from "../../hat/slots.ts";
import { MAX_FRAME_BYTES } from "../../zero-agent/protocol/codec.ts";
import {
  type AgentMessage,
  type ControllerMessage,
  SUBPROTOCOL,
} from "../../zero-agent/protocol/messages.ts";
import type { Clock } from "./clock.ts";
import { ControllerError, messageOf, systemCode } from "./error.ts";
import { Link } from "./link.ts";
import { readLinkKey } from "./link-keys.ts";
import type { Untimed } from "./loop.ts";

const PING_EVERY_MS = 2000;
const PROVE_EVERY_MS = 5000;
const PROVE_LIMIT_MS = 3000;
/** All slots of a full rig, each with a new link beside the one it replaces, and some to spare for our own proofs. */
const CONNECTIONS_MAX = 80;
const CLOSE_GRACE_MS = 1000;
/** Options of ws 8.21 that its types do not know yet. Agents send whole frames. */
const SOCKET_LIMITS = { closeTimeout: 2000, maxFragments: 16, maxBufferedChunks: 64 };
const PROOF_OF_LIFE = "proof of life";

export interface LinkServerOptions {
  readonly listen: string;
  readonly port: number;
  readonly allow: readonly string[];
  readonly keysDir: string;
  readonly beatIntervalMs: number;
}

function allowList(cidrs: readonly string[], own: string): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = "", bits] = cidr.split("/");
    const family = isIPv6(network) ? "ipv6" : "ipv4";
    list.addSubnet(network, Number(bits ?? (family === "ipv6" ? 128 : 32)), family);
  }
  // Ourselves, for the proof that the server answers.
  if (own !== "0.0.0.0" && own !== "::") list.addAddress(own, isIPv6(own) ? "ipv6" : "ipv4");
  else list.addAddress("127.0.0.1");
  return list;
}

/** Log lines that a stranger can cause: so many in a window, and then only their number. */
const LOG_WINDOW_MS = 10_000;
const LOG_WINDOW_LINES = 20;

type Log = (ev: string, detail: Record<string, string>) => void;

function thinned(clock: Clock, log: Log): Log {
  let windowAt = clock.now();
  let lines = 0;
  return (ev, detail) => {
    if (clock.now() - windowAt >= LOG_WINDOW_MS) {
      if (lines > LOG_WINDOW_LINES)
        log("link.thinned", { lines: String(lines - LOG_WINDOW_LINES) });
      windowAt = clock.now();
      lines = 0;
    }
    lines += 1;
    if (lines <= LOG_WINDOW_LINES) log(ev, detail);
  };
}

function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}

export class LinkServer {
  readonly #options: LinkServerOptions;
  readonly #clock: Clock;
  readonly #post: (event: Untimed) => void;
  readonly #log: Log;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #allowed: BlockList;
  readonly #links = new Map<number, Link>();
  readonly #addresses = new Map<SlotId, string>();
  #nextLink = 1;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: LinkServerOptions, clock: Clock, post: (event: Untimed) => void, log: Log) {
    this.#options = options;
    this.#clock = clock;
    this.#post = post;
    this.#log = thinned(clock, log);
    this.#allowed = allowList(options.allow, options.listen);
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
      clientTracking: true,
      ...SOCKET_LIMITS,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    this.#http = createServer({
      headersTimeout: 5000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1000,
    });
    this.#http.maxConnections = CONNECTIONS_MAX;
    this.#http.on("request", (_request, response) => {
      response.writeHead(404, { connection: "close" }).end();
    });
    this.#http.on("upgrade", (request, socket, head) => this.#onUpgrade(request, socket, head));
    this.#http.on("clientError", (_error, socket) => socket.destroy());
  }

  /** Resolves with the port once it listens. Rejects with `port-in-use` or `bad-address`. */
  listen(): Promise<number> {
    const { listen, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#http.once("error", (error) => reject(listenError(error, listen, port)));
      this.#http.listen(port, listen, () => {
        this.#http.removeAllListeners("error");
        // Such as no more file descriptors: the next agent may have better luck.
        this.#http.on("error", (error) => this.#log("link.server-error", { why: error.message }));
        this.#timers = [
          setInterval(() => this.#pingAll(), PING_EVERY_MS),
          setInterval(() => this.#proveAlive(), PROVE_EVERY_MS),
        ];
        this.#proveAlive();
        resolve((this.#http.address() as AddressInfo).port);
      });
    });
  }

  send(link: number, message: ControllerMessage): void {
    this.#links.get(link)?.send(message);
  }

  close(link: number, code: number, why: string): void {
    this.#links.get(link)?.close(code, why);
  }

  /** Where the slot's last link came from, also when it has ended; null if there was none yet. */
  addressOf(slot: SlotId): string | null {
    return this.#addresses.get(slot) ?? null;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets.clients) socket.close(1001, "controller stops");
    const cancel = this.#clock.after(CLOSE_GRACE_MS, () => {
      for (const socket of this.#sockets.clients) socket.terminate();
    });
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
      this.#http.closeAllConnections();
    });
    cancel();
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const refusal = this.#refusal(request);
    if (refusal !== null) {
      this.#log("link.refused", { peer: request.socket.remoteAddress ?? "", why: refusal });
      // Whatever the peer does then: a refused socket must not hold a place.
      socket.end(`HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n${refusal}`, () =>
        socket.destroy(),
      );
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (websocket) => {
      const peer = plainAddress(request.socket.remoteAddress ?? "");
      const link = new Link(this.#nextLink++, peer, websocket, {
        keyOf: (slot) => readLinkKey(this.#options.keysDir, slot),
        beatIntervalMs: this.#options.beatIntervalMs,
        clock: this.#clock,
        onUp: ({ id }, slot, hello) => {
          this.#addresses.set(slot, peer);
          this.#post({ type: "link-up", slot, link: id, hello });
        },
        onHeard: ({ id }, slot) => this.#post({ type: "heard", slot, link: id }),
        onMessage: ({ id }, slot, message) => this.#onMessage(id, slot, message),
        onDown: (ended, slot, detail) => this.#onDown(ended, slot, detail),
      });
      this.#links.set(link.id, link);
    });
  }

  #refusal(request: IncomingMessage): string | null {
    const address = plainAddress(request.socket.remoteAddress ?? "");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (!this.#allowed.check(address, family)) return "this network is not allowed";
    if (request.url !== "/link") return "no such path";
    if (request.headers.origin !== undefined) return "browsers are not agents";
    const offered = request.headers["sec-websocket-protocol"]?.split(/\s*,\s*/) ?? [];
    if (!offered.includes(SUBPROTOCOL)) return `sub-protocol ${SUBPROTOCOL} is required`;
    return this.#links.size >= CONNECTIONS_MAX ? "too many links" : null;
  }

  #onMessage(link: number, slot: SlotId, message: AgentMessage): void {
    switch (message.type) {
      case "beat":
        this.#post({ type: "beat", slot, link, beat: message });
        break;
      case "result": {
        const { jobId, epoch, nonce, hashes, elapsedMs } = message;
        this.#post({ type: "result", worker: slot, link, jobId, epoch, nonce, hashes, elapsedMs });
        break;
      }
      case "nack":
        this.#post({
          type: "nack",
          worker: slot,
          link,
          jobId: message.jobId,
          epoch: message.epoch,
        });
        break;
      case "log":
        this.#log("agent.log", { slot, untrusted: `${message.event}: ${message.detail}` });
        break;
      default:
        this.#post({ type: "heard", slot, link });
    }
  }

  #onDown(link: Link, slot: SlotId | null, detail: string): void {
    this.#links.delete(link.id);
    if (slot !== null) this.#post({ type: "link-down", slot, link: link.id, detail });
    else if (!detail.includes(PROOF_OF_LIFE))
      this.#log("link.ended", { peer: link.peer, why: detail });
  }

  #pingAll(): void {
    for (const link of this.#links.values()) link.ping();
  }

  /** Dials itself: when it gets its own challenge, a silent Zero is silent by itself. */
  #proveAlive(): void {
    const { port } = this.#http.address() as AddressInfo;
    const { listen } = this.#options;
    const host = listen === "0.0.0.0" || listen === "::" ? "127.0.0.1" : listen;
    const url = `ws://${isIPv6(host) ? `[${host}]` : host}:${port}/link`;
    const socket = new WebSocket(url, SUBPROTOCOL, {
      handshakeTimeout: PROVE_LIMIT_MS,
      perMessageDeflate: false,
    });
    socket.on("error", () => {});
    socket.on("message", () => {
      this.#post({ type: "link-server-proved" });
      socket.close(1000, PROOF_OF_LIFE);
    });
  }
}

function listenError(error: Error, listen: string, port: number): ControllerError {
  const code = systemCode(error);
  if (code === "EADDRINUSE") {
    return new ControllerError(
      "port-in-use",
      `the link port ${listen}:${port} is in use`,
      "stop the other program (`ss -ltnp` names it) or set [link] port",
      error,
    );
  }
  if (code === "EADDRNOTAVAIL") {
    return new ControllerError(
      "bad-address",
      `this machine has no address ${listen} to listen on`,
      "bring the gadget network up, or set [link] listen to the bridge's address",
      error,
    );
  }
  if (code === "EACCES") {
    return new ControllerError(
      "permission",
      `not allowed to listen on ${listen}:${port}`,
      "set [link] port to one above 1023",
      error,
    );
  }
  return new ControllerError(
    "bad-address",
    `cannot listen on ${listen}:${port}: ${messageOf(error)}`,
    "check [link] listen and [link] port",
    error,
  );
}

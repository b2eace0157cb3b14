// Where agents dial in: an HTTP server that upgrades /link and nothing else, open to the gadget network only.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, type BlockList, isIPv6 } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";
import type { SlotId } from "../../hat/slots.ts";
import { MAX_FRAME_BYTES } from "../../zero-agent/protocol/codec.ts";
import { ENROL_PATH } from "../../zero-agent/protocol/enrolment.ts";
import { LINK_PATH } from "../../zero-agent/protocol/link-address.ts";
import {
  type AgentMessage,
  type ControllerMessage,
  type Hello,
  SUBPROTOCOL,
} from "../../zero-agent/protocol/messages.ts";
import type { Answer } from "../agents/enrol-desk.ts";
import { serveEnrolment } from "../agents/enrol-http.ts";
import { allowList, plainAddress } from "./allow-list.ts";
import type { Clock } from "./clock.ts";
import { Link } from "./link.ts";
import { listenError } from "./listen-error.ts";
import type { Untimed } from "./loop.ts";
import { type ThinLog, thinned } from "./thinned-log.ts";

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
  readonly beatIntervalMs: number;
}

/** Whose keys are right, and who else hears of the links, beside the decision core. */
export interface LinkSide {
  /** The keys that an agent of this slot may prove; none lets none in. */
  keysOf(slot: string): readonly Buffer[];
  /** Who proved none of them. */
  turnedAway(peer: string, slot: string): void;
  /** One who wants to be let in. */
  enrol(message: unknown, peer: string): Answer;
  linkUp(slot: SlotId, link: number, hello: Hello, protocol: number): void;
  linkDown(slot: SlotId, link: number): void;
  /** About its program or its key, not its work. */
  told(slot: SlotId, link: number, message: AgentMessage): void;
}

export class LinkServer {
  readonly #options: LinkServerOptions;
  readonly #clock: Clock;
  readonly #post: (event: Untimed) => void;
  readonly #log: ThinLog;
  readonly #side: LinkSide;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #allowed: BlockList;
  readonly #links = new Map<number, Link>();
  readonly #addresses = new Map<SlotId, string>();
  #nextLink = 1;
  #timers: NodeJS.Timeout[] = [];

  constructor(
    options: LinkServerOptions,
    clock: Clock,
    post: (event: Untimed) => void,
    log: ThinLog,
    side: LinkSide,
  ) {
    this.#options = options;
    this.#side = side;
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
    this.#http.on("request", (request, response) => this.#onRequest(request, response));
    this.#http.on("upgrade", (request, socket, head) => this.#onUpgrade(request, socket, head));
    this.#http.on("clientError", (_error, socket) => socket.destroy());
  }

  /** Resolves with the port once it listens. Rejects with `port-in-use` or `bad-address`. */
  listen(): Promise<number> {
    const { listen, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#http.once("error", (error) => reject(listenError("link", listen, port, error)));
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

  /** The key that this link was proved with; null where it is not, or gone. */
  keyOf(link: number): Buffer | null {
    return this.#links.get(link)?.key ?? null;
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
        keysOf: (slot) => this.#side.keysOf(slot),
        onTurnedAway: (slot) => this.#side.turnedAway(peer, slot),
        beatIntervalMs: this.#options.beatIntervalMs,
        clock: this.#clock,
        onUp: ({ id }, slot, hello, protocol) => {
          this.#addresses.set(slot, peer);
          this.#side.linkUp(slot, id, hello, protocol);
          this.#post({ type: "link-up", slot, link: id, hello });
        },
        onHeard: ({ id }, slot) => this.#post({ type: "heard", slot, link: id }),
        onMessage: ({ id }, slot, message) => this.#onMessage(id, slot, message),
        onDown: (ended, slot, detail) => this.#onDown(ended, slot, detail),
      });
      this.#links.set(link.id, link);
    });
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const isOurs = request.method === "POST" && request.headers.origin === undefined;
    if (!isOurs || request.url !== ENROL_PATH || !this.#isAllowed(request)) {
      response.writeHead(404, { connection: "close" }).end();
      return;
    }
    const peer = plainAddress(request.socket.remoteAddress ?? "");
    serveEnrolment(request, response, (message) => this.#side.enrol(message, peer));
  }

  #isAllowed(request: IncomingMessage): boolean {
    const address = plainAddress(request.socket.remoteAddress ?? "");
    return this.#allowed.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  }

  #refusal(request: IncomingMessage): string | null {
    if (!this.#isAllowed(request)) return "this network is not allowed";
    if (request.url !== LINK_PATH) return "no such path";
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
      case "bundle":
      case "want":
      case "staged":
      case "unfit":
      case "rekeyed":
        this.#post({ type: "heard", slot, link });
        this.#side.told(slot, link, message);
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
    if (slot !== null) {
      this.#side.linkDown(slot, link.id);
      this.#post({ type: "link-down", slot, link: link.id, detail });
    } else if (!detail.includes(PROOF_OF_LIFE))
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

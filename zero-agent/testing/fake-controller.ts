// The controller's end of the link, as small as a test needs it: each link is a list of frames to await and to send.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { decodeAgentFrame, encode } from "../protocol/codec.ts";
import { prove, proved } from "../protocol/handshake.ts";
import { type AgentMessage, type ControllerMessage, SUBPROTOCOL } from "../protocol/messages.ts";

type Of<T extends AgentMessage["type"]> = Extract<AgentMessage, { type: T }>;

/** Things that happen, to be awaited in any order relative to their happening. */
class Arrivals<T> {
  readonly #items: T[] = [];
  #wake: () => void = () => {};

  add(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  /** Takes the first item that matches, and forgets it. The test's own timeout is the limit. */
  async take<S extends T>(matches: (item: T) => item is S): Promise<S> {
    for (;;) {
      const found = this.#items.find(matches);
      if (found !== undefined) {
        this.#items.splice(this.#items.indexOf(found), 1);
        return found;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

export class FakeLink {
  readonly socket: WebSocket;
  readonly #messages = new Arrivals<AgentMessage>();
  readonly #closed: Promise<{ code: number; reason: string }>;
  readonly faults: string[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("message", (data) => {
      const decoded = decodeAgentFrame(data.toString());
      if (decoded.ok) this.#messages.add(decoded.message);
      else this.faults.push(decoded.why);
    });
    this.#closed = once(socket, "close").then(([code, reason]) => ({
      code: code as number,
      reason: String(reason),
    }));
  }

  send(message: ControllerMessage): void {
    this.socket.send(encode(message));
  }

  async next<T extends AgentMessage["type"]>(type: T): Promise<Of<T>> {
    return await this.#messages.take((message): message is Of<T> => message.type === type);
  }

  async closed(): Promise<{ code: number; reason: string }> {
    return await this.#closed;
  }

  /** Challenge and proof. Gives the slot that the agent says it is in, and whether its own proof was right. */
  async authenticate(key: Buffer): Promise<{ readonly slot: string; readonly isProved: boolean }> {
    const nonce = randomBytes(16).toString("hex");
    this.send({ type: "challenge", nonce });
    const auth = await this.next("auth");
    const nonces = { controller: nonce, agent: auth.nonce };
    const { slot, mac } = auth;
    this.send({ type: "proof", mac: prove("controller", key, slot, nonces) });
    return { slot, isProved: proved("agent", key, slot, nonces, mac) };
  }

  /** The whole handshake. */
  async welcome(key: Buffer, beatIntervalMs = 100): Promise<Of<"hello">> {
    const { slot, isProved } = await this.authenticate(key);
    if (!isProved) throw new Error("the agent did not prove its key");
    const hello = await this.next("hello");
    this.send({ type: "welcome", slot, protocol: 1, beatIntervalMs });
    return hello;
  }
}

export class FakeController {
  readonly url: string;
  readonly #server: WebSocketServer;
  readonly #links = new Arrivals<FakeLink>();

  private constructor(server: WebSocketServer) {
    this.#server = server;
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/link`;
    server.on("connection", (socket) => this.#links.add(new FakeLink(socket)));
  }

  static async open(): Promise<FakeController> {
    const server = new WebSocketServer({
      host: "127.0.0.1",
      port: 0,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    await once(server, "listening");
    return new FakeController(server);
  }

  /** The next link that an agent opens. */
  async link(): Promise<FakeLink> {
    return await this.#links.take((link): link is FakeLink => link instanceof FakeLink);
  }

  close(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}

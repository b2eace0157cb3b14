// One agent's link, from the upgrade to its end: challenge, proof, hello, then frames. Every limit ends it with a code.

import { randomBytes } from "node:crypto";
import type { RawData, WebSocket } from "ws";
import { isSlotId, type SlotId } from "../../hat/slots.ts";
import { CLOSE } from "../../zero-agent/protocol/closes.ts";
import { decodeAgentFrame, encode } from "../../zero-agent/protocol/codec.ts";
import { commonVersion, prove, proved } from "../../zero-agent/protocol/handshake.ts";
import {
  type AgentMessage,
  type ControllerMessage,
  type Hello,
  PROTOCOL,
} from "../../zero-agent/protocol/messages.ts";
import type { Clock } from "./clock.ts";

const HANDSHAKE_LIMIT_MS = 10_000;
/** An agent beats every 2 s and answers jobs: this is ten times what one has reason to send. */
const MESSAGES_PER_SECOND = 50;
const UNREAD_LIMIT_BYTES = 1_048_576;
/** A WebSocket close reason holds 123 bytes of UTF-8; ws throws above that. */
const REASON_LIMIT_BYTES = 123;

/** As much of a text as a close reason holds. What a peer sent may be in it, in any script. */
function closeReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= REASON_LIMIT_BYTES) return text;
  // A character that was cut in two decodes to U+FFFD, which is longer than what is left of it: leave room.
  return bytes
    .subarray(0, REASON_LIMIT_BYTES - 3)
    .toString("utf8")
    .replace(/\uFFFD$/, "");
}

export interface LinkOwner {
  /** The keys that an agent of this slot may prove. */
  readonly keysOf: (slot: string) => readonly Buffer[];
  /** None was proved. */
  onTurnedAway(slot: string): void;
  readonly beatIntervalMs: number;
  readonly clock: Clock;
  onUp(link: Link, slot: SlotId, hello: Hello, protocol: number): void;
  onMessage(link: Link, slot: SlotId, message: AgentMessage): void;
  onHeard(link: Link, slot: SlotId): void;
  onDown(link: Link, slot: SlotId | null, detail: string): void;
}

type Stage =
  | { readonly name: "challenged"; readonly nonce: string }
  | { readonly name: "proved"; readonly slot: SlotId }
  | { readonly name: "up"; readonly slot: SlotId };

export class Link {
  readonly id: number;
  readonly peer: string;
  readonly #socket: WebSocket;
  readonly #owner: LinkOwner;
  readonly #cancelHandshake: () => void;
  #stage: Stage;
  #windowStart = 0;
  #windowCount = 0;
  #closeWhy: string | null = null;
  #key: Buffer | null = null;

  constructor(id: number, peer: string, socket: WebSocket, owner: LinkOwner) {
    this.id = id;
    this.peer = peer;
    this.#socket = socket;
    this.#owner = owner;
    this.#stage = { name: "challenged", nonce: randomBytes(16).toString("hex") };
    this.#cancelHandshake = owner.clock.after(HANDSHAKE_LIMIT_MS, () =>
      this.close(CLOSE.handshakeTimeout, "handshake took too long"),
    );
    socket.on("message", (data, binary) => this.#onFrame(data, binary));
    socket.on("pong", () => this.#onPong());
    socket.on("error", (error) => {
      this.#closeWhy ??= error.message;
    });
    socket.on("close", (code, reason) => this.#onClose(code, reason.toString()));
    this.send({ type: "challenge", nonce: this.#stage.nonce });
  }

  /** The one that was proved; null before that. */
  get key(): Buffer | null {
    return this.#key;
  }

  send(message: ControllerMessage): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > UNREAD_LIMIT_BYTES) {
      this.terminate("the agent does not read");
      return;
    }
    this.#socket.send(encode(message));
  }

  ping(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  /** Ends the link politely; the agent learns why. */
  close(code: number, why: string): void {
    this.#closeWhy ??= why;
    this.#socket.close(code, closeReason(why));
  }

  /** Ends the link now: the peer is dead or hostile. */
  terminate(why: string): void {
    this.#closeWhy ??= why;
    this.#socket.terminate();
  }

  #onPong(): void {
    if (this.#stage.name === "up") this.#owner.onHeard(this, this.#stage.slot);
  }

  #onClose(code: number, reason: string): void {
    this.#cancelHandshake();
    const slot = this.#stage.name === "up" ? this.#stage.slot : null;
    const said = reason === "" ? `${code}` : `${code} ${reason}`;
    this.#owner.onDown(this, slot, this.#closeWhy ?? `closed by the agent (${said})`);
  }

  #floods(): boolean {
    const now = this.#owner.clock.now();
    if (now - this.#windowStart >= 1000) {
      this.#windowStart = now;
      this.#windowCount = 0;
    }
    return ++this.#windowCount > MESSAGES_PER_SECOND;
  }

  #onFrame(data: RawData, binary: boolean): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#floods()) {
      this.close(CLOSE.flood, "too many messages");
      return;
    }
    const decoded = binary
      ? ({ ok: false, why: "binary frame" } as const)
      : decodeAgentFrame(data.toString());
    if (!decoded.ok) {
      this.close(CLOSE.badMessage, decoded.why);
      return;
    }
    this.#onMessage(decoded.message);
  }

  #onMessage(message: AgentMessage): void {
    const stage = this.#stage;
    if (stage.name === "challenged" && message.type === "auth") this.#onAuth(stage.nonce, message);
    else if (stage.name === "proved" && message.type === "hello")
      this.#onHello(stage.slot, message);
    else if (stage.name === "up" && message.type !== "auth" && message.type !== "hello") {
      this.#owner.onMessage(this, stage.slot, message);
    } else this.close(CLOSE.badMessage, `${message.type} is out of turn`);
  }

  #onAuth(nonce: string, auth: Extract<AgentMessage, { type: "auth" }>): void {
    const nonces = { controller: nonce, agent: auth.nonce };
    const key = this.#owner
      .keysOf(auth.slot)
      .find((each) => proved("agent", each, auth.slot, nonces, auth.mac));
    if (key === undefined || !isSlotId(auth.slot)) {
      this.#owner.onTurnedAway(auth.slot);
      this.close(CLOSE.badKey, `the key of ${auth.slot} is not proved`);
      return;
    }
    this.#stage = { name: "proved", slot: auth.slot };
    this.#key = key;
    this.send({ type: "proof", mac: prove("controller", key, auth.slot, nonces) });
  }

  #onHello(slot: SlotId, hello: Hello): void {
    const protocol = commonVersion(PROTOCOL, hello.protocol);
    if (protocol === null) {
      const { min, max } = hello.protocol;
      this.close(
        CLOSE.version,
        `agent speaks ${min}..${max}, controller ${PROTOCOL.min}..${PROTOCOL.max}`,
      );
      return;
    }
    this.#cancelHandshake();
    this.#stage = { name: "up", slot };
    this.send({ type: "welcome", slot, protocol, beatIntervalMs: this.#owner.beatIntervalMs });
    this.#owner.onUp(this, slot, hello, protocol);
  }
}

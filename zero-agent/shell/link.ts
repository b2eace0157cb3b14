// The socket: one WebSocket client at a time, numbered, with limits on everything that the other end decides.

import { WebSocket } from "ws";
import { MAX_FRAME_BYTES } from "../protocol/codec.ts";
import { SUBPROTOCOL } from "../protocol/messages.ts";

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** After a polite close, how long the other end may take to answer it. */
const CLOSE_TIMEOUT_MS = 2000;
/** A peer that reads nothing. `send` itself never blocks (websockets/ws#2009). */
const UNSENT_MAX_BYTES = 1_048_576;
/** RFC 6455, section 5.5: a control frame holds 125 bytes, two of which are the code. */
const REASON_MAX_BYTES = 123;

export interface LinkEvents {
  readonly onOpen: (link: number) => void;
  /** Null for a binary frame. */
  readonly onFrame: (link: number, frame: string | null) => void;
  readonly onPing: (link: number) => void;
  readonly onClose: (link: number, code: number, reason: string) => void;
}

/** Cuts a text to so many bytes of UTF-8, at a character's end. */
function clip(text: string, maxBytes: number): string {
  return Buffer.from(text)
    .subarray(0, maxBytes)
    .toString()
    .replace(/\ufffd$/, "");
}

export class Link {
  readonly #url: string;
  readonly #events: LinkEvents;
  #socket: WebSocket | null = null;

  constructor(url: string, events: LinkEvents) {
    this.#url = url;
    this.#events = events;
  }

  /** Opens link number `link`, after ending the one before. Every dial ends in one `onClose`. */
  dial(link: number): void {
    this.drop();
    const socket = new WebSocket(this.#url, [SUBPROTOCOL], {
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      closeTimeout: CLOSE_TIMEOUT_MS,
      followRedirects: false,
      maxFragments: 16,
      maxBufferedChunks: 64,
      // The types of ws lag behind: they lack the last options.
    } as WebSocket.ClientOptions);
    this.#socket = socket;
    let fault = "";
    socket.on("open", () => this.#events.onOpen(link));
    socket.on("message", (data, isBinary) => {
      this.#events.onFrame(link, isBinary ? null : data.toString());
    });
    socket.on("ping", () => this.#events.onPing(link));
    socket.on("error", (error) => {
      fault = error.message;
    });
    socket.on("close", (code, reason) => {
      this.#events.onClose(link, code, reason.toString() || fault);
    });
  }

  send(frame: string): void {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > UNSENT_MAX_BYTES) socket.terminate();
    else socket.send(frame);
  }

  close(code: number, reason: string): void {
    this.#socket?.close(code, clip(reason, REASON_MAX_BYTES));
  }

  drop(): void {
    this.#socket?.terminate();
  }

  /** Resolves when the socket is gone. */
  async closed(): Promise<void> {
    const socket = this.#socket;
    if (socket === null || socket.readyState === WebSocket.CLOSED) return;
    await new Promise((resolve) => socket.once("close", resolve));
  }
}

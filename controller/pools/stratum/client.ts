// A connection to a Stratum pool, over TCP or TLS: runs a session and tells its owner what happens.

import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { Alarm } from "../alarm.ts";
import { socketFault } from "../duino/socket-fault.ts";
import type { Found } from "./desk.ts";
import { DEFAULT_LIMITS, type SessionLimits } from "./limits.ts";
import { step, wakeAt } from "./session.ts";
import {
  openSession,
  type SessionConfig,
  type SessionInput,
  type SessionState,
} from "./session-state.ts";
import type { Cause, ClientEvent, WorkClient } from "./work-client.ts";

export type StratumOptions = Omit<SessionConfig, "limits"> & {
  readonly limits?: Partial<SessionLimits>;
  readonly tls: boolean;
  /** The certificates to trust beside or in place of the system's, in PEM; null for the system's. */
  readonly ca: string | null;
};

const SOCKET_OPTIONS = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
  /** For hosts with several addresses. Node's 250 ms is too short for a distant pool. */
  autoSelectFamilyAttemptTimeout: 2500,
} as const;

const HUNG_UP = { code: "closed", detail: "the pool hung up" } as const;

type WithoutNow<T> = T extends unknown ? Omit<T, "now"> : never;

export class StratumClient implements WorkClient {
  readonly #config: SessionConfig;
  readonly #onEvent: (event: ClientEvent) => void;
  readonly #socket: Socket;
  readonly #alarm = new Alarm(() => this.#step({ type: "tick" }));
  #session: SessionState;
  /** The first cause wins: what follows it is only the socket falling apart. */
  #cause: Cause | null = null;

  /** Connects at once. */
  constructor(options: StratumOptions, onEvent: (event: ClientEvent) => void) {
    const { limits, tls, ca, ...config } = options;
    this.#config = { ...config, limits: { ...DEFAULT_LIMITS, ...limits } };
    this.#onEvent = onEvent;
    this.#session = openSession(performance.now());
    const { host, port } = config;
    const to = { host, port, ...SOCKET_OPTIONS };
    const name = isIP(host) === 0 ? { servername: host } : {};
    this.#socket = tls
      ? connectTls({ ...to, ...name, ...(ca === null ? {} : { ca }) })
      : connect(to);
    this.#alarm.set(wakeAt(this.#config, this.#session));
    this.#listen(this.#socket, tls ? "secureConnect" : "connect");
  }

  ask(seat: string, rateHs: number): void {
    this.#step({ type: "ask", seat, rateHs });
  }

  submit(seat: string, ref: string, nonce: number): void {
    this.#step({ type: "submit", seat, ref, nonce });
  }

  hand(seat: string, found: Found): void {
    this.#step({ type: "hand", seat, found });
  }

  leave(seat: string): void {
    this.#step({ type: "leave", seat });
  }

  close(): void {
    this.#cause ??= { code: "stopped", detail: "closed by zerorig" };
    this.#socket.destroy();
  }

  #listen(socket: Socket, ready: "connect" | "secureConnect"): void {
    socket.setEncoding("utf8");
    socket.on(ready, () => this.#step({ type: "connected" }));
    socket.on("data", (text) => this.#step({ type: "text", text: String(text) }));
    socket.on("end", () => this.#step({ type: "ended", ...HUNG_UP }));
    socket.on("error", (error) => {
      const fault = socketFault(error, this.#session.phase === "connecting");
      this.#step({ type: "ended", ...fault });
    });
    socket.on("close", () => {
      this.#alarm.set(null);
      this.#onEvent({ type: "down", ...(this.#cause ?? HUNG_UP) });
    });
  }

  #step(input: WithoutNow<SessionInput>): void {
    const { state, outputs } = step(this.#config, this.#session, {
      ...input,
      now: performance.now(),
    });
    this.#session = state;
    this.#alarm.set(this.#socket.destroyed ? null : wakeAt(this.#config, state));
    for (const output of outputs) {
      switch (output.type) {
        case "send":
          this.#socket.write(output.text);
          break;
        case "event":
          this.#onEvent(output.event);
          break;
        case "drop": {
          const { type: _, ...cause } = output;
          this.#cause ??= cause;
          this.#socket.destroy();
          break;
        }
      }
    }
  }
}

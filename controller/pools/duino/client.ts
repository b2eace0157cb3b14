// A seat at a Duino-Coin pool: one TCP connection that runs a session and tells its owner what happens.

import { connect, type Socket } from "node:net";
import { Alarm } from "../alarm.ts";
import type { DownCode, PoolEvent } from "../pool-event.ts";
import type { Tier } from "./codec-reason.ts";
import { DEFAULT_LIMITS, type SessionLimits } from "./limits.ts";
import { step, wakeAt } from "./session.ts";
import {
  openSession,
  type Phase,
  type SessionConfig,
  type SessionInput,
  type SessionState,
  type Share,
} from "./session-state.ts";
import { socketFault } from "./socket-fault.ts";
import type { TraceEntry } from "./trace.ts";

export interface DuinoOptions {
  readonly host: string;
  readonly port: number;
  /** Case sensitive. */
  readonly user: string;
  readonly tier: Tier;
  /** Sent in clear; the protocol has no other way. */
  readonly miningKey: string | null;
  /** How the wallet names this worker, as "zerorig-p1". Characters outside [A-Za-z0-9 .()-] are left out. */
  readonly rig: string;
  /** One number for all seats of a rig: the wallet shows them as one. */
  readonly group: number;
  /** Of zerorig, without a "v". */
  readonly version: string;
  readonly limits?: Partial<SessionLimits>;
  /** Told of each segment that is written or arrives, and of each connection's begin and end. For recordings. */
  readonly onWire?: (dir: TraceEntry["dir"], text: string) => void;
}

const SOCKET_OPTIONS = {
  noDelay: true,
  keepAlive: true,
  /** Far below the pool's 90 s, so that a dead path shows up while a job is being hashed. */
  keepAliveInitialDelay: 15_000,
  /** For hosts with several addresses. Node's 250 ms is too short for a distant pool. */
  autoSelectFamilyAttemptTimeout: 2500,
} as const;

/** A shorter key would black out ordinary words. */
const KEY_CHARS_MIN = 6;

const HUNG_UP = { code: "closed", detail: "the pool hung up" } as const;

interface Attempt {
  readonly socket: Socket;
  session: SessionState;
  /** The first cause wins: what follows it is only the socket falling apart. */
  cause: { readonly code: DownCode; readonly detail: string; readonly retryMs?: number } | null;
}

/**
 * One seat. `connect`, then `up`; `requestJob`, then `job`; `submit`, then `verdict`; and again from `requestJob`.
 * Each connect() ends in exactly one `down`, after which the owner may connect again when it sees fit. A share
 * without a verdict at `down` may or may not have counted.
 *
 * No event is emitted from within a call of a method; methods may be called from within onEvent.
 * requestJob() and submit() throw an Error out of turn, except between the end of a connection and its `down`: what
 * the owner cannot know yet is ignored.
 */
export class DuinoClient {
  readonly #options: DuinoOptions;
  readonly #config: SessionConfig;
  readonly #onEvent: (event: PoolEvent) => void;
  readonly #alarm = new Alarm(() => {
    if (this.#attempt !== null) this.#step(this.#attempt, { type: "tick" });
  });
  #attempt: Attempt | null = null;

  constructor(options: DuinoOptions, onEvent: (event: PoolEvent) => void) {
    const { user, tier, miningKey, rig, group, version } = options;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#options = options;
    this.#config = { user, tier, miningKey, rig, group, version, limits };
    this.#onEvent = onEvent;
  }

  /** Throws while a connection is up or on its way, and on a port that is none. */
  connect(): void {
    if (this.#attempt !== null) throw new Error("connect: this seat is connected already");
    const { host, port } = this.#options;
    const socket = connect({ host, port, ...SOCKET_OPTIONS });
    socket.setEncoding("latin1");
    const attempt: Attempt = { socket, session: openSession(performance.now()), cause: null };
    this.#attempt = attempt;
    this.#alarm.set(wakeAt(this.#config.limits, attempt.session));
    const { onWire } = this.#options;
    socket.on("connect", () => {
      onWire?.("open", `${host}:${port}`);
      this.#step(attempt, { type: "connected" });
    });
    socket.on("data", (data) => {
      const text = String(data);
      onWire?.("in", text);
      this.#step(attempt, { type: "text", text });
    });
    socket.on("end", () => this.#step(attempt, { type: "ended", ...HUNG_UP }));
    socket.on("error", (error) => {
      const fault = socketFault(error, attempt.session.phase === "connecting");
      this.#step(attempt, { type: "ended", ...fault });
    });
    socket.on("close", () => this.#end(attempt));
  }

  /** Asks for a job. Only after `up`, or after a verdict. `iot` is shown in the wallet beside this worker; "" for nothing. */
  requestJob(iot = ""): void {
    const attempt = this.#inTurn("requestJob", "idle");
    if (attempt !== null) this.#step(attempt, { type: "request", iot });
  }

  /** Hands in the nonce of the job that is out, and the rate to be shown for it. Verify it first. */
  submit(share: Share): void {
    const attempt = this.#inTurn("submit", "working");
    if (attempt !== null) this.#step(attempt, { type: "submit", share });
  }

  /** Hangs up; `down` follows with the code "stopped" and this detail. Nothing happens if there is no connection. */
  close(why = "closed by zerorig"): void {
    if (this.#attempt === null) return;
    this.#attempt.cause ??= { code: "stopped", detail: why };
    this.#attempt.socket.destroy();
  }

  /** The attempt if it is the owner's turn, null if the connection is over and only `down` is left to say so. */
  #inTurn(what: string, wanted: Phase): Attempt | null {
    const attempt = this.#attempt;
    if (attempt === null) throw new Error(`${what}: this seat is not connected`);
    const { phase } = attempt.session;
    if (attempt.cause !== null || phase === "dropped" || attempt.socket.destroyed) return null;
    if (phase !== wanted) throw new Error(`${what}: the seat is ${phase}, not ${wanted}`);
    return attempt;
  }

  #step(attempt: Attempt, input: WithoutNow<SessionInput>): void {
    const { limits } = this.#config;
    const next = step(this.#config, attempt.session, { ...input, now: performance.now() });
    attempt.session = next.state;
    this.#alarm.set(wakeAt(limits, next.state));
    for (const output of next.outputs) {
      switch (output.type) {
        case "send":
          this.#options.onWire?.("out", output.text);
          attempt.socket.write(output.text, "latin1");
          break;
        case "event":
          this.#tell(output.event);
          break;
        case "drop": {
          const { type: _, ...cause } = output;
          attempt.cause ??= cause;
          attempt.socket.destroy();
          break;
        }
      }
    }
  }

  #end(attempt: Attempt): void {
    this.#alarm.set(null);
    this.#attempt = null;
    const cause = attempt.cause ?? HUNG_UP;
    this.#options.onWire?.("close", `${cause.code}: ${cause.detail}`);
    this.#tell({ type: "down", ...cause });
  }

  #tell(event: PoolEvent): void {
    switch (event.type) {
      case "verdict":
        this.#onEvent({ ...event, reason: event.reason && this.#withoutKey(event.reason) });
        break;
      case "refused":
        this.#onEvent({ ...event, reason: this.#withoutKey(event.reason) });
        break;
      case "down":
        this.#onEvent({ ...event, detail: this.#withoutKey(event.detail) });
        break;
      default:
        this.#onEvent(event);
    }
  }

  /** The pool's words are shown and kept where anybody may read them, and it may have put the key into them. */
  #withoutKey(words: string): string {
    const { miningKey } = this.#config;
    if (miningKey === null || miningKey.length < KEY_CHARS_MIN) return words;
    return words.replaceAll(miningKey, "(hidden)");
  }
}

type WithoutNow<T> = T extends unknown ? Omit<T, "now"> : never;

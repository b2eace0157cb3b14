// What a Duino-Coin session remembers, what it is told, and what it asks for.

import type { DownCode, PoolEvent } from "../pool-event.ts";
import type { JobRequest } from "./codec.ts";
import type { SessionLimits } from "./limits.ts";

export interface SessionConfig extends Omit<JobRequest, "iot"> {
  readonly rig: string;
  readonly group: number;
  readonly version: string;
  readonly limits: SessionLimits;
}

export type Phase =
  | "connecting"
  /** Connected; the pool speaks first. */
  | "banner"
  | "idle"
  /** A job was asked for. */
  | "requested"
  /** A job is out; the pool waits for its result. */
  | "working"
  /** A result was sent. */
  | "submitted"
  /** Over; only a new session helps. */
  | "dropped";

export interface SessionState {
  readonly phase: Phase;
  /** When this phase began. Times are in ms of the clock that the inputs' `now` comes from. */
  readonly sinceMs: number;
  /** The last byte in either direction: what the pool's idle time-out counts from. */
  readonly activeMs: number;
  /** Arrived, but without a newline so far. */
  readonly tail: string;
  readonly tailMs: number;
  /** A job request was sent on this connection. Until then a MOTD may arrive. */
  readonly asked: boolean;
  /** A job was received on this connection. Until then a MOTD may be in front of it. */
  readonly served: boolean;
  readonly incorrectInARow: number;
  readonly rejectedInARow: number;
}

export interface Share {
  readonly nonce: number;
  readonly hashrateHs: number;
}

export type LivePhase = Exclude<Phase, "dropped">;

export type SessionInput = { readonly now: number } & (
  | { readonly type: "connected" }
  | { readonly type: "text"; readonly text: string }
  /** The socket came to its end by itself. */
  | { readonly type: "ended"; readonly code: DownCode; readonly detail: string }
  | { readonly type: "tick" }
  /** The owner wants a job. Ignored unless idle. */
  | { readonly type: "request"; readonly iot: string }
  /** The owner has a nonce. Ignored unless working. */
  | { readonly type: "submit"; readonly share: Share }
);

export type SessionOutput =
  /** To be written in one piece. */
  | { readonly type: "send"; readonly text: string }
  | { readonly type: "event"; readonly event: PoolEvent }
  /** Destroy the socket. At most once, and last. */
  | {
      readonly type: "drop";
      readonly code: DownCode;
      readonly detail: string;
      /** How long to stay away at least, where the reason tells. */
      readonly retryMs?: number;
    };

export interface Step {
  readonly state: SessionState;
  readonly outputs: readonly SessionOutput[];
}

/** The session of a socket that begins to connect now. */
export function openSession(now: number): SessionState {
  return {
    phase: "connecting",
    sinceMs: now,
    activeMs: now,
    tail: "",
    tailMs: now,
    asked: false,
    served: false,
    incorrectInARow: 0,
    rejectedInARow: 0,
  };
}

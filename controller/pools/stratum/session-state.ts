// What a Stratum connection remembers, what it is told and what it asks for.

import type { DownCode } from "../pool-event.ts";
import type { Extranonce } from "./codec.ts";
import { type DeskConfig, type DeskInput, type DeskState, EMPTY_DESK } from "./desk.ts";
import type { SessionLimits } from "./limits.ts";
import type { Cause, WorkEvent } from "./work-client.ts";

export interface SessionConfig extends DeskConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** What we call ourselves, as "zerorig/1.2.3". */
  readonly agent: string;
  /** Difficulty to be asked for; null leaves it to the pool. */
  readonly suggestDifficulty: number | null;
  /** Whether to ask for free version bits. */
  readonly rollsVersion: boolean;
  readonly limits: SessionLimits;
}

export type Phase = "connecting" | "subscribing" | "authorizing" | "mining" | "dropped";

interface Sent {
  readonly seat: string;
  readonly atMs: number;
}

export interface SessionState extends DeskState {
  readonly phase: Phase;
  readonly sinceMs: number;
  /** When work last came; with the phase until then. */
  readonly workAtMs: number;
  readonly tail: string;
  readonly nextId: number;
  readonly extranonce: Extranonce | null;
  /** Holds for the work that comes next. */
  readonly difficulty: number;
  /** 0 until the pool agreed. */
  readonly mask: number;
  readonly maskId: number | null;
  /** Shares whose verdict is awaited, by the id of their request. */
  readonly sent: ReadonlyMap<number, Sent>;
}

export type SessionInput = { readonly now: number } & (
  | { readonly type: "connected" }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "ended"; readonly code: DownCode; readonly detail: string }
  | { readonly type: "tick" }
  | DeskInput
);

export type SessionOutput =
  | { readonly type: "send"; readonly text: string }
  | { readonly type: "event"; readonly event: WorkEvent }
  /** Destroy the socket. At most once, and last. */
  | ({ readonly type: "drop" } & Cause);

export interface Step {
  readonly state: SessionState;
  readonly outputs: readonly SessionOutput[];
}

/** The session of a socket that begins to connect now. */
export function openSession(now: number): SessionState {
  return {
    ...EMPTY_DESK,
    phase: "connecting",
    sinceMs: now,
    workAtMs: now,
    tail: "",
    nextId: 1,
    extranonce: null,
    difficulty: 1,
    mask: 0,
    maskId: null,
    sent: new Map(),
  };
}

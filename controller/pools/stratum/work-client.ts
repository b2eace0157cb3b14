// What the rig needs of a source of work, whichever it is: a Stratum pool's connection, or a full node that is mined from alone.

import type { PoolNode } from "../node.ts";
import type { DownCode } from "../pool-event.ts";
import type { Found, Work } from "./desk.ts";

/** Work for a seat, as its worker is told it. */
export interface GivenJob {
  readonly seat: string;
  readonly ref: string;
  /** 152 hex digits. */
  readonly header: string;
  /** What to search for, and what the pool takes: 64 hex digits each, the lowest byte first. */
  readonly target: string;
  readonly poolTarget: string;
  /** The pool's. */
  readonly difficulty: number;
  readonly to: number;
}

export interface Verdict {
  readonly seat: string;
  readonly verdict: "accepted" | "rejected";
  readonly reason: string | null;
  readonly pingMs: number;
  /** Whether it made a block, where the one who judged knows. */
  readonly block?: boolean;
}

export interface Redirect {
  readonly host: string;
  readonly port: number;
}

/** Why a connection is over. */
export interface Cause {
  readonly code: DownCode;
  readonly detail: string;
  /** How long to stay away at least. */
  readonly retryMs?: number;
  /** Where the pool wants us to connect next. */
  readonly redirect?: Redirect;
}

export type WorkEvent =
  /** It knows us and has sent work. */
  | { readonly type: "up" }
  | ({ readonly type: "job" } & GivenJob)
  /** What the seat has is worth nothing any more. */
  | { readonly type: "void"; readonly seat: string }
  | ({ readonly type: "verdict" } & Verdict)
  /** For people. */
  | { readonly type: "note"; readonly text: string }
  /** New work came, whether anybody asked for it or not; `clean`: all before it is worth nothing any more. */
  | { readonly type: "work"; readonly clean: boolean; readonly work: Work };

/** `down` comes exactly once, and last. */
export type ClientEvent = WorkEvent | ({ readonly type: "down" } & Cause);

/** One for all seats. A share without a verdict at `down` may or may not have counted. */
export interface WorkClient {
  /** The seat wants work: a `job` comes at once, or with the next work. */
  ask(seat: string, rateHs: number): void;
  /** Hands in a share of the piece of that `ref`; a `verdict` comes, without a word to the pool where it is stale by now. */
  submit(seat: string, ref: string, nonce: number): void;
  /** Hands in a share of the newest work that was found beside the pieces: whoever asks takes care that it is of a space of its own. */
  hand(seat: string, found: Found): void;
  /** The seat wants nothing any more. */
  leave(seat: string): void;
  /** Ends it; `down` follows with the code "stopped". */
  close(): void;
}

/** Begins to connect at once. No two of a run have the same `name`. */
export type OpenClient = (
  node: PoolNode,
  name: string,
  onEvent: (event: ClientEvent) => void,
) => WorkClient;

// What the link's machine knows, and the moves that several of its parts make.

import type { ControllerMessage, Hello } from "../protocol/messages.ts";
import { backoffMs } from "./backoff.ts";
import type { Effect } from "./effect.ts";

/** A link that held this long was a good one: the next failure starts with a short wait again. */
export const GOOD_LINK_MS = 30_000;

/** Who this agent is. */
export interface Identity {
  readonly slot: string;
  readonly key: Buffer;
  readonly hello: Hello;
}

export type Phase =
  | { readonly name: "idle" }
  | { readonly name: "dialing"; readonly until: number }
  | {
      readonly name: "proving";
      readonly until: number;
      readonly nonce: string;
      /** The controller's nonce, once it has sent its challenge. */
      readonly challenge: string | null;
      readonly controllerProved: boolean;
    }
  | {
      readonly name: "linked";
      readonly since: number;
      readonly heardAt: number;
      readonly beatAt: number;
      readonly beatIntervalMs: number;
    }
  | { readonly name: "waiting"; readonly until: number }
  | { readonly name: "stopped" };

export interface ConnectionState {
  readonly phase: Phase;
  /** The number of the last dialled link. */
  readonly link: number;
  /** Dials since the last good link. */
  readonly failures: number;
  readonly beatSeq: number;
}

export type ConnectionEvent = { readonly now: number; readonly random: number } & (
  | { readonly type: "start" }
  | { readonly type: "tick" }
  /** The socket is open. `nonce`: 32 fresh random hex digits. */
  | { readonly type: "opened"; readonly link: number; readonly nonce: string }
  | { readonly type: "message"; readonly link: number; readonly message: ControllerMessage }
  | { readonly type: "bad-frame"; readonly link: number; readonly why: string }
  /** A ping, or any other sign of life. */
  | { readonly type: "heard"; readonly link: number }
  | {
      readonly type: "closed";
      readonly link: number;
      readonly code: number;
      readonly reason: string;
    }
  | { readonly type: "stop"; readonly why: string; readonly reason: "stopped" | "restart" }
);

/** The connection's own effects, and the two that only the workload needs to hear of. */
export type ConnectionEffect =
  | Exclude<Effect, { type: "beat" }>
  | { readonly type: "beat"; readonly seq: number }
  | { readonly type: "linked" }
  | { readonly type: "deliver"; readonly message: ControllerMessage };

export interface ConnectionStep {
  readonly state: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
}

export const INITIAL_CONNECTION: ConnectionState = {
  phase: { name: "idle" },
  link: 0,
  failures: 0,
  beatSeq: 0,
};

/** Nothing to do. */
export function same(state: ConnectionState): ConnectionStep {
  return { state, effects: [] };
}

/** The link is over: dial again after a while. */
export function wait(
  state: ConnectionState,
  event: ConnectionEvent,
  effects: readonly ConnectionEffect[],
): ConnectionStep {
  const { phase } = state;
  const good = phase.name === "linked" && event.now - phase.since >= GOOD_LINK_MS;
  const failures = good ? 0 : state.failures;
  const until = event.now + backoffMs(failures, event.random);
  return {
    state: { ...state, failures: failures + 1, phase: { name: "waiting", until } },
    effects,
  };
}

/** Ends the link with a code, says why, and tries again later. */
export function refuse(
  state: ConnectionState,
  event: ConnectionEvent,
  code: number,
  why: string,
): ConnectionStep {
  return wait(state, event, [
    { type: "log", level: "warn", ev: "link.refused", why },
    { type: "close", code, reason: why },
  ]);
}

/** The link is over for good. */
export function stop(state: ConnectionState, effects: readonly ConnectionEffect[]): ConnectionStep {
  return { state: { ...state, phase: { name: "stopped" } }, effects };
}

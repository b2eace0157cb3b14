// The link's machine: dialing -> proving -> linked -> waiting -> dialing. It owns no socket, clock or randomness.

import { CLOSE } from "../protocol/closes.ts";
import { commonVersion, prove, proved } from "../protocol/handshake.ts";
import { type ControllerMessage, type Hello, PROTOCOL } from "../protocol/messages.ts";
import { backoffMs, replacedBackoffMs } from "./backoff.ts";
import type { Effect } from "./effect.ts";

/** Longer than the socket's own 10 s for the upgrade: a backstop, should the socket forget. */
export const DIAL_LIMIT_MS = 15_000;
/** Challenge, proof and welcome together. */
export const PROVE_LIMIT_MS = 10_000;
/** The controller pings every 2 s. */
export const SILENCE_LIMIT_MS = 15_000;
/** A link that held this long was a good one: the next failure starts with a short wait again. */
export const GOOD_LINK_MS = 30_000;

/** Who this agent is. */
export interface Identity {
  readonly slot: string;
  readonly key: Buffer;
  readonly hello: Hello;
}

type Phase =
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
  | { readonly type: "stop"; readonly why: string }
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

function same(state: ConnectionState): ConnectionStep {
  return { state, effects: [] };
}

function dial(state: ConnectionState, now: number): ConnectionStep {
  const link = state.link + 1;
  return {
    state: { ...state, link, phase: { name: "dialing", until: now + DIAL_LIMIT_MS } },
    effects: [{ type: "dial", link }],
  };
}

function wait(
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
function refuse(
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

function stop(state: ConnectionState, effects: readonly ConnectionEffect[]): ConnectionStep {
  return { state: { ...state, phase: { name: "stopped" } }, effects };
}

function challenged(
  identity: Identity,
  state: ConnectionState,
  event: ConnectionEvent,
  nonce: string,
): ConnectionStep {
  const { phase } = state;
  if (phase.name !== "proving" || phase.challenge !== null) {
    return refuse(state, event, CLOSE.badMessage, "challenge out of turn");
  }
  const nonces = { controller: nonce, agent: phase.nonce };
  const mac = prove("agent", identity.key, identity.slot, nonces);
  return {
    state: { ...state, phase: { ...phase, challenge: nonce } },
    effects: [
      { type: "send", message: { type: "auth", slot: identity.slot, nonce: phase.nonce, mac } },
    ],
  };
}

function answered(
  identity: Identity,
  state: ConnectionState,
  event: ConnectionEvent,
  mac: string,
): ConnectionStep {
  const { phase } = state;
  if (phase.name !== "proving" || phase.challenge === null || phase.controllerProved) {
    return refuse(state, event, CLOSE.badMessage, "proof out of turn");
  }
  const nonces = { controller: phase.challenge, agent: phase.nonce };
  if (!proved("controller", identity.key, identity.slot, nonces, mac)) {
    return refuse(state, event, CLOSE.badKey, "the controller does not hold this slot's key");
  }
  return {
    state: { ...state, phase: { ...phase, controllerProved: true } },
    effects: [{ type: "send", message: identity.hello }],
  };
}

function welcomed(
  identity: Identity,
  state: ConnectionState,
  event: ConnectionEvent,
  welcome: Extract<ControllerMessage, { type: "welcome" }>,
): ConnectionStep {
  const { phase } = state;
  if (phase.name !== "proving" || !phase.controllerProved) {
    return refuse(state, event, CLOSE.badMessage, "welcome out of turn");
  }
  if (welcome.slot !== identity.slot) {
    return refuse(state, event, CLOSE.badMessage, `welcome for ${welcome.slot}`);
  }
  const spoken = { min: welcome.protocol, max: welcome.protocol };
  if (commonVersion(PROTOCOL, spoken) === null) {
    const why = `the controller speaks protocol ${welcome.protocol}`;
    return stop(state, [
      { type: "close", code: CLOSE.version, reason: why },
      { type: "exit", reason: "failed", why },
    ]);
  }
  const { now } = event;
  const { beatIntervalMs } = welcome;
  const beatAt = now + beatIntervalMs;
  return {
    state: {
      ...state,
      beatSeq: state.beatSeq + 1,
      phase: { name: "linked", since: now, heardAt: now, beatAt, beatIntervalMs },
    },
    effects: [
      { type: "log", level: "info", ev: "link.up" },
      { type: "linked" },
      { type: "beat", seq: state.beatSeq },
    ],
  };
}

function received(
  identity: Identity,
  state: ConnectionState,
  event: ConnectionEvent,
  message: ControllerMessage,
): ConnectionStep {
  switch (message.type) {
    case "challenge":
      return challenged(identity, state, event, message.nonce);
    case "proof":
      return answered(identity, state, event, message.mac);
    case "welcome":
      return welcomed(identity, state, event, message);
    default:
      if (state.phase.name !== "linked") {
        return refuse(state, event, CLOSE.badMessage, `${message.type} before welcome`);
      }
      return { state, effects: [{ type: "deliver", message }] };
  }
}

function closed(
  state: ConnectionState,
  event: Extract<ConnectionEvent, { type: "closed" }>,
): ConnectionStep {
  const reason = event.reason === "" ? "no reason given" : event.reason;
  const why = `${event.code}: ${reason}`;
  switch (event.code) {
    case CLOSE.badKey:
      return stop(state, [
        { type: "exit", reason: "key-refused", why: `the controller refused the key: ${reason}` },
      ]);
    case CLOSE.version:
      return stop(state, [
        { type: "exit", reason: "failed", why: `no common protocol version: ${reason}` },
      ]);
    case CLOSE.replaced: {
      const until = event.now + replacedBackoffMs(event.random);
      return {
        state: { ...state, phase: { name: "waiting", until } },
        effects: [{ type: "log", level: "error", ev: "link.replaced", why }],
      };
    }
    default:
      return wait(state, event, [{ type: "log", level: "warn", ev: "link.down", why }]);
  }
}

function tick(state: ConnectionState, event: ConnectionEvent): ConnectionStep {
  const { phase } = state;
  const { now } = event;
  switch (phase.name) {
    case "dialing":
      return now < phase.until
        ? same(state)
        : wait(state, event, [
            { type: "log", level: "warn", ev: "link.down", why: "no answer to the dial" },
            { type: "drop" },
          ]);
    case "proving":
      return now < phase.until
        ? same(state)
        : refuse(state, event, CLOSE.handshakeTimeout, "the handshake took too long");
    case "linked": {
      if (now - phase.heardAt >= SILENCE_LIMIT_MS) {
        return wait(state, event, [
          { type: "log", level: "warn", ev: "link.down", why: "the controller is silent" },
          { type: "drop" },
        ]);
      }
      if (now < phase.beatAt) return same(state);
      const beatAt = now + phase.beatIntervalMs;
      return {
        state: { ...state, beatSeq: state.beatSeq + 1, phase: { ...phase, beatAt } },
        effects: [{ type: "beat", seq: state.beatSeq }],
      };
    }
    case "waiting":
      return now < phase.until ? same(state) : dial(state, now);
    default:
      return same(state);
  }
}

/** Whether the event is about a link that is no longer ours. */
function isStale(state: ConnectionState, event: ConnectionEvent): boolean {
  if (!("link" in event)) return false;
  const { name } = state.phase;
  return event.link !== state.link || name === "waiting" || name === "stopped";
}

function heard(state: ConnectionState, now: number): ConnectionState {
  const { phase } = state;
  return phase.name === "linked" ? { ...state, phase: { ...phase, heardAt: now } } : state;
}

/** One step of the link. Total: any event in any state. */
export function stepConnection(
  identity: Identity,
  state: ConnectionState,
  event: ConnectionEvent,
): ConnectionStep {
  if (isStale(state, event)) return same(state);
  switch (event.type) {
    case "start":
      return dial(state, event.now);
    case "tick":
      return tick(state, event);
    case "opened": {
      const until = event.now + PROVE_LIMIT_MS;
      const { nonce } = event;
      const phase = { name: "proving", until, nonce, challenge: null, controllerProved: false };
      return same({ ...state, phase: phase as Phase });
    }
    case "message":
      return received(identity, heard(state, event.now), event, event.message);
    case "bad-frame":
      return refuse(state, event, CLOSE.badMessage, event.why);
    case "heard":
      return same(heard(state, event.now));
    case "closed":
      return closed(state, event);
    case "stop":
      return stop(state, [
        { type: "close", code: 1000, reason: event.why },
        { type: "exit", reason: "stopped", why: event.why },
      ]);
  }
}

/** When to tick next (ms, monotonic), or null if only an event can change anything. */
export function connectionWakeAt(state: ConnectionState): number | null {
  const { phase } = state;
  switch (phase.name) {
    case "linked":
      return Math.min(phase.beatAt, phase.heardAt + SILENCE_LIMIT_MS);
    case "dialing":
    case "proving":
    case "waiting":
      return phase.until;
    default:
      return null;
  }
}

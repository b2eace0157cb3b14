// The link's machine: dialing -> proving -> linked -> waiting -> dialing. It owns no socket, clock or randomness.

import { CLOSE } from "../protocol/closes.ts";
import type { ControllerMessage } from "../protocol/messages.ts";
import { replacedBackoffMs } from "./backoff.ts";
import {
  type ConnectionEvent,
  type ConnectionState,
  type ConnectionStep,
  type Identity,
  type Phase,
  refuse,
  same,
  stop,
  wait,
} from "./connection-state.ts";
import { answered, challenged, welcomed } from "./proving.ts";

/** Longer than the socket's own 10 s for the upgrade: a backstop, should the socket forget. */
const DIAL_LIMIT_MS = 15_000;
/** Challenge, proof and welcome together. */
const PROVE_LIMIT_MS = 10_000;
/** The controller pings every 2 s. */
export const SILENCE_LIMIT_MS = 15_000;
function dial(state: ConnectionState, now: number): ConnectionStep {
  const link = state.link + 1;
  return {
    state: { ...state, link, phase: { name: "dialing", until: now + DIAL_LIMIT_MS } },
    effects: [{ type: "dial", link }],
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
      const phase: Phase = {
        name: "proving",
        until,
        nonce,
        challenge: null,
        controllerProved: false,
      };
      return same({ ...state, phase });
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
        { type: "exit", reason: event.reason, why: event.why },
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

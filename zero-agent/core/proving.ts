// The handshake, seen from the agent: challenge -> auth, proof -> hello, welcome -> linked. Anything out of turn ends the link.

import { CLOSE } from "../protocol/closes.ts";
import { commonVersion, prove, proved } from "../protocol/handshake.ts";
import { type ControllerMessage, PROTOCOL } from "../protocol/messages.ts";
import {
  type ConnectionEvent,
  type ConnectionState,
  type ConnectionStep,
  type Identity,
  refuse,
  stop,
} from "./connection-state.ts";

export function challenged(
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

export function answered(
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

export function welcomed(
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

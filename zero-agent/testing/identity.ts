// An agent's identity and the messages around it, for the tests of the core.

import type { Identity } from "../core/connection-state.ts";
import { prove } from "../protocol/handshake.ts";
import type { ControllerMessage, DucoS1JobMessage } from "../protocol/messages.ts";

export const IDENTITY: Identity = {
  slot: "p1",
  key: Buffer.alloc(32, 7),
  hello: {
    type: "hello",
    agentVersion: "0.1.0",
    protocol: { min: 1, max: 1 },
    bootId: "boot-1",
    model: "Raspberry Pi Zero",
    cpu: { model: "ARMv6", cores: 1, arch: "arm" },
    kernels: [{ name: "plain", algorithm: "duco-s1", hashrateHs: 1000 }],
  },
};

const CONTROLLER_NONCE = "c".repeat(32);
export const AGENT_NONCE = "a".repeat(32);
const NONCES = { controller: CONTROLLER_NONCE, agent: AGENT_NONCE };

export const CHALLENGE: ControllerMessage = { type: "challenge", nonce: CONTROLLER_NONCE };
export const PROOF: ControllerMessage = {
  type: "proof",
  mac: prove("controller", IDENTITY.key, IDENTITY.slot, NONCES),
};
export const AUTH = {
  type: "auth",
  slot: IDENTITY.slot,
  nonce: AGENT_NONCE,
  mac: prove("agent", IDENTITY.key, IDENTITY.slot, NONCES),
} as const;
export const WELCOME: ControllerMessage = {
  type: "welcome",
  slot: "p1",
  protocol: 1,
  beatIntervalMs: 2000,
};

/** The AVR miner's self-test job: the answer is 50. */
export const KNOWN_JOB: DucoS1JobMessage = {
  type: "job",
  id: "job-1",
  epoch: 1,
  algorithm: "duco-s1",
  prefix: "ba29a15896fd2d792d5c4b60668bf2b9feebc51d",
  target: "d0beba883d7e8cd119ea2b0e09b78f60f29e0968",
  from: 0,
  to: 1000,
  budgetMs: 60_000,
};

export function jobMessage(changed: Partial<DucoS1JobMessage> = {}): DucoS1JobMessage {
  return {
    type: "job",
    id: "j1",
    epoch: 1,
    algorithm: "duco-s1",
    prefix: "0".repeat(40),
    target: "f".repeat(40),
    from: 0,
    to: 999,
    budgetMs: 60_000,
    ...changed,
  };
}

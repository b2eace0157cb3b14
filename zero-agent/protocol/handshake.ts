// The proof of the slot's key: HMAC-SHA-256 over the nonces of both ends, one label per direction so that neither
// end's proof can be echoed as the other's.

import { createHmac, timingSafeEqual } from "node:crypto";

type Prover = "agent" | "controller";

export interface HandshakeNonces {
  readonly controller: string;
  readonly agent: string;
}

/** The proof by one end that it holds the slot's key, 64 hex digits. */
export function prove(prover: Prover, key: Buffer, slot: string, nonces: HandshakeNonces): string {
  return createHmac("sha256", key)
    .update(`zerorig.v1|${prover}|${slot}|${nonces.controller}|${nonces.agent}`)
    .digest("hex");
}

/** Whether a proof is right, in constant time. */
export function proved(
  prover: Prover,
  key: Buffer,
  slot: string,
  nonces: HandshakeNonces,
  mac: string,
): boolean {
  const expected = Buffer.from(prove(prover, key, slot, nonces));
  const given = Buffer.from(mac);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** The version that two ends speak: the highest that both know, or null. */
export function commonVersion(
  ours: { readonly min: number; readonly max: number },
  theirs: { readonly min: number; readonly max: number },
): number | null {
  const version = Math.min(ours.max, theirs.max);
  return version >= ours.min && version >= theirs.min ? version : null;
}

// Whether a share is right, hashed once more here: by the plain reference, whatever was searched with.

import { headerBytes, NONCE_AT } from "../../zero-agent/kernels/header.ts";
import { HEADER_HASHES, solves } from "../../zero-agent/kernels/reference.ts";
import type { Share } from "../core/seat.ts";

/** Whether its nonce meets this target. */
export function solvesAt(
  { algorithm, prefix, nonce }: Pick<Share, "algorithm" | "prefix" | "nonce">,
  target: string,
): boolean {
  return algorithm === "duco-s1"
    ? solves({ algorithm, prefix, target }, nonce)
    : solves({ algorithm, header: prefix, target }, nonce);
}

/** The hash of a header of 76 bytes with this nonce, as the number that targets are compared with. */
export function headerHash(
  algorithm: keyof typeof HEADER_HASHES,
  header: string,
  nonce: number,
): bigint {
  const bytes = headerBytes({ header });
  bytes.writeUInt32LE(nonce, NONCE_AT);
  return BigInt(`0x${HEADER_HASHES[algorithm](bytes).reverse().toString("hex")}`);
}

// Whether a share is right, hashed once more here: by the plain reference, whatever was searched with.

import { solves } from "../../zero-agent/kernels/reference.ts";
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

// The finder's candidates as a list: the best first, each address once.

import type { Candidate, NodeSource } from "./finder-state.ts";
import { addressOf, type PoolNode } from "./node.ts";

/** More than these are not kept, the first aside and the one in use. */
const CANDIDATES_MAX = 8;
/** A node that failed is left alone for a minute, twice as long each further time, an hour at most, and up to a quarter more. */
export const REST_BASE_MS = 60_000;
const REST_MAX_MS = 3_600_000;
const REST_JITTER = 0.25;

/** How long a node rests when it is left for the n-th time. */
export function restMs(rests: number, roll: number, baseMs = REST_BASE_MS): number {
  return Math.min(REST_MAX_MS, baseMs * 2 ** (rests - 1)) * (1 + REST_JITTER * roll);
}

/** Puts a node first. What is known of it stays known. `keep` is never dropped. */
export function upsert(
  candidates: readonly Candidate[],
  node: PoolNode,
  from: NodeSource,
  keep: string | null = null,
): readonly Candidate[] {
  const address = addressOf(node);
  const known = candidates.find((each) => addressOf(each.node) === address);
  const others = candidates.filter((each) => each !== known);
  const first: Candidate = {
    failures: 0,
    rests: 0,
    restUntil: Number.NEGATIVE_INFINITY,
    goodAt: Number.NEGATIVE_INFINITY,
    wellSince: null,
    ...known,
    node,
    from,
  };
  return [first, ...others].filter(
    (each, index) => index < CANDIDATES_MAX || addressOf(each.node) === keep,
  );
}

export function patch(
  candidates: readonly Candidate[],
  address: string,
  changes: Partial<Candidate>,
): readonly Candidate[] {
  return candidates.map((each) =>
    addressOf(each.node) === address ? { ...each, ...changes } : each,
  );
}

/** The best that does not rest and is not the one in use; undefined if there is none. */
export function nextCandidate(
  candidates: readonly Candidate[],
  current: string | null,
  now: number,
): Candidate | undefined {
  return candidates.find(({ node, restUntil }) => restUntil <= now && addressOf(node) !== current);
}

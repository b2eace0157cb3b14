// Drives a machine over a range of nonces, a batch of hundreds at a time, and makes sure of what it finds.

import { BATCH_HUNDREDS, type Layout } from "./generator/layout.ts";

export const NONE = -1;

/** How nonces lie side by side. */
export type BlockShape = Pick<Layout, "lanes" | "streams" | "groups">;

/** What runs a flow, set for a job. A hundred is as many nonces as the flow spans. */
export interface BlockMachine {
  readonly layout: BlockShape;
  /** Sets the hundreds that `run` looks through: `count` of them, the first of which is `hundred`. */
  load(hundred: number, count: number): void;
  /** The first group from first..end - 1 in which a nonce may be right, or -1. */
  run(first: number, end: number): number;
}

type IsRight = (nonce: number) => boolean;

/** The lowest nonce of a group within from..end that is right. */
function confirm(
  { layout: { lanes, streams, groups } }: BlockMachine,
  base: number,
  hit: number,
  from: number,
  end: number,
  isRight: IsRight,
): number {
  const block = Math.floor(hit / groups);
  for (let stream = 0; stream < streams; stream++) {
    const lowest = base + groups * lanes * (streams * block + stream) + lanes * (hit % groups);
    for (let nonce = lowest; nonce < lowest + lanes; nonce++) {
      if (nonce >= from && nonce <= end && isRight(nonce)) return nonce;
    }
  }
  return NONE;
}

/** A later group of the hundreds side by side may hold a lower nonce, in a lower hundred. */
function lowestOfBlock(
  machine: BlockMachine,
  base: number,
  hit: number,
  stop: number,
  from: number,
  found: number,
  isRight: IsRight,
): number {
  const { streams, groups } = machine.layout;
  if (streams === 1) return found;
  const blockStop = Math.min(stop, groups * (Math.floor(hit / groups) + 1));
  let lowest = found;
  for (let next = hit + 1; next < blockStop; next++) {
    next = machine.run(next, blockStop);
    if (next === NONE) break;
    const lower = confirm(machine, base, next, from, lowest - 1, isRight);
    if (lower !== NONE) lowest = lower;
  }
  return lowest;
}

function searchBatch(
  machine: BlockMachine,
  base: number,
  first: number,
  stop: number,
  from: number,
  end: number,
  isRight: IsRight,
): number {
  for (let next = first; next < stop; ) {
    const hit = machine.run(next, stop);
    if (hit === NONE) return NONE;
    const nonce = confirm(machine, base, hit, from, end, isRight);
    if (nonce !== NONE) return lowestOfBlock(machine, base, hit, stop, from, nonce, isRight);
    // A nonce that passes the compare may be wrong, or it lies beyond the range.
    next = hit + 1;
  }
  return NONE;
}

/** The lowest nonce of from..end that the machine finds and that is right, or NONE. */
export function searchBlocks(
  machine: BlockMachine,
  from: number,
  end: number,
  isRight: IsRight,
): number {
  const { lanes, streams, groups } = machine.layout;
  const span = lanes * groups;
  const lastHundred = Math.floor(end / span);
  for (let hundred = Math.floor(from / span); hundred <= lastHundred; hundred += BATCH_HUNDREDS) {
    const count = Math.min(BATCH_HUNDREDS, lastHundred - hundred + 1);
    machine.load(hundred, count);
    const base = span * hundred;
    // With two streams the last of an odd number runs beside whatever was there before: that finds nothing that counts. A
    // group is in several hundreds then, of which the first and the last may need other groups.
    const isWhole = streams > 1 && count > 1;
    const first = isWhole ? 0 : Math.max(0, Math.floor((from - base) / lanes));
    const all = groups * Math.ceil(count / streams);
    const stop = isWhole ? all : Math.min(all, Math.floor((end - base) / lanes) + 1);
    const nonce = searchBatch(machine, base, first, stop, from, end, isRight);
    if (nonce !== NONE) return nonce;
  }
  return NONE;
}

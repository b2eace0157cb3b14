// Random numbers that a seed reproduces: mulberry32, as a pure step from one state to the next.

export interface Draw {
  /** An integer in 0..below-1. */
  readonly value: number;
  readonly seed: number;
}

/** `below` up to 2^32. Not for secrets. */
export function draw(seed: number, below: number): Draw {
  const next = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(next ^ (next >>> 15), next | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  const fraction = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  return { value: Math.floor(fraction * below), seed: next };
}

// How warm a Zero's chip is: it nears a resting point with one time constant, as a small board without a fan does.

export const AMBIENT_C = 24;
const IDLE_RISE_C = 14;
const HASHING_RISE_C = 27;
const TIME_CONSTANT_MS = 60_000;

/** The temperature after `elapsedMs` more of the same load. A model: no figure here is measured. */
export function warm(tempC: number, load: "off" | "idle" | "hashing", elapsedMs: number): number {
  const rises = { off: 0, idle: IDLE_RISE_C, hashing: HASHING_RISE_C };
  const targetC = AMBIENT_C + rises[load];
  return targetC + (tempC - targetC) * Math.exp(-elapsedMs / TIME_CONSTANT_MS);
}

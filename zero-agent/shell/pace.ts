// The duty cycle of one worker: hash a slice, then rest so that the average rate is the wanted one.

/** The longest a worker hashes before it looks for messages. */
const SLICE_MS = 25;
/** A paced worker's slice is this much of its wanted rate, so that its results come out evenly. */
const PACED_SLICE_MS = 100;
/** A worker that was late (a busy host) may hurry to catch up this much, no more. */
const CATCH_UP_MS = 250;

export interface Pace {
  /** 0 = all there is. */
  readonly maxHashrateHs: number;
  /** Before this time the next slice may not begin (ms, monotonic). */
  readonly freeAt: number;
}

/** The pace when work begins after a rest: what was not hashed while there was no work is not caught up. */
export function fromNow(pace: Pace, now: number): Pace {
  return { ...pace, freeAt: Math.max(pace.freeAt, now) };
}

/** How many nonces the next slice has. `hashrateHs` is the rate while hashing. */
export function sliceHashes(pace: Pace, hashrateHs: number): number {
  const full = (hashrateHs * SLICE_MS) / 1000;
  const paced = (pace.maxHashrateHs * PACED_SLICE_MS) / 1000;
  return Math.max(1, Math.floor(pace.maxHashrateHs === 0 ? full : Math.min(full, paced)));
}

/** The pace after a slice that began at `startedAt`. */
export function afterSlice(pace: Pace, hashes: number, startedAt: number): Pace {
  if (pace.maxHashrateHs === 0) return pace;
  const base = Math.max(pace.freeAt, startedAt - CATCH_UP_MS);
  return { ...pace, freeAt: base + (hashes * 1000) / pace.maxHashrateHs };
}

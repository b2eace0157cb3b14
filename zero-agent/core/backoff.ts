// How long to wait before the next dial.

/** The first wait is at most this; it doubles with each failure. */
const BASE_MS = 500;
/** One controller serves a handful of agents over USB: waiting longer saves nothing and delays recovery. */
const CAP_MS = 10_000;
/** Even an unlucky draw leaves the controller time to breathe. */
const FLOOR_MS = 100;
/** Another agent proved the same slot. One of the two is wrong; neither should fight. */
const REPLACED_MS = 30_000;

/** Full jitter (AWS architecture blog, "Exponential backoff and jitter"). `random` is in [0, 1). */
export function backoffMs(failures: number, random: number): number {
  return Math.max(FLOOR_MS, random * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(failures, 16)));
}

export function replacedBackoffMs(random: number): number {
  return REPLACED_MS * (1 + random);
}

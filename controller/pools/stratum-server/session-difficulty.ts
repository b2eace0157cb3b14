// How hard a miner's shares are made: so that one comes every so often, whatever the miner can do.

/** What was handed in since the difficulty was last looked at. */
export interface Window {
  readonly sinceMs: number;
  readonly shares: number;
  /** The sum of their difficulties. */
  readonly work: number;
}

/** From so many shares on the rate is known to a third, about. */
const SHARES_DUE = 12;
/** So many intervals are waited through for those; for the first, so many fewer. */
const INTERVALS_DUE = 12;
const INTERVALS_IDLE = 4;
/** Within this factor of what it should be, the difficulty stays. */
const DEAD_BAND = 1.7;
/** How far one look may move it. */
const STEP_MAX = 64;

export function openWindow(now: number): Window {
  return { sinceMs: now, shares: 0, work: 0 };
}

export function withShare(window: Window, difficulty: number): Window {
  const { sinceMs, shares, work } = window;
  return { sinceMs, shares: shares + 1, work: work + difficulty };
}

/**
 * The difficulty from now on, the same or another; null while it is too early to say. It was `difficulty` all the time, a share
 * is wanted each `shareEveryMs`.
 */
export function retarget(
  difficulty: number,
  { sinceMs, shares, work }: Window,
  shareEveryMs: number,
  now: number,
): number | null {
  const intervals = (now - sinceMs) / shareEveryMs;
  const isIdle = shares === 0 && intervals >= INTERVALS_IDLE;
  if (shares < SHARES_DUE && intervals < INTERVALS_DUE && !isIdle) return null;
  // Nobody knows how much less than one share a silent miner would have found: half of one is a fair guess.
  const done = shares === 0 ? difficulty / 2 : work;
  const ratio = done / intervals / difficulty;
  if (ratio < DEAD_BAND && ratio > 1 / DEAD_BAND) return difficulty;
  return rounded(difficulty * Math.min(STEP_MAX, Math.max(1 / STEP_MAX, ratio)));
}

/** To two digits, for people. */
function rounded(difficulty: number): number {
  return Number(difficulty.toPrecision(2));
}

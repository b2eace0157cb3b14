// What an account earned, from samples of its balance: pure arithmetic over time that goes forward and energy that only grows.

export interface BalanceSample {
  /** ms, of any clock that goes forward. */
  readonly at: number;
  readonly duco: number;
  /** What the Zeros had used by then, ever. */
  readonly joules: number;
}

export interface Gain {
  readonly duco: number;
  /** The time it is of. */
  readonly over_ms: number;
}

export interface Earnings {
  readonly last_interval: Gain | null;
  /** Since the newest sample that is at least so old; null until there is one. */
  readonly last_minute: Gain | null;
  readonly last_hour: Gain | null;
  /** Over all that is kept, a day at most; null for less than ten minutes. */
  readonly duco_per_day: number | null;
  readonly duco_per_kwh: number | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Less says more about when the pool pays than about what is earned. */
const RATE_MIN_MS = 10 * MINUTE_MS;
/** More a day is no mining but a transfer, as the coin's wallet takes it; so is less than nothing. */
const DUCO_PER_DAY_MAX = 500;
const JOULES_PER_KWH = 3_600_000;

/** Adds a sample and lets go of those older than a day. One that is not newer than the last is not taken. */
export function addSample(
  samples: readonly BalanceSample[],
  sample: BalanceSample,
): readonly BalanceSample[] {
  const last = samples.at(-1);
  if (last !== undefined && sample.at <= last.at) return samples;
  return [...samples.filter(({ at }) => sample.at - at <= DAY_MS), sample];
}

interface Piece {
  readonly duco: number;
  readonly ms: number;
  readonly joules: number;
}

/** What was earned between two samples; nothing where it was a transfer, or the meter began anew. */
function pieceOf(before: BalanceSample, after: BalanceSample): Piece | null {
  const [duco, ms] = [after.duco - before.duco, after.at - before.at];
  const joules = after.joules - before.joules;
  const isEarned = duco >= 0 && (duco / ms) * DAY_MS < DUCO_PER_DAY_MAX;
  return isEarned && joules >= 0 ? { duco, ms, joules } : null;
}

function pieces(samples: readonly BalanceSample[]): readonly Piece[] {
  return samples
    .slice(1)
    .map((sample, index) => pieceOf(samples[index] as BalanceSample, sample))
    .filter((piece) => piece !== null);
}

function sum(all: readonly Piece[]): Piece {
  return all.reduce(
    (total, { duco, ms, joules }) => ({
      duco: total.duco + duco,
      ms: total.ms + ms,
      joules: total.joules + joules,
    }),
    { duco: 0, ms: 0, joules: 0 },
  );
}

/** The gain since the newest sample that is `spanMs` older than the last. */
function gainOver(samples: readonly BalanceSample[], spanMs: number): Gain | null {
  const last = samples.at(-1);
  const from = samples.findLastIndex(({ at }) => last !== undefined && last.at - at >= spanMs);
  if (from < 0) return null;
  const { duco, ms } = sum(pieces(samples.slice(from)));
  return { duco, over_ms: ms };
}

/** What was earned, as people ask for it. Transfers are left out, with the time in which they came. */
export function earningsOf(samples: readonly BalanceSample[]): Earnings {
  const { duco, ms, joules } = sum(pieces(samples));
  const known = ms >= RATE_MIN_MS;
  return {
    // 1 ms: whatever stands before the last.
    last_interval: gainOver(samples, 1),
    last_minute: gainOver(samples, MINUTE_MS),
    last_hour: gainOver(samples, HOUR_MS),
    duco_per_day: known ? (duco / ms) * DAY_MS : null,
    duco_per_kwh: known && joules > 0 ? (duco / joules) * JOULES_PER_KWH : null,
  };
}

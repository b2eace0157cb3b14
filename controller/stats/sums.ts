// What a sample and every thinned sample of it hold: sums, and the least and the highest temperature. All are whole numbers, so that
// adding them up in any order and in any grouping gives the same to the last digit.

/** Summed columns of the tables, in their order. */
export const SUMMED = [
  /** Time that was looked at; rates are per this time, whatever the wall clock did meanwhile. */
  "ms",
  "hashes",
  /** Those hashes that the joules are for: a host worker's cost none of the Zeros' energy. */
  "fed_hashes",
  "accepted",
  "rejected",
  "unknown",
  /** Millijoules by a meter, and by the model. */
  "measured_mj",
  "modelled_mj",
  /** Time at a known temperature, and thousandths of a degree times that time. */
  "temp_ms",
  "temp_sum",
  "jobs",
  "job_waits",
  "job_wait_ms",
  "verdicts",
  "verdict_wait_ms",
  "up_ms",
  "busy_ms",
  "fences",
  "boots",
] as const;

export type Summed = (typeof SUMMED)[number];

export interface Sums extends Readonly<Record<Summed, number>> {
  /** Thousandths of a degree; null while none is known. */
  readonly temp_min: number | null;
  readonly temp_max: number | null;
}

function summed(of: (name: Summed) => number): Record<Summed, number> {
  return Object.fromEntries(SUMMED.map((name) => [name, of(name)])) as Record<Summed, number>;
}

export const NOTHING: Sums = { ...summed(() => 0), temp_min: null, temp_max: null };

/** The sums with these instead. */
export function sums(given: Partial<Sums>): Sums {
  return { ...NOTHING, ...given };
}

export function add(a: Sums, b: Sums): Sums {
  return {
    ...summed((name) => a[name] + b[name]),
    temp_min: pick(Math.min, a.temp_min, b.temp_min),
    temp_max: pick(Math.max, a.temp_max, b.temp_max),
  };
}

function pick(of: (a: number, b: number) => number, a: number | null, b: number | null) {
  if (a === null || b === null) return a ?? b;
  return of(a, b);
}

/** How often each reason was given for a rejected share. */
export type Reasons = Readonly<Record<string, number>>;

export function addReasons(a: Reasons, b: Reasons): Reasons {
  const both: Record<string, number> = { ...a };
  for (const [reason, count] of Object.entries(b)) both[reason] = (both[reason] ?? 0) + count;
  return both;
}

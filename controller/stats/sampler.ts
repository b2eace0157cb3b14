// Turns counters into samples: what was added since the last look. Pure but for what it remembers.

import { type Counter, LASTING, type Reading } from "./reading.ts";
import { add, addReasons, type Reasons, type Sums, sums } from "./sums.ts";

/** What was added to one series. */
export interface Growth {
  readonly sums: Sums;
  readonly reasons: Reasons;
}

/** What was added to each series until `at` (monotonic ms). */
export interface Sample {
  readonly at: number;
  readonly series: ReadonlyMap<string, Growth>;
}

/** The lasting counters as they were last written down, by series: what a later run counts on from. */
export type Baseline = Readonly<Record<string, Readonly<Record<string, number>>>>;

export class Sampler {
  #at: number;
  readonly #last = new Map<string, Reading>();
  readonly #baseline: Baseline;

  constructor(now: number, baseline: Baseline) {
    this.#at = now;
    this.#baseline = baseline;
  }

  take(now: number, readings: ReadonlyMap<string, Reading>): Sample {
    const ms = Math.max(0, Math.round(now - this.#at));
    // Fractions of a ms are not lost: they are in the next look.
    this.#at += ms;
    const series = new Map<string, Growth>();
    for (const [name, reading] of readings) {
      const before = this.#last.get(name);
      this.#last.set(name, reading);
      series.set(name, {
        sums: growth(reading, (counter) => this.#before(name, before, reading, counter), ms),
        reasons: reasonsSince(before?.rejectedBy ?? {}, reading.rejectedBy),
      });
    }
    return { at: now, series };
  }

  /** What has been counted, for a later run; to be written with the samples in one go. */
  baseline(): Baseline {
    const lasting = ({ counters }: Reading) =>
      Object.fromEntries(LASTING.map((name) => [name, counters[name]]));
    return {
      ...this.#baseline,
      ...Object.fromEntries([...this.#last].map(([name, reading]) => [name, lasting(reading)])),
    };
  }

  /** Of a series that nobody has counted yet, what it shows now: a rig that ran before it had statistics begins at 0 here. */
  #before(name: string, last: Reading | undefined, now: Reading, counter: Counter): number {
    return last?.counters[counter] ?? this.#baseline[name]?.[counter] ?? now.counters[counter];
  }
}

/**
 * A counter that is lower than it was is one of an older memory (the controller was killed): what it had counted is in our sums
 * already, and what it counts from now on is new.
 */
function growth({ counters, temp }: Reading, before: (name: Counter) => number, ms: number): Sums {
  const grown = Object.fromEntries(
    Object.entries(counters).map(([name, value]) => [
      name,
      Math.max(0, Math.round(value) - Math.round(before(name as Counter))),
    ]),
  );
  const ofTemp =
    temp === null ? {} : { temp_ms: ms, temp_sum: temp * ms, temp_min: temp, temp_max: temp };
  return sums({ ms, ...grown, ...ofTemp });
}

function reasonsSince(before: Reasons, after: Reasons): Reasons {
  const grown = Object.entries(after).map(([reason, count]) => {
    return [reason, count - (before[reason] ?? 0)] as const;
  });
  return Object.fromEntries(grown.filter(([, count]) => count > 0));
}

/** Two samples as one, at the time of the later. */
export function merge(a: Sample, b: Sample): Sample {
  const series = new Map(a.series);
  for (const [name, growth] of b.series) {
    const known = series.get(name);
    series.set(name, known === undefined ? growth : addGrowth(known, growth));
  }
  return { at: b.at, series };
}

export function addGrowth(a: Growth, b: Growth): Growth {
  return { sums: add(a.sums, b.sums), reasons: addReasons(a.reasons, b.reasons) };
}

// What people read of sums: rates, means and costs, as points of a chart and as averages.

import { MINUTES, SECONDS } from "./levels.ts";
import type { Reasons, Sums } from "./sums.ts";

export const RANGES = {
  "1h": { ms: 3_600_000, stepMs: 60_000 },
  "24h": { ms: 86_400_000, stepMs: 300_000 },
  "30d": { ms: 30 * 86_400_000, stepMs: 7_200_000 },
} as const;

export type Range = keyof typeof RANGES | "all";

/** Charts are about this many points wide. */
const POINTS = 360;
const HOUR_MS = 3_600_000;

/** Figures that mean something for any span; null where nothing is known. */
export interface Figures {
  readonly hashes_per_second: number | null;
  readonly hashes: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly unknown: number;
  readonly watts: number | null;
  readonly joules: number;
  /** Where the joules come from; null where there are none. */
  readonly energy_source: "measured" | "modelled" | "both" | null;
  readonly joules_per_hash: number | null;
  readonly temp_c: number | null;
  readonly temp_min_c: number | null;
  readonly temp_max_c: number | null;
  readonly jobs: number;
  /** Means. */
  readonly job_wait_ms: number | null;
  readonly verdict_wait_ms: number | null;
  /** The share of the time in which it was up that it held a job. */
  readonly busy: number | null;
  readonly fences: number;
  readonly restarts: number;
}

export interface Point extends Figures {
  /** Where it begins, ISO 8601. */
  readonly at: string;
}

export interface Average extends Figures {
  /** How much of the span was looked at: the controller may have been off. */
  readonly covered_ms: number;
  readonly rejected_by: Reasons;
}

function per(value: number, by: number, digits: number): number | null {
  return by === 0 ? null : Number((value / by).toPrecision(digits));
}

function degrees(thousandths: number | null): number | null {
  return thousandths === null ? null : thousandths / 1000;
}

function energySource({ measured_mj, modelled_mj }: Sums): Figures["energy_source"] {
  if (measured_mj === 0) return modelled_mj === 0 ? null : "modelled";
  return modelled_mj === 0 ? "measured" : "both";
}

export function figuresOf(sums: Sums): Figures {
  const { ms, accepted, rejected, unknown, hashes, fed_hashes, jobs, fences } = sums;
  const joules = (sums.measured_mj + sums.modelled_mj) / 1000;
  const perSecond = per(hashes * 1000, ms, 12);
  return {
    hashes_per_second: perSecond === null ? null : Math.round(perSecond),
    hashes,
    accepted,
    rejected,
    unknown,
    watts: per(joules * 1000, ms, 4),
    joules,
    energy_source: energySource(sums),
    joules_per_hash: per(joules, fed_hashes, 6),
    temp_c: degrees(per(sums.temp_sum, sums.temp_ms, 6)),
    temp_min_c: degrees(sums.temp_min),
    temp_max_c: degrees(sums.temp_max),
    jobs,
    job_wait_ms: per(sums.job_wait_ms, sums.job_waits, 6),
    verdict_wait_ms: per(sums.verdict_wait_ms, sums.verdicts, 6),
    busy: per(sums.busy_ms, sums.up_ms, 4),
    fences,
    restarts: sums.boots,
  };
}

/** The span of a range that ends now, cut to whole steps; `since` is when the first sample was. */
export function spanOf(range: Range, now: number, since: number) {
  const { ms, stepMs } = range === "all" ? allOf(now, since) : RANGES[range];
  const to = Math.ceil((now + 1) / stepMs) * stepMs;
  return { from: to - Math.ceil(ms / stepMs) * stepMs, to, stepMs };
}

function allOf(now: number, since: number) {
  const ms = Math.max(HOUR_MS, now - since);
  return { ms, stepMs: Math.ceil(ms / POINTS / HOUR_MS) * HOUR_MS };
}

/** One point for each step of [from, to): those of which nothing is known have nulls, so that charts show the gap. */
export function pointsOf(
  sumsAt: ReadonlyMap<number, Sums>,
  { from, to, stepMs }: { readonly from: number; readonly to: number; readonly stepMs: number },
  nothing: Sums,
): readonly Point[] {
  const points: Point[] = [];
  for (let at = from; at < to; at += stepMs) {
    const figures = figuresOf(sumsAt.get(at) ?? nothing);
    points.push({ at: new Date(at).toISOString(), ...figures });
  }
  return points;
}

/** The averages that people compare. */
export const WINDOWS = {
  "1m": 60_000,
  "5m": 300_000,
  "1h": RANGES["1h"].ms,
  "24h": RANGES["24h"].ms,
  "30d": RANGES["30d"].ms,
} as const;
export type Window = keyof typeof WINDOWS | "all";

/** What is written late, because the clock was not set or stepped back, mostly falls into this time. */
const LATE_MS = 2 * MINUTES.stepMs;
const GRAIN_MS = 10 * MINUTES.stepMs;

/** A window that ends now: `from` to `over`, which is the same for some minutes and will hardly change any more, and on to `to`. */
export function windowOf(ms: number, now: number) {
  const isLong = ms >= RANGES["1h"].ms;
  const grain = isLong ? GRAIN_MS : SECONDS.stepMs;
  const from = Math.floor((now - ms) / grain) * grain;
  const over = isLong ? Math.floor((now - LATE_MS) / grain) * grain : from;
  return { from, over, to: (Math.floor(now / SECONDS.stepMs) + 1) * SECONDS.stepMs };
}

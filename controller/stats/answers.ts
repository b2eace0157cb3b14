// What questions about the past are answered with, from the file and from what is not written to it yet.

import {
  type Average,
  figuresOf,
  type Point,
  pointsOf,
  type Range,
  spanOf,
  WINDOWS,
  type Window,
  windowOf,
} from "./points.ts";
import type { Growth } from "./sampler.ts";
import type { StatsReader } from "./stats-reader.ts";
import { add, addReasons, NOTHING, type Reasons, type Sums } from "./sums.ts";

/** The file, the time, and what is held of a series with its place on the wall clock; empty where nobody samples. */
export interface Past {
  readonly reader: StatsReader;
  readonly nowMs: number;
  names(): readonly string[];
  held(series: string): readonly (readonly [atMs: number, Growth])[];
}

export interface StatsChart {
  readonly of: string;
  readonly range: Range;
  readonly step_ms: number;
  readonly points: readonly Point[];
}

export interface StatsSummary {
  readonly at: string;
  /** Since when anything was counted, ISO 8601; null before the first sample. */
  readonly since: string | null;
  readonly series: Readonly<Record<string, Readonly<Record<Window, Average>>>>;
}

export interface StatsRows {
  readonly rows: readonly Point[];
  /** The ISO time to go on from; null where there is no more. */
  readonly next: string | null;
}

function stepsOf(past: Past, of: string, from: number, to: number, stepMs: number, limit = -1) {
  const steps = new Map(
    past.reader.steps(of, from, to, stepMs, limit).map(({ at, sums }) => [at, sums]),
  );
  for (const [atMs, { sums }] of past.held(of)) {
    const at = Math.floor(atMs / stepMs) * stepMs;
    if (at >= from && at < to) steps.set(at, add(steps.get(at) ?? NOTHING, sums));
  }
  return steps;
}

export function chartOf(past: Past, of: string, range: Range): StatsChart {
  const since = sinceOf(past, of) ?? past.nowMs;
  const { from, to, stepMs } = spanOf(range, past.nowMs, since);
  const steps = stepsOf(past, of, from, to, stepMs);
  return { of, range, step_ms: stepMs, points: pointsOf(steps, { from, to, stepMs }, NOTHING) };
}

/** Steps of [from, to) that anything is known of. */
export function rowsOf(
  past: Past,
  of: string,
  { from, to, stepMs }: { readonly from: number; readonly to: number; readonly stepMs: number },
  limit: number,
): StatsRows {
  // Whole steps: what holds the beginning is in the first.
  const first = Math.floor(from / stepMs) * stepMs;
  const steps = [...stepsOf(past, of, first, to, stepMs, limit + 1)].sort(([a], [b]) => a - b);
  const rows = steps
    .slice(0, limit)
    .map(([at, sums]) => ({ at: new Date(at).toISOString(), ...figuresOf(sums) }));
  const more = steps[limit];
  return { rows, next: more === undefined ? null : new Date(more[0]).toISOString() };
}

/** Since when a series is counted, in ms of the wall clock. */
function sinceOf(past: Past, name: string): number | null {
  return past.reader.total(name)?.since ?? past.held(name)[0]?.[0] ?? null;
}

export function summaryOf(past: Past): StatsSummary {
  const names = past.names();
  const firsts = names.flatMap((name) => sinceOf(past, name) ?? []);
  return {
    at: new Date(past.nowMs).toISOString(),
    since: firsts.length === 0 ? null : new Date(Math.min(...firsts)).toISOString(),
    series: Object.fromEntries(names.map((name) => [name, averagesOf(past, name)])),
  };
}

function averagesOf(past: Past, name: string): Readonly<Record<Window, Average>> {
  const windows = Object.entries(WINDOWS).map(([window, ms]) => {
    const { from, over, to } = windowOf(ms, past.nowMs);
    const { reader } = past;
    const held = past.held(name).filter(([at]) => at >= from);
    const settled = over > from ? (reader.pastSpan(name, from, over) ?? NOTHING) : NOTHING;
    const sums = add(settled, reader.span(name, over, to) ?? NOTHING);
    return [window, average(sums, reader.reasons(name, from, to), held)];
  });
  const total = past.reader.total(name)?.sums ?? NOTHING;
  const all = average(total, past.reader.reasonTotals(name), past.held(name));
  return { ...Object.fromEntries(windows), all } as Readonly<Record<Window, Average>>;
}

function average(
  written: Sums,
  reasons: Reasons,
  held: readonly (readonly [number, Growth])[],
): Average {
  const sums = held.reduce((all, [, growth]) => add(all, growth.sums), written);
  return {
    ...figuresOf(sums),
    covered_ms: sums.ms,
    rejected_by: held.reduce((all, [, growth]) => addReasons(all, growth.reasons), reasons),
  };
}

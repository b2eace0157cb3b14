// Statistics as text: hash rates over five spans, then what one span was like, worker by worker.

import type { StatsChart, StatsSummary } from "../stats/answers.ts";
import { type Average, WINDOWS, type Window } from "../stats/points.ts";
import { formatDuration } from "./duration.ts";
import { formatRate } from "./status-text.ts";
import { columns } from "./text-table.ts";

const SHOWN: readonly Window[] = ["1m", "5m", "1h", "24h", "all"];
const BARS = "▁▂▃▄▅▆▇█";
const SPARK_WIDTH = 30;

/** The whole text, ending in a newline. `charts` are of the workers that are shown; lines of bars only where `bars` is set. */
export function statsText(
  { series, since }: StatsSummary,
  span: Window,
  charts: readonly StatsChart[],
  bars: boolean,
): string {
  const names = charts.map(({ of }) => of);
  const rate = (value: number | null | undefined) => (value == null ? "-" : formatRate(value));
  const rates = columns([
    ["", ...SHOWN],
    ...names.map((name) => [
      name,
      ...SHOWN.map((window) => rate(series[name]?.[window].hashes_per_second)),
    ]),
  ]);
  const rows = names.flatMap((name) => {
    const average = series[name]?.[span];
    return average === undefined ? [] : [cellsOf(name, average)];
  });
  const table = columns([
    ["", "JOBS", "ACC/REJ", "WATTS", "J/MH", "TEMP", "BUSY", "JOB", "VERDICT", "BOOTS", "FENCED"],
    ...rows,
  ]);
  const reasons = names.flatMap((name) => reasonLines(name, series[name]?.[span]));
  const sparks = bars ? ["", ...columns(charts.map(sparkCells))] : [];
  const first = since === null ? [] : [`counted since ${since}`];
  const covered = series["rig"]?.[span];
  return `${[
    "hash rate",
    ...rates,
    "",
    `${span === "all" ? "all time" : `the last ${span}`}${coveredText(covered, span)}`,
    ...table,
    ...reasons,
    ...sparks,
    "",
    ...first,
  ].join("\n")}\n`;
}

/** Said where the controller was off for a part of it. */
function coveredText(average: Average | undefined, span: Window): string {
  if (average === undefined || span === "all" || average.covered_ms >= WINDOWS[span] * 0.99) {
    return "";
  }
  return `, of which ${formatDuration(average.covered_ms)} were seen`;
}

function cellsOf(name: string, average: Average): string[] {
  const { accepted, rejected, watts, energy_source, joules_per_hash, temp_c, busy } = average;
  const seconds = (ms: number | null) => (ms === null ? "-" : `${(ms / 1000).toFixed(2)}s`);
  // What nobody measured is marked, as everywhere.
  const modelled = energy_source === "measured" ? "" : "~";
  return [
    name,
    String(average.jobs),
    `${accepted}/${rejected}`,
    watts === null || energy_source === null ? "-" : `${modelled}${watts.toFixed(2)}`,
    joules_per_hash === null ? "-" : `${modelled}${(joules_per_hash * 1e6).toFixed(2)}`,
    temp_c === null ? "-" : `${temp_c.toFixed(0)}-${(average.temp_max_c ?? temp_c).toFixed(0)}C`,
    busy === null ? "-" : `${(busy * 100).toFixed(1)}%`,
    seconds(average.job_wait_ms),
    seconds(average.verdict_wait_ms),
    String(average.restarts),
    String(average.fences),
  ];
}

function reasonLines(name: string, average: Average | undefined): string[] {
  const reasons = Object.entries(average?.rejected_by ?? {});
  if (reasons.length === 0) return [];
  return [
    `${name} rejected: ${reasons.map(([reason, times]) => `${times} x ${reason}`).join(", ")}`,
  ];
}

function sparkCells({ of, range, points }: StatsChart): string[] {
  return [of, sparkline(points.map(({ hashes_per_second }) => hashes_per_second)), range];
}

/** Bars from nothing to the highest; a dot where nothing is known. */
export function sparkline(values: readonly (number | null)[], width = SPARK_WIDTH): string {
  const count = Math.min(width, values.length);
  const shown = Array.from({ length: count }, (_, index) => {
    const [from, to] = [index, index + 1].map((n) => Math.round((n * values.length) / count));
    const known = values.slice(from, to).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0) / known.length;
  });
  const most = Math.max(0, ...shown.map((value) => value ?? 0));
  const bar = (value: number) => BARS[Math.round((value / (most || 1)) * (BARS.length - 1))] ?? "";
  return shown.map((value) => (value === null ? "·" : bar(value))).join("");
}

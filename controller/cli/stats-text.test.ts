import { expect, it } from "vitest";
import type { StatsChart } from "../stats/answers.ts";
import { type Average, figuresOf, type Window } from "../stats/points.ts";
import { sums } from "../stats/sums.ts";
import { sparkline, statsText } from "./stats-text.ts";

const HOUR = sums({
  ms: 3_600_000,
  hashes: 720_000_000,
  fed_hashes: 720_000_000,
  accepted: 1200,
  rejected: 3,
  modelled_mj: 3_600_000,
  temp_ms: 3_600_000,
  temp_sum: 41_250 * 3_600_000,
  temp_max: 44_000,
  jobs: 1203,
  job_waits: 4,
  job_wait_ms: 1000,
  up_ms: 3_600_000,
  busy_ms: 3_540_000,
  boots: 2,
});

function averages(average: Average): Readonly<Record<Window, Average>> {
  return {
    "1m": average,
    "5m": average,
    "1h": average,
    "24h": average,
    "30d": average,
    all: average,
  };
}

function chart(of: string, points: readonly number[]): StatsChart {
  const point = (rate: number) => ({ at: "", ...figuresOf(sums({ ms: 1000, hashes: rate })) });
  return { of, range: "24h", step_ms: 60_000, points: points.map(point) };
}

const average = { ...figuresOf(HOUR), covered_ms: 3_600_000, rejected_by: { "low diff": 3 } };
const nothing = { ...figuresOf(sums({})), covered_ms: 0, rejected_by: {} };
const SUMMARY = {
  at: "2026-11-21T12:00:00.000Z",
  since: "2026-11-20T12:00:00.000Z",
  series: { rig: averages(average), p1: averages(nothing) },
};

it("shows rates, then one span, marks what nobody measured, and says why shares were rejected", () => {
  expect(statsText(SUMMARY, "24h", [chart("rig", []), chart("p1", [])], false)).toBe(`hash rate
     1m        5m        1h        24h       all
rig  200 kH/s  200 kH/s  200 kH/s  200 kH/s  200 kH/s
p1   -         -         -         -         -

the last 24h, of which 1h00m were seen
     JOBS  ACC/REJ  WATTS  J/MH   TEMP    BUSY   JOB    VERDICT  BOOTS  FENCED
rig  1203  1200/3   ~1.00  ~5.00  41-44C  98.3%  0.25s  -        2      0
p1   0     0/0      -      -      -       -      -      -        0      0
rig rejected: 3 x low diff

counted since 2026-11-20T12:00:00.000Z
`);
});

it("draws bars where it is told to", () => {
  const text = statsText(SUMMARY, "all", [chart("rig", [0, 500, 1000])], true);
  expect(text).toContain("\nrig  ▁▅█  24h\n");
  expect(text).toContain("\nall time\n");
});

it.each<[(number | null)[], number, string]>([
  [[], 5, ""],
  [[0, 0], 5, "▁▁"],
  [[1, 2, 3, 4, 5, 6, 7, 8], 8, "▂▃▄▅▅▆▇█"],
  [[null, 8, null, null], 2, "█·"],
  [[2, 4, 8, 8], 2, "▄█"],
])("bars of %o in %i columns are %s", (values, width, bars) => {
  expect(sparkline(values, width)).toBe(bars);
});

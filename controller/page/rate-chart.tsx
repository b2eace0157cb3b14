// A line of hash rates over the chosen time, drawn by uPlot. Its words say the same to who cannot see it.

import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { RANGE_WORDS, range } from "./range.ts";
import { bounds, type Line, lineFor } from "./rates.ts";
import { topOf } from "./scale.ts";
import { dayText, minuteText, rateText } from "./text.ts";
import { repaint } from "./theme.ts";

interface RateChartProps {
  readonly of: string;
  readonly height: number;
  /** With axes, or as a small line without. */
  readonly axes: boolean;
}

const [MINUTE_S, HOUR_S, DAY_S] = [60, 3600, 86_400];
const STEPS_S = [
  ...[1, 2, 5, 10, 15, 30].map((step) => step * MINUTE_S),
  ...[1, 2, 3, 4, 6, 12].map((step) => step * HOUR_S),
  ...[1, 2, 3, 5, 7].map((step) => step * DAY_S),
];
/** As the marks over the chart expect it. */
const AXIS_PX = 68;
const RIGHT_PX = 8;
const HALF_LABEL_PX = 22;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axesOf(): uPlot.Axis[] {
  const stroke = () => colour("--quiet");
  const grid = { stroke: () => colour("--hair"), width: 1 };
  const common = { stroke, grid, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  return [
    {
      ...common,
      grid: { show: false },
      values: (plot, splits) => splits.map((at) => (isCutOff(plot, at) ? "" : timeText(at))),
      space: 70,
      size: 28,
      // No finer than a minute, for that is what the labels say.
      incrs: STEPS_S,
    },
    { ...common, values: (_, splits) => splits.map(axisText), size: AXIS_PX, space: 40 },
  ];
}

function timeText(atS: number): string {
  return range.value === "30d" ? dayText(atS * 1000).replace(/^\w+ /, "") : minuteText(atS * 1000);
}

/** Whether the right half of a time's label would lie beyond the chart. */
function isCutOff(plot: uPlot, atS: number): boolean {
  const { left, width } = plot.bbox;
  const at = plot.valToPos(atS, "x", true) - left;
  return at > width - (HALF_LABEL_PX - RIGHT_PX) * devicePixelRatio;
}

/** 250000 -> "250 kH/s": what stands at a grid line is round. */
function axisText(hashesPerSecond: number): string {
  return rateText(hashesPerSecond).replace(/\.0+ /, " ");
}

function optionsOf({ height, axes }: RateChartProps, width: number): uPlot.Options {
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    padding: axes ? [12, RIGHT_PX, 0, 0] : [4, 0, 2, 0],
    scales: {
      x: { range: () => [...bounds.peek()] },
      y: { range: ({ data }) => [0, topOf(data[1] ?? [])] },
    },
    hooks: { setCursor: [readOut] },
    axes: axes ? axesOf() : [{ show: false }, { show: false }],
    series: [
      {},
      {
        stroke: () => colour("--line"),
        fill: () => colour("--line-fill"),
        width: 1.75,
        points: { show: false },
      },
    ],
  };
}

/** What the line says where the pointer is, beside the pointer's own line. */
function readOut({ cursor: { idx }, data, over }: uPlot): void {
  const [at, rate] = idx == null ? [] : [data[0][idx], data[1]?.[idx]];
  over.dataset["at"] =
    at === undefined || rate == null ? "" : `${minuteText(at * 1000)}  ${rateText(rate)}`;
}

/** "Hash rate of p1 over 1 hour: 242 kH/s now, between 0 H/s and 245 kH/s". */
function wordsOf(of: string, [, rates]: Line): string {
  const known = rates.filter((rate) => rate !== null);
  const head = `Hash rate of ${of === "rig" ? "the rig" : of} over the last ${RANGE_WORDS[range.value]}`;
  const last = known.at(-1);
  if (last === undefined) return `${head}: nothing is known yet`;
  const [least, most] = [Math.min(...known), Math.max(...known)].map(rateText);
  return `${head}: ${rateText(last)} now, between ${least} and ${most}`;
}

export function RateChart(props: RateChartProps) {
  const { of, height, axes } = props;
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    const { current } = holder;
    if (current === null) return;
    const own = new uPlot(optionsOf(props, current.clientWidth), [[], []], current);
    plot.current = own;
    draw(own, lineFor(of).peek());
    const observer = new ResizeObserver(() =>
      own.setSize({ width: current.clientWidth, height: height }),
    );
    observer.observe(current);
    return () => {
      observer.disconnect();
      own.destroy();
      plot.current = null;
    };
  }, [of, height, axes]);
  useSignalEffect(() => {
    const line = lineFor(of).value;
    repaint.value;
    if (plot.current !== null) draw(plot.current, line);
  });
  return <div class="chart" role="img" aria-label={wordsOf(of, lineFor(of).value)} ref={holder} />;
}

function draw(plot: uPlot, [times, rates]: Line): void {
  plot.setData([[...times], [...rates]]);
}

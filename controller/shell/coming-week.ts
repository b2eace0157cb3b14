// The ceilings that the schedule will set: the coming days as intervals, each with the rule that sets it.

import { type Window, type WindowState, windowStates } from "./window.ts";

export interface Interval {
  /** ISO 8601, in UTC. It holds from the first until just before the second. */
  readonly from: string;
  readonly until: string;
  /** The least ceiling then; null for none. */
  readonly watts: number | null;
  /** Which rule sets it: `configured` ([power] ceiling_watts), or the name of a window; null for none. */
  readonly rule: string | null;
  /** The window's zone; null where no window sets it. */
  readonly zone: string | null;
  /** The windows that are open then. */
  readonly open: readonly string[];
}

export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A window that turns each minute turns 10000 times a week; one that opens each hour turns 336 times. */
const INTERVALS_MAX = 500;

interface Walk {
  readonly window: Window;
  readonly states: Generator<WindowState, never>;
  state: WindowState;
}

type Rule = Pick<Interval, "watts" | "rule" | "zone">;

/**
 * The intervals from the first time to the last, or as many as 500. Each edge takes some calls of the cron package, about 3 ms on a
 * PC: `pause` is called between two, so that whoever shares the process is not held up.
 */
export async function comingCeilings(
  windows: readonly Window[],
  configuredWatts: number | null,
  { fromMs, untilMs }: Span,
  pause: () => Promise<void>,
): Promise<Interval[]> {
  const walks: Walk[] = [];
  for (const window of windows) {
    const states = windowStates(window, fromMs);
    walks.push({ window, states, state: states.next().value });
    await pause();
  }
  const intervals: Interval[] = [];
  let atMs = fromMs;
  while (atMs < untilMs && intervals.length < INTERVALS_MAX) {
    const endMs = Math.min(untilMs, ...walks.map(({ state }) => state.untilMs));
    add(intervals, {
      from: new Date(atMs).toISOString(),
      until: new Date(endMs).toISOString(),
      ...leastOf(walks, configuredWatts),
      open: walks.filter(({ state }) => state.open).map(({ window }) => window.name),
    });
    for (const walk of walks) {
      if (walk.state.untilMs > endMs || endMs === untilMs) continue;
      walk.state = walk.states.next().value;
      await pause();
    }
    atMs = endMs;
  }
  return intervals;
}

/** Of two alike the first that is named, as the core takes it (core/ceiling.ts). */
function leastOf(walks: readonly Walk[], configuredWatts: number | null): Rule {
  let least: Rule = { watts: configuredWatts, rule: null, zone: null };
  if (configuredWatts !== null) least = { ...least, rule: "configured" };
  for (const { window, state } of walks) {
    const watts = state.open ? window.watts : window.outsideWatts;
    if (watts === null || (least.watts !== null && watts >= least.watts)) continue;
    least = { watts, rule: window.name, zone: window.zone };
  }
  return least;
}

/** Two that say the same are one. */
function add(intervals: Interval[], next: Interval): void {
  const last = intervals.at(-1);
  const isSame =
    last !== undefined &&
    last.watts === next.watts &&
    last.rule === next.rule &&
    last.open.join() === next.open.join();
  if (isSame) intervals.splice(-1, 1, { ...last, until: next.until });
  else intervals.push(next);
}

/** Those of them that begin before this time, the last one ended by it. */
export function until(intervals: readonly Interval[], untilMs: number): readonly Interval[] {
  const end = new Date(untilMs).toISOString();
  return intervals
    .filter(({ from }) => from < end)
    .map((each) => (each.until > end ? { ...each, until: end } : each));
}

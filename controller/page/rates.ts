// Hash rates over time, for the charts: what the controller kept, and what this page saw since.

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { read } from "./api.ts";
import { offers } from "./offers.ts";
import { type Range, range, SPANS_MS } from "./range.ts";
import { connected, connection, rig } from "./stream.ts";
import { now } from "./ticker.ts";

/** Of one Zero, or of the rig: times in s since 1970, and hashes per second; null where nothing is known. */
export type Line = readonly [times: readonly number[], rates: readonly (number | null)[]];

const NOTHING: Line = [[], []];

interface Stats {
  readonly step_ms: number;
  readonly points: readonly {
    readonly at: string;
    readonly hashes_per_second: number | null;
  }[];
}

/** How often the controller is asked; in between the charts grow by what the stream says. */
const ASK_EVERY_MS: Readonly<Record<Range, number>> = {
  "1h": 60_000,
  "24h": 5 * 60_000,
  "30d": 30 * 60_000,
};
const SEEN_EVERY_MS = 2000;
const SEEN_MAX = 1800;
const SLEPT_S = 90;
const RIG = "rig";
const PATH = "/api/v1/stats";

const kept = signal<Readonly<Record<string, Line>>>({});
const seen = signal<Readonly<Record<string, Line>>>({});

/** A step's mean stands in its middle; a step of which nothing is known is a gap. */
function lineOf({ step_ms, points }: Stats): Line {
  const now = Date.now();
  const first = points.findIndex(({ hashes_per_second }) => hashes_per_second !== null);
  const known = first < 0 ? [] : points.slice(first);
  const middles = known.map(({ at }) => Math.min(Date.parse(at) + step_ms / 2, now) / 1000);
  return [middles, known.map(({ hashes_per_second }) => hashes_per_second)];
}

async function load(of: string, within: Range): Promise<boolean> {
  const answer = await read<Stats>(`${PATH}?of=${of}&range=${within}`);
  if (!answer.ok) return false;
  // The person may have chosen another range meanwhile.
  if (range.value === within) kept.value = { ...kept.value, [of]: lineOf(answer.value) };
  return true;
}

/** One after the other: a rig may have many Zeros, and a controller little time. */
async function loadAll(within: Range): Promise<void> {
  const slots = rig.peek()?.slots.map(({ is }) => is.slot) ?? [];
  for (const of of [RIG, ...slots]) {
    if (range.value !== within || !(await load(of, within))) return;
  }
}

function note(at: number): void {
  const slots = rig.peek()?.slots;
  if (slots === undefined) return;
  const sum = slots.reduce((total, { is }) => total + is.hashrate_hs, 0);
  const rates: [string, number][] = [
    [RIG, sum],
    ...slots.map(({ is }): [string, number] => [is.slot, is.hashrate_hs]),
  ];
  seen.value = Object.fromEntries(
    rates.map(([of, rate]) => {
      const known = seen.peek()[of] ?? NOTHING;
      // A browser that slept has seen nothing meanwhile: what was kept of that time is better than a line across it.
      const slept = at / 1000 - (known[0].at(-1) ?? 0) > SLEPT_S;
      const [times, before] = slept ? NOTHING : known;
      return [of, [[...times, at / 1000].slice(-SEEN_MAX), [...before, rate].slice(-SEEN_MAX)]];
    }),
  );
}

function from(line: Line, keep: (time: number) => boolean): Line {
  const first = line[0].findIndex(keep);
  return first < 0 ? NOTHING : [line[0].slice(first), line[1].slice(first)];
}

/** In the last hour what was seen here is finer than what was kept; over longer times it only goes on from there. */
function joined(old: Line, fresh: Line, isFine: boolean): Line {
  const start = isFine ? fresh[0][0] : undefined;
  const end = start === undefined ? -1 : old[0].findIndex((time) => time >= start);
  const before: Line = end < 0 ? old : [old[0].slice(0, end), old[1].slice(0, end)];
  const last = before[0].at(-1) ?? Number.NEGATIVE_INFINITY;
  const after = from(fresh, (time) => time > last);
  return [
    [...before[0], ...after[0]],
    [...before[1], ...after[1]],
  ];
}

const lines = new Map<string, ReadonlySignal<Line>>();

/** The line of a Zero, or of the rig, within the chosen range. */
export function lineFor(of: string): ReadonlySignal<Line> {
  const known = lines.get(of);
  if (known !== undefined) return known;
  const line = computed(() => {
    const since = (Date.now() - SPANS_MS[range.value]) / 1000;
    const isFine = range.value === "1h";
    const line = joined(kept.value[of] ?? NOTHING, seen.value[of] ?? NOTHING, isFine);
    return from(line, (time) => time >= since);
  });
  lines.set(of, line);
  return line;
}

const LEAST_SPAN_S = 300;

/** What all charts show, in s since 1970: the chosen time, or less where less is known of the rig. */
export const bounds = computed((): readonly [from: number, to: number] => {
  const [times] = lineFor(RIG).value;
  const to = now.value / 1000;
  const known = Math.min(times[0] ?? to, to - LEAST_SPAN_S);
  return [Math.max(known, to - SPANS_MS[range.value] / 1000), to];
});

export function keepRates(): void {
  let timer: ReturnType<typeof setInterval> | undefined;
  let asked: Range = range.peek();
  effect(() => {
    const within = range.value;
    clearInterval(timer);
    if (within !== asked) kept.value = {};
    asked = within;
    if (connection.value === 0 || !offers(PATH)) return;
    void loadAll(within);
    timer = setInterval(() => {
      if (connected.peek() && !document.hidden) void loadAll(within);
    }, ASK_EVERY_MS[within]);
  });
  setInterval(() => {
    if (connected.peek()) note(Date.now());
  }, SEEN_EVERY_MS);
}

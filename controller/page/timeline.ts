// The marks of the rig's events: what the controller remembers of the time on the chart, and what happens from then on.

import { effect, signal } from "@preact/signals";
import type { RigEvent } from "../core/status.ts";
import { read } from "./api.ts";
import { type Mark, markOf } from "./events.ts";
import { offers } from "./offers.ts";
import { range, SPANS_MS } from "./range.ts";
import { connection, onRigEvent } from "./stream.ts";

/** The newest first. */
export const marks = signal<readonly Mark[]>([]);

const PATH = "/api/v1/history";
const EVENTS_MAX = 500;
/** All of them: which are worth a mark is decided here. */
const KINDS = "power,fence,fault,operator,alert,other";

interface History {
  readonly events: readonly RigEvent[];
}

function keyOf({ at, text }: Mark): string {
  return `${at} ${text}`;
}

/** Both without what is in both, the newest first. */
function joined(some: readonly Mark[], more: readonly Mark[]): readonly Mark[] {
  const all = new Map([...some, ...more].map((mark) => [keyOf(mark), mark]));
  return [...all.values()].sort((a, b) => b.at - a.at).slice(0, EVENTS_MAX);
}

function marksOf(events: readonly RigEvent[]): Mark[] {
  return events.map(markOf).filter((mark) => mark !== null);
}

/** Nothing where the controller keeps no history: then only what happens from now on is known. */
async function load(spanMs: number): Promise<void> {
  const since = new Date(Date.now() - spanMs).toISOString();
  const answer = await read<History>(`${PATH}?since=${since}&kind=${KINDS}&limit=${EVENTS_MAX}`);
  if (answer.ok) marks.value = joined(marks.value, marksOf(answer.value.events));
}

export function keepTimeline(): void {
  onRigEvent((event) => {
    const fresh = marksOf([event]);
    if (fresh.length > 0) marks.value = joined(marks.value, fresh);
  });
  effect(() => {
    const spanMs = SPANS_MS[range.value];
    if (connection.value > 0 && offers(PATH)) void load(spanMs);
  });
}

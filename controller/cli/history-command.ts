// `zerorig history`: what happened to the rig, the newest last.

import type { SlotId } from "../../hat/slots.ts";
import type { EventKind } from "../stats/event-kind.ts";
import { HISTORY_LIMIT_MAX, type HistoryEvent } from "../stats/history.ts";
import { dayOf, logLineText } from "./log-text.ts";
import { wantsColour } from "./paint.ts";
import { openPast, type PastOptions } from "./past-source.ts";

export interface HistoryOptions extends PastOptions {
  readonly lines: number;
  readonly slot: SlotId | null;
  readonly kind: readonly EventKind[] | null;
  /** Wall-clock ms. */
  readonly since: number | null;
  readonly until: number | null;
}

export async function printHistory(options: HistoryOptions): Promise<void> {
  const past = openPast(options);
  const { lines, slot, kind, since, until } = options;
  const events: HistoryEvent[] = [];
  let before: number | null = Number.MAX_SAFE_INTEGER;
  // A page ends where enough was found, or where enough was looked at.
  while (before !== null && events.length < lines) {
    const page: { readonly events: readonly HistoryEvent[]; readonly next: number | null } =
      await past.ask({
        verb: "history",
        limit: Math.min(HISTORY_LIMIT_MAX, lines - events.length),
        before,
        ...(slot === null ? {} : { slot }),
        ...(kind === null ? {} : { kinds: [...kind] }),
        ...(since === null ? {} : { since: new Date(since).toISOString() }),
        ...(until === null ? {} : { until: new Date(until).toISOString() }),
      });
    events.push(...page.events);
    before = page.next;
  }
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ events, next: before })}\n`);
    return;
  }
  process.stdout.write(historyText(events, wantsColour(process.env, process.stdout)));
  if (events.length === 0) process.stderr.write("nothing of that kind happened\n");
}

const KIND_WIDTH = 8;

/** A line for each event, the newest last, with the day where it changes. */
function historyText(events: readonly HistoryEvent[], colour: boolean): string {
  let day = "";
  return [...events]
    .reverse()
    .flatMap((event) => {
      const its = dayOf(event);
      const change = its === day ? [] : [`-- ${its} --`];
      day = its;
      const { kind, slot, ev, why, detail, level, at } = event;
      const line = logLineText({ n: 0, at, level, ev, slot, why, msg: null, detail }, colour);
      return [...change, `${kind.padEnd(KIND_WIDTH)} ${line}`];
    })
    .map((line) => `${line}\n`)
    .join("");
}

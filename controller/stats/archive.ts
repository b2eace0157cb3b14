// The rig's past: answers to questions about its statistics and its events.

import type { ControlReply, PastRequest } from "../shell/control-protocol.ts";
import { chartOf, type Past, rowsOf, summaryOf } from "./answers.ts";
import { type EventSource, historyOf } from "./history.ts";

/** A page of rows fits into one line of the control socket many times. */
const ROWS_OF_PAGE = 500;

/** Without a past (its file could not be opened) only events are known. */
export function answerPast(
  request: PastRequest,
  past: Past | null,
  events: EventSource,
): ControlReply {
  if (request.verb === "history") return { ok: true, ...historyOf(events, request) };
  if (past === null) {
    return { ok: false, code: "no-stats", error: "no statistics are kept: the log says why" };
  }
  if (request.verb === "stats") return { ok: true, stats: summaryOf(past) };
  const { of } = request;
  const known = past.names();
  if (!known.includes(of)) {
    const error = `there are no statistics of ${of}; there are of ${known.join(", ")}`;
    return { ok: false, code: "no-slot", error };
  }
  if (request.verb === "stats-chart") return { ok: true, chart: chartOf(past, of, request.range) };
  const { from, to, stepMs } = request;
  const span = { from: Date.parse(from), to: Date.parse(to), stepMs };
  return { ok: true, ...rowsOf(past, of, span, ROWS_OF_PAGE) };
}

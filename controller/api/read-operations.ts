// What can be read over the API, described.

import { EVENT_KINDS } from "../stats/event-kind.ts";
import type { Operation } from "./openapi.ts";

const LOG_QUERY = {
  lines: "the newest so many: 100 if not told, of a stream none",
  level: "this level or worse: trace, debug, info, warn, error, fatal",
  slot: "about this slot alone, such as p1",
};

const HISTORY_QUERY = {
  since: "from this time on, ISO 8601",
  until: "before this time, ISO 8601",
  slot: "about this slot alone, such as p1",
  kind: `${EVENT_KINDS.join(", ")}, with commas between; all but other if not told`,
  limit: "the newest so many, up to 1000: 100 if not told",
  before: "only events with a smaller id: the `next` of the answer before",
};

/** Operations that change nothing. */
export const READS: readonly Operation[] = [
  { method: "get", path: "/api/v1/status", summary: "The whole rig, as `zerorig status --json`" },
  { method: "get", path: "/api/v1/plan", summary: "What automation would do now" },
  {
    method: "get",
    path: "/api/v1/miners",
    summary: "The ordinary miners beside the Zeros, by worker, as `zerorig miners --json`",
  },
  { method: "get", path: "/api/v1/slots/{slots}/why", summary: "Why slots are as they are" },
  {
    method: "get",
    path: "/api/v1/stream",
    summary: "Server-sent events: `status`, then `delta` and `event`",
    answers: "text/event-stream",
  },
  {
    method: "get",
    path: "/api/v1/stats",
    summary: "A chart's points of the rig, a slot or the host's workers",
    query: {
      of: "rig (if not told), host, or a slot such as p1",
      range: "1h (if not told), 24h, 30d or all",
    },
  },
  {
    method: "get",
    path: "/api/v1/stats/averages",
    summary: "Averages over 1 min, 5 min, 1 h, 24 h and all time, of the rig and each worker",
  },
  {
    method: "get",
    path: "/api/v1/history",
    summary: "What happened to the rig, the newest first",
    query: HISTORY_QUERY,
  },
  {
    method: "get",
    path: "/api/v1/log",
    summary: "The newest lines of the controller's log",
    query: LOG_QUERY,
  },
  {
    method: "get",
    path: "/api/v1/log/stream",
    summary:
      "Server-sent events: `line` for each line of the log, `lost` where the reader was too slow",
    answers: "text/event-stream",
    query: LOG_QUERY,
  },
  {
    method: "get",
    path: "/api/v1/schedule",
    summary: "The ceilings of the coming days as intervals, with the rule that sets each",
    query: { days: "how many, 1 to 31; 7 if not told" },
  },
  {
    method: "get",
    path: "/api/v1/schedule/windows",
    summary: "The windows of the schedule: those that hold, and those of the file",
  },
  {
    method: "get",
    path: "/api/v1/access",
    summary: "Whether anything can be changed over HTTP; with a token, whether it is the right one",
  },
  { method: "get", path: "/api/openapi.json", summary: "This description" },
  {
    method: "get",
    path: "/healthz",
    summary: "Whether the decision loop turns",
    failing: "It does not; `faults` say why",
  },
  {
    method: "get",
    path: "/readyz",
    summary: "Whether it can run the rig",
    failing: "It cannot; `faults` say why",
  },
  { method: "get", path: "/metrics", summary: "For Prometheus", answers: "text/plain" },
];

// The unix socket between the controller and its CLI: one JSON object a line, each request answered by one line.
// `watch` answers once and then keeps sending `event` and `status` lines until the client hangs up, `log` with `follow` the log's lines.

import * as v from "valibot";
import type { AgentsStatus } from "../agents/agents-status.ts";
import type { Enrolment, KeysStatus } from "../agents/keys-status.ts";
import type { Explanation, Intention } from "../core/explain.ts";
import type { JobStatus } from "../core/job-status.ts";
import type { RigEvent, RigStatus } from "../core/status.ts";
import { parseNode } from "../pools/node.ts";
import type { MinersReport } from "../pools/stratum-server/report.ts";
import type { StatsChart, StatsRows, StatsSummary } from "../stats/answers.ts";
import { EVENT_KINDS } from "../stats/event-kind.ts";
import { HISTORY_LIMIT_MAX, type History } from "../stats/history.ts";
import { HOST, RIG } from "../stats/reading.ts";
import {
  FOR_MAX_MS,
  IDENTIFY_MAX_MS,
  IDENTIFY_MS,
  JOB_STATES,
  JOB_WAIT_MAX_MS,
  JOBS_LISTED,
  JOBS_LISTED_MAX,
  LOG_LINES_MAX,
  REASON_CHARS_MAX,
  SCHEDULE_DAYS_MAX,
  SOURCE_CHARS_MAX,
  WATTS_MAX,
} from "./control-limits.ts";
import { LOG_LEVELS, type LogLine } from "./log-line.ts";
import type { ReloadReport } from "./reload.ts";
import type { ScheduleReport, WindowsReport } from "./schedules.ts";

const slot = v.pipe(v.string(), v.regex(/^p[1-9][0-9]?$/));
const slots = v.pipe(v.array(slot), v.minLength(1), v.maxLength(99));
/** What a person wrote, on one line and without what would move a terminal's cursor. */
const text = (max: number) => v.pipe(v.string(), v.trim(), v.maxLength(max), v.regex(/^\P{Cc}*$/u));
const reason = v.optional(text(REASON_CHARS_MAX), "");
/** What holds automation back asks for a reason, as Slurm does: whoever finds it so wants to know why. */
const dueReason = v.pipe(text(REASON_CHARS_MAX), v.nonEmpty("a reason is required"));
const forMs = v.pipe(v.number(), v.finite(), v.minValue(1), v.maxValue(FOR_MAX_MS));
/** null: until someone ends it. */
const openForMs = v.optional(v.nullable(forMs), null);
const watts = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(WATTS_MAX));
const days = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(SCHEDULE_DAYS_MAX));
const hard = v.optional(v.boolean(), false);
/** As it stands in the header: visible ASCII. */
const jobKey = v.pipe(
  v.string(),
  v.regex(/^[!-~]{1,128}$/, "expected 1 to 128 visible ASCII characters"),
);
const jobId = v.pipe(v.string(), v.regex(/^[a-z0-9]{1,64}$/, "no id of a job"));
const jobWaitMs = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(JOB_WAIT_MAX_MS));
const series = v.union([v.picklist([RIG, HOST]), slot], "expected rig, host or a slot such as p1");
const range = v.picklist(["1h", "24h", "30d", "all"]);
const moment = v.pipe(
  v.string(),
  v.check(
    (text) => /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
    "no ISO 8601 time",
  ),
);

export const controlRequest = v.variant("verb", [
  v.strictObject({ verb: v.literal("status") }),
  v.strictObject({ verb: v.literal("watch") }),
  /** The newest lines of the log that are wanted; with `follow` also each that comes. */
  v.strictObject({
    verb: v.literal("log"),
    lines: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LOG_LINES_MAX)),
    follow: v.optional(v.boolean(), false),
    level: v.optional(v.nullable(v.picklist(LOG_LEVELS)), null),
    slot: v.optional(v.nullable(slot), null),
  }),
  v.strictObject({ verb: v.literal("why"), slots }),
  /** What automation would do now. */
  v.strictObject({ verb: v.literal("plan") }),
  /** The ceilings of the coming days. */
  v.strictObject({ verb: v.literal("schedule"), days: v.optional(days, 7) }),
  v.strictObject({ verb: v.literal("windows") }),
  /** The ordinary miners beside the Zeros. */
  v.strictObject({ verb: v.literal("miners") }),
  /** In place of the file's, over restarts; null goes back to those. What is wrong in them is said by field. */
  v.strictObject({
    verb: v.literal("set-windows"),
    windows: v.nullable(v.array(v.unknown())),
    reason,
  }),
  /** Reads the configuration anew, and switches nothing. */
  v.strictObject({ verb: v.literal("reload") }),
  v.strictObject({ verb: v.literal("on"), slots, reason }),
  /** Asks the Zero to shut down first, unless `hard` or it is silent. */
  v.strictObject({ verb: v.literal("off"), slots, reason, hard }),
  v.strictObject({ verb: v.literal("cycle"), slots, reason, hard }),
  v.strictObject({ verb: v.literal("cordon"), slots, reason: dueReason, forMs: openForMs }),
  v.strictObject({ verb: v.literal("uncordon"), slots, reason }),
  /** `forMs` is how long the job in hand may take; the slot is cordoned after it in either case. */
  v.strictObject({ verb: v.literal("drain"), slots, reason: dueReason, forMs: openForMs }),
  v.strictObject({ verb: v.literal("maintenance"), slots, reason: dueReason, forMs: openForMs }),
  v.strictObject({ verb: v.literal("release"), slots, reason }),
  v.strictObject({ verb: v.literal("pause"), reason: dueReason, forMs: openForMs }),
  v.strictObject({ verb: v.literal("resume"), reason }),
  /** Stands in for the schedules and the number from outside; null lifts both. */
  v.strictObject({
    verb: v.literal("override"),
    watts: v.nullable(watts),
    reason: dueReason,
    forMs: openForMs,
  }),
  v.strictObject({ verb: v.literal("end-override"), reason }),
  /** The number from outside: solar surplus, a tariff. It is told again before its time is over, or it lapses. */
  v.strictObject({
    verb: v.literal("ceiling"),
    watts,
    source: v.pipe(text(SOURCE_CHARS_MAX), v.nonEmpty()),
    forMs,
  }),
  // `by` is who asks, where that is no person.
  v.strictObject({ verb: v.literal("wake"), slots, forMs, by: v.optional(text(REASON_CHARS_MAX)) }),
  v.strictObject({ verb: v.literal("metered"), slot, watts, forMs }),
  /** Blinks the alert LED of these slots' boards, and leaves it as it was. */
  v.strictObject({
    verb: v.literal("identify"),
    slots,
    forMs: v.optional(v.pipe(forMs, v.maxValue(IDENTIFY_MAX_MS)), IDENTIFY_MS),
  }),
  /** Where the pool connections go, whatever the list or the picker say; null gives it back to them. */
  v.strictObject({
    verb: v.literal("pool-node"),
    node: v.nullable(
      v.pipe(
        v.string(),
        v.check((text) => parseNode(text) !== null, "no host:port"),
      ),
    ),
    reason,
  }),
  /** Questions about the past: averages, a chart, rows for an export, events. */
  v.strictObject({ verb: v.literal("stats") }),
  v.strictObject({ verb: v.literal("stats-chart"), of: series, range }),
  v.strictObject({
    verb: v.literal("stats-rows"),
    of: series,
    from: moment,
    to: moment,
    stepMs: v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(FOR_MAX_MS)),
  }),
  v.strictObject({
    verb: v.literal("history"),
    since: v.optional(moment),
    until: v.optional(moment),
    slot: v.optional(slot),
    kinds: v.optional(v.array(v.picklist(EVENT_KINDS))),
    limit: v.optional(
      v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(HISTORY_LIMIT_MAX)),
    ),
    before: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  }),
  /** A job of anybody's, by a key: the same key is the same job. What is wrong in the job is said by field. */
  v.strictObject({ verb: v.literal("submit"), key: jobKey, job: v.unknown() }),
  /** With `waitMs`, answered when it is over or after so long. */
  v.strictObject({ verb: v.literal("job"), id: jobId, waitMs: v.optional(jobWaitMs, 0) }),
  v.strictObject({
    verb: v.literal("jobs"),
    state: v.optional(v.nullable(v.picklist(JOB_STATES)), null),
    limit: v.optional(
      v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(JOBS_LISTED_MAX)),
      JOBS_LISTED,
    ),
  }),
  v.strictObject({ verb: v.literal("cancel-job"), id: jobId, reason }),
  /** The agents' programs, and giving them others: one Zero after the other. */
  v.strictObject({ verb: v.literal("agents") }),
  v.strictObject({ verb: v.literal("agents-update"), slots, reason }),
  v.strictObject({ verb: v.literal("agents-rollback"), slots, reason }),
  /** The link keys: a code or a key for a new Zero, another key for one that is linked, none any more; and how they are. */
  v.strictObject({
    verb: v.literal("enroll"),
    slot,
    how: v.picklist(["code", "key"]),
    replaces: v.optional(v.boolean(), false),
    reason,
  }),
  v.strictObject({ verb: v.literal("revoke"), slots, reason }),
  v.strictObject({ verb: v.literal("rotate"), slots, reason }),
  v.strictObject({ verb: v.literal("keys") }),
  /** Asks for no new jobs and answers when no verdict is outstanding, or after `timeoutMs`. */
  v.strictObject({
    verb: v.literal("quiesce"),
    timeoutMs: v.pipe(v.number(), v.minValue(0), v.maxValue(600_000)),
  }),
]);
export type ControlRequest = v.InferOutput<typeof controlRequest>;
export type ControlVerb = ControlRequest["verb"];

/** Every request but those that the socket itself serves. */
export type ActRequest = Exclude<ControlRequest, { readonly verb: "watch" | "log" }>;

/** About the past: answered from the disk, not from the state. */
export type PastRequest = Extract<
  ActRequest,
  { readonly verb: "stats" | "stats-chart" | "stats-rows" | "history" }
>;

/** About the agents' programs and keys. */
export type AgentRequest = Extract<
  ActRequest,
  {
    readonly verb:
      | "agents"
      | "agents-update"
      | "agents-rollback"
      | "enroll"
      | "revoke"
      | "rotate"
      | "keys";
  }
>;

/** Those that the core may hear of. */
export type EventRequest = Exclude<ActRequest, PastRequest | JobRequest | AgentRequest>;

/** About what anybody submitted. */
export type JobRequest = Extract<
  ActRequest,
  { readonly verb: "submit" | "job" | "jobs" | "cancel-job" }
>;

interface StatusAnswer {
  readonly status: RigStatus;
}

/** The verbs whose answer is not the status. */
interface SpecialAnswers {
  readonly why: { readonly explanations: readonly Explanation[] };
  readonly plan: { readonly intentions: readonly Intention[] };
  readonly log: { readonly lines: readonly LogLine[] };
  readonly schedule: { readonly schedule: ScheduleReport };
  readonly windows: { readonly windows: WindowsReport };
  readonly "set-windows": { readonly windows: WindowsReport };
  readonly miners: { readonly miners: MinersReport };
  readonly reload: { readonly reload: ReloadReport };
  readonly stats: { readonly stats: StatsSummary };
  readonly "stats-chart": { readonly chart: StatsChart };
  readonly "stats-rows": StatsRows;
  readonly history: History;
  readonly submit: { readonly job: JobStatus; readonly is_new: boolean };
  readonly job: { readonly job: JobStatus };
  readonly jobs: { readonly jobs: readonly JobStatus[] };
  readonly "cancel-job": { readonly job: JobStatus };
  readonly agents: { readonly agents: AgentsStatus };
  readonly "agents-update": { readonly agents: AgentsStatus };
  readonly "agents-rollback": { readonly agents: AgentsStatus };
  readonly enroll: { readonly enrolment: Enrolment };
  readonly revoke: { readonly keys: KeysStatus };
  readonly rotate: { readonly keys: KeysStatus };
  readonly keys: { readonly keys: KeysStatus };
}

export type SpecialVerb = keyof SpecialAnswers;

/** What a verb is answered with. */
export type AnswerTo<V extends ControlVerb> = V extends keyof SpecialAnswers
  ? SpecialAnswers[V]
  : StatusAnswer;

export interface Refusal {
  readonly ok: false;
  readonly code: string;
  readonly error: string;
}

export type ControlReply<V extends ControlVerb = ControlVerb> =
  | ({ readonly ok: true } & AnswerTo<V>)
  | Refusal;

export type WatchLine = { readonly event: RigEvent } | { readonly status: RigStatus };
/** What follows the answer to `log`; `lost` lines were gone before they could be sent. */
export type LogFeedLine = { readonly line: LogLine } | { readonly lost: number };

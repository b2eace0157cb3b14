// The unix socket between the controller and its CLI: one JSON object a line, each request answered by one line.
// `watch` answers once and then keeps sending `event` and `status` lines until the client hangs up.

import * as v from "valibot";
import type { Explanation, Intention } from "../core/explain.ts";
import type { RigEvent, RigStatus } from "../core/status.ts";
import { parseNode } from "../pools/node.ts";
import { FOR_MAX_MS, REASON_CHARS_MAX, SOURCE_CHARS_MAX, WATTS_MAX } from "./control-limits.ts";

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
const hard = v.optional(v.boolean(), false);

export const controlRequest = v.variant("verb", [
  v.strictObject({ verb: v.literal("status") }),
  v.strictObject({ verb: v.literal("watch") }),
  v.strictObject({ verb: v.literal("why"), slots }),
  /** What automation would do now. */
  v.strictObject({ verb: v.literal("plan") }),
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
  v.strictObject({ verb: v.literal("wake"), slots, forMs }),
  v.strictObject({ verb: v.literal("metered"), slot, watts, forMs }),
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
  /** Asks for no new jobs and answers when no verdict is outstanding, or after `timeoutMs`. */
  v.strictObject({
    verb: v.literal("quiesce"),
    timeoutMs: v.pipe(v.number(), v.minValue(0), v.maxValue(600_000)),
  }),
]);
export type ControlRequest = v.InferOutput<typeof controlRequest>;
export type ControlVerb = ControlRequest["verb"];

/** Every request but `watch`, which the socket itself serves. */
export type ActRequest = Exclude<ControlRequest, { readonly verb: "watch" }>;

interface StatusAnswer {
  readonly status: RigStatus;
}

/** The verbs whose answer is not the status. */
interface SpecialAnswers {
  readonly why: { readonly explanations: readonly Explanation[] };
  readonly plan: { readonly intentions: readonly Intention[] };
}

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

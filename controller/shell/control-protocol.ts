// The unix socket between the controller and its CLI: one JSON object a line, each request answered by one line.
// `watch` answers once and then keeps sending `event` and `status` lines until the client hangs up.

import * as v from "valibot";
import type { RigEvent, RigStatus } from "../core/status.ts";

const slots = v.pipe(v.array(v.pipe(v.string(), v.regex(/^p[1-9][0-9]?$/))), v.maxLength(32));
const reason = v.optional(v.pipe(v.string(), v.maxLength(200)), "");

export const controlRequest = v.variant("verb", [
  v.strictObject({ verb: v.literal("status") }),
  v.strictObject({ verb: v.literal("watch") }),
  v.strictObject({ verb: v.literal("on"), slots, reason }),
  /** Asks the Zero to shut down first, unless `hard` or it is silent. */
  v.strictObject({ verb: v.literal("off"), slots, reason, hard: v.optional(v.boolean(), false) }),
  v.strictObject({ verb: v.literal("cycle"), slots, reason, hard: v.optional(v.boolean(), false) }),
  /** Asks for no new jobs and answers when no verdict is outstanding, or after `timeoutMs`. */
  v.strictObject({ verb: v.literal("quiesce"), timeoutMs: v.pipe(v.number(), v.minValue(0)) }),
]);
export type ControlRequest = v.InferOutput<typeof controlRequest>;

export type ControlReply =
  | { readonly ok: true; readonly status: RigStatus }
  | { readonly ok: false; readonly code: string; readonly error: string };

export type WatchLine = { readonly event: RigEvent } | { readonly status: RigStatus };

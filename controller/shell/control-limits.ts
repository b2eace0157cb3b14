// How much may be asked for over the control socket: the bounds that the protocol and the CLI's options share.

import type { JobStatus } from "../core/job-status.ts";

/** The longest that anything may be asked to last: 30 days. */
export const FOR_MAX_MS = 30 * 86_400_000;
/** More than any rig draws; what is above is a mistake of units. */
export const WATTS_MAX = 1000;
/** The most lines of the log that anybody can look back. */
export const LOG_LINES_MAX = 2000;
export const REASON_CHARS_MAX = 200;
export const SOURCE_CHARS_MAX = 40;
/** How long an LED blinks for whoever looks for a board: if nobody says, and at most. */
export const IDENTIFY_MS = 10_000;
export const IDENTIFY_MAX_MS = 10 * 60_000;
/** How far ahead the schedule is worked out. */
export const SCHEDULE_DAYS_MAX = 31;
/** A question for a job's fate waits so long at most. */
export const JOB_WAIT_MAX_MS = 60_000;
/** How many jobs are listed: if nobody says, and at most. */
export const JOBS_LISTED = 20;
export const JOBS_LISTED_MAX = 500;
/** The states that a submitted job goes through: the first two while it is open. */
export const JOB_STATES = [
  "queued",
  "running",
  "found",
  "exhausted",
  "cancelled",
  "failed",
] as const satisfies readonly JobStatus["state"][];

// The keys of what anybody may submit to be searched.

import { DEFAULT_POLICY } from "../core/policy.ts";
import { key, section } from "./key.ts";
import { fraction, milliseconds, wholeNumber } from "./kind.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export const JOBS = section("Work that anybody submits: `zerorig submit`, POST /api/v1/jobs.", {
  share: key(
    fraction(0.01, 1),
    DEFAULT_POLICY.orderShare,
    "The most of the workers that search jobs, rounded down, but one at least; the others mine.",
  ),
  max_open: key(wholeNumber(1, 1000), 100, "So many jobs may be open at a time."),
  max_range: key(
    wholeNumber(1, 2 ** 53 - 1),
    2 ** 32,
    "The most nonces that one job may ask to search.",
  ),
  time_limit_ms: key(
    milliseconds(10_000, 30 * DAY_MS),
    DAY_MS,
    "A job that is not over after so long has failed; one may ask for less.",
  ),
  keep_ms: key(
    milliseconds(MINUTE_MS, 365 * DAY_MS),
    7 * DAY_MS,
    "Jobs that are over, and their keys, are remembered for so long; 10,000 of them at most.",
  ),
});

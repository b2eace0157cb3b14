// Times on a command line.

import { UsageError } from "./exit.ts";

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
/** A timer of more overflows and fires at once. */
const LIMIT_MS = 24 * 3_600_000;

/** `2000` and `2000ms`, `2s`, `1.5s`, `1m`, in ms; a day at most. Throws a UsageError that names the flag. */
export function milliseconds(flag: string, text: string): number {
  const [, digits = "", unit = "ms"] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text) ?? [];
  const value = digits === "" ? Number.NaN : Number(digits) * (UNITS_MS[unit] ?? Number.NaN);
  if (value <= LIMIT_MS) return Math.round(value);
  throw new UsageError(`${flag} takes milliseconds, or a time such as 2s or 1m, not "${text}"`);
}

/** The same, for how long something may take: nothing can be done in no time. */
export function limitMilliseconds(flag: string, text: string): number {
  const limitMs = milliseconds(flag, text);
  if (limitMs > 0) return limitMs;
  throw new UsageError(`${flag} takes a time of at least 1 ms, not "${text}"`);
}

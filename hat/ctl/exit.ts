// The exit codes of hatctl. Those of a board's errors are in hat/exit-codes.ts.

import { type HatErrorCode, isHatError } from "../error.ts";
import { HAT_EXIT_CODES } from "../exit-codes.ts";
import { isControllerError } from "./controller-error.ts";
import { NotGoneError } from "./soft-off.ts";

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  timeout: 5,
  refused: 6,
  partly: 7,
  interrupted: 130,
} as const;

/** An ask that cannot be understood; the message says what would be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A call on the board did not come back in time. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** What we do not do until the person says so in so many words; the message has the words. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** The exit code that tells of this error. */
export function exitCodeOf(error: unknown): number {
  if (isHatError(error)) return HAT_EXIT_CODES[error.code];
  if (isControllerError(error)) return error.exitCode;
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof TimeoutError || error instanceof NotGoneError) return EXIT.timeout;
  if (error instanceof RefusedError) return EXIT.refused;
  return EXIT.failed;
}

/** The stable word for it, for --json. */
export function errorCodeOf(error: unknown): string {
  if (isHatError(error)) return error.code;
  if (isControllerError(error)) return `controller-${error.code}`;
  if (error instanceof UsageError) return "usage";
  if (error instanceof TimeoutError) return "timeout";
  if (error instanceof RefusedError) return "refused";
  return "failed";
}

/** What the board's own messages leave to this program. */
const REMEDIES: Readonly<Partial<Record<HatErrorCode, string>>> = {
  "no-board": "`hatctl detect` shows what there is",
};

/** The one line that tells of this error. */
export function describeError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = isHatError(error) ? REMEDIES[error.code] : undefined;
  const text = remedy === undefined ? message : `${message}; ${remedy}`;
  return text.replaceAll(/\s*\n\s*/g, " ");
}

// The exit codes of hatctl.

import { type HatErrorCode, isHatError } from "../error.ts";

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  noBoard: 3,
  permission: 4,
  timeout: 5,
  refused: 6,
  partly: 7,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An ask that cannot be understood; the message says what would be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A call on the board did not come back in time. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

const BY_CODE: Record<HatErrorCode, ExitCode> = {
  "no-board": EXIT.noBoard,
  "unknown-board": EXIT.noBoard,
  "no-driver": EXIT.noBoard,
  "no-slot": EXIT.noBoard,
  permission: EXIT.permission,
  locked: EXIT.refused,
  "foreign-change": EXIT.refused,
  bus: EXIT.failed,
  "not-verified": EXIT.failed,
  unsupported: EXIT.failed,
};

/** The exit code that tells of this error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (isHatError(error)) return BY_CODE[error.code];
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof TimeoutError) return EXIT.timeout;
  return EXIT.failed;
}

/** The one line that tells of this error. */
export function describeError(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ");
}

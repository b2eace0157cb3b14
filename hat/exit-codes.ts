// The exit code that tells of a HatError: the same for every program that drives a board.

import type { HatErrorCode } from "./error.ts";

/** 3 nothing there, 4 not allowed or not installed here, 6 refused, 1 everything else. */
export const HAT_EXIT_CODES: Readonly<Record<HatErrorCode, number>> = {
  "no-board": 3,
  "unknown-board": 3,
  "no-slot": 3,
  "no-driver": 4,
  permission: 4,
  locked: 6,
  "foreign-change": 6,
  unsupported: 1,
  bus: 1,
  "not-verified": 1,
};

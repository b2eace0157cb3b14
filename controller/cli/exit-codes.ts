// The exit codes of `zerorig`, and which thrown error ends in which. Those of a board's errors are in hat/exit-codes.ts.

import type { HatErrorCode } from "../../hat/error.ts";
import type { PracticeErrorCode } from "../pools/practice/practice-error.ts";
import type { ControllerErrorCode } from "../shell/error.ts";

export const EXIT = {
  done: 0,
  failed: 1,
  /** Wrong usage, or wrong configuration. */
  usage: 2,
  /** No HAT, no such Zero. */
  notFound: 3,
  /** Not allowed, or not installed here. */
  permission: 4,
  /** Timeout, or nobody answered. */
  unreachable: 5,
  /** A safety rule refused, such as one writer per board. */
  refused: 6,
  partial: 7,
  addressInUse: 8,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof EXIT;

export const CONTROLLER_EXITS: Readonly<Record<ControllerErrorCode, ExitName>> = {
  "port-in-use": "addressInUse",
  "socket-in-use": "addressInUse",
  "bad-address": "usage",
  "key-file": "usage",
  "ca-file": "usage",
  "agent-program": "usage",
  permission: "permission",
  "state-dir": "failed",
  "state-in-use": "refused",
  sqlite: "failed",
};

export const PRACTICE_EXITS: Readonly<Record<PracticeErrorCode, ExitName>> = {
  "port-in-use": "addressInUse",
  "bad-address": "usage",
  "not-allowed": "permission",
  "listen-failed": "failed",
};

/** What the board's own messages cannot know: how this program is told of a board. */
export const HAT_REMEDIES: Readonly<Partial<Record<HatErrorCode, string>>> = {
  "no-board": "`zerorig run` takes the board from [hat] board; `zerorig demo` needs none.",
  "unknown-board": "`zerorig run` takes the board from [hat] board.",
};

/** The exit for a system error that nothing wrapped. */
export const SYSTEM_EXITS: Readonly<Record<string, ExitName>> = {
  EADDRINUSE: "addressInUse",
  EACCES: "permission",
  EPERM: "permission",
  ECONNREFUSED: "unreachable",
  ECONNRESET: "unreachable",
  ETIMEDOUT: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ENOTFOUND: "unreachable",
  EAI_AGAIN: "unreachable",
  EADDRNOTAVAIL: "usage",
};

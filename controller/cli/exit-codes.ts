// The exit codes of `zerorig`, and which thrown error ends in which: the one table.

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
export type ExitCode = (typeof EXIT)[ExitName];

export const HAT_EXITS: Readonly<Record<HatErrorCode, ExitName>> = {
  "no-board": "notFound",
  "unknown-board": "notFound",
  "no-slot": "notFound",
  "no-driver": "permission",
  permission: "permission",
  locked: "refused",
  "foreign-change": "refused",
  unsupported: "failed",
  bus: "failed",
  "not-verified": "failed",
};

export const CONTROLLER_EXITS: Readonly<Record<ControllerErrorCode, ExitName>> = {
  "port-in-use": "addressInUse",
  "socket-in-use": "addressInUse",
  "bad-address": "usage",
  "key-file": "usage",
  "not-running": "unreachable",
  permission: "permission",
  "state-dir": "failed",
  internal: "failed",
};

export const PRACTICE_EXITS: Readonly<Record<PracticeErrorCode, ExitName>> = {
  "port-in-use": "addressInUse",
  "bad-address": "usage",
  "not-allowed": "permission",
  "listen-failed": "failed",
};

/** What to do about a HatError; its message says what happened. */
export const HAT_REMEDIES: Readonly<Record<HatErrorCode, string>> = {
  "no-board": "Check that the HAT sits on its pins, or try `zerorig demo`, which needs none.",
  "unknown-board": "Name the board in [hat] board of the configuration.",
  "no-slot": "`zerorig status` lists the slots.",
  "no-driver": "Reinstall with the optional packages: npm install --include=optional.",
  permission: "Run as root, or as a user in the groups i2c and gpio.",
  locked: "Another controller or hatctl has the board; stop it first.",
  "foreign-change": "Another program switches this board; stop it first.",
  unsupported: "This board cannot do that.",
  bus: "Check the HAT's seat and the I2C bus (`i2cdetect -y 1`).",
  "not-verified": "The line did not follow; check the HAT's supply.",
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

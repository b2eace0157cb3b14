// Turns whatever was thrown into an exit code and a line or two for stderr. No stack trace unless ZERORIG_DEBUG is set.

import { CommanderError } from "commander";
import { isHatError } from "../../hat/error.ts";
import { HAT_EXIT_CODES } from "../../hat/exit-codes.ts";
import { ConfigError } from "../config/error.ts";
import { PracticeError } from "../pools/practice/practice-error.ts";
import { ControllerError, messageOf, systemCode } from "../shell/error.ts";
import { CliError } from "./error.ts";
import {
  CONTROLLER_EXITS,
  EXIT,
  HAT_REMEDIES,
  PRACTICE_EXITS,
  SYSTEM_EXITS,
} from "./exit-codes.ts";

export interface Explanation {
  readonly exitCode: number;
  /** What happened, then what to do; nothing where there is nothing to say. */
  readonly lines: readonly string[];
}

/** The exit code and the words for a thrown value. */
export function explain(error: unknown): Explanation {
  if (error instanceof CommanderError) return explainUsage(error);
  if (error instanceof CliError) return explanation(EXIT[error.code], error.message, error.todo);
  if (error instanceof ConfigError) return explainConfig(error);
  if (error instanceof ControllerError) {
    return explanation(EXIT[CONTROLLER_EXITS[error.code]], error.message, error.todo);
  }
  if (isHatError(error)) {
    return explanation(HAT_EXIT_CODES[error.code], error.message, HAT_REMEDIES[error.code] ?? "");
  }
  if (error instanceof PracticeError) {
    return explanation(EXIT[PRACTICE_EXITS[error.code]], error.message, error.todo);
  }
  const system = systemCode(error);
  const name = Object.hasOwn(SYSTEM_EXITS, system) ? SYSTEM_EXITS[system] : undefined;
  if (name !== undefined) return explanation(EXIT[name], messageOf(error), "");
  return explanation(
    EXIT.failed,
    messageOf(error),
    "ZERORIG_DEBUG=1 shows where this came from; please report it.",
  );
}

/** The text for stderr, with the stack in front of it when debugging. */
export function explanationText(error: unknown, debug: boolean): string {
  const { lines } = explain(error);
  const stack = debug && error instanceof Error ? [error.stack ?? ""] : [];
  return [...stack, ...lines].map((line) => `${line}\n`).join("");
}

function explanation(exitCode: number, what: string, todo: string): Explanation {
  const first = `zerorig: ${what.replace(/\s*\n\s*/g, " ").trim()}`;
  return { exitCode, lines: todo === "" ? [first] : [first, sentence(todo)] };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

function explainConfig(error: ConfigError): Explanation {
  const cause = systemCode(error.cause);
  const exitCode = cause === "EACCES" ? EXIT.permission : EXIT.usage;
  return { exitCode, lines: error.message.split("\n").map((line) => `zerorig: ${line}`) };
}

function explainUsage(error: CommanderError): Explanation {
  if (error.exitCode === 0) return { exitCode: EXIT.done, lines: [] };
  // Help that was not asked for has been printed by commander itself.
  if (error.code === "commander.help") return { exitCode: EXIT.usage, lines: [] };
  const what = error.message.replace(/^error: /, "");
  return explanation(
    EXIT.usage,
    what,
    "`zerorig --help` and `zerorig <command> --help` show what there is.",
  );
}

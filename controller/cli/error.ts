// What a command refuses or cannot do: how it ends, what happened, and what to do about it.

import type { ExitName } from "./exit-codes.ts";

export class CliError extends Error {
  readonly code: ExitName;
  /** What the reader can do; empty when the message says it all. */
  readonly todo: string;

  constructor(code: ExitName, message: string, todo = "", cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "CliError";
    this.code = code;
    this.todo = todo;
  }
}

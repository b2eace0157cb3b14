// What a thrown value says to a person, and the exit code: the same as `zerorig` has for the same fault.

import { explain } from "../controller/cli/explain.ts";
import { messageOf, systemCode } from "../controller/shell/error.ts";
import { ConfigError as AgentConfigError } from "../zero-agent/config/error.ts";
import { ImageError, noRoom, UsageError } from "./image-error.ts";

export interface Explanation {
  readonly exitCode: number;
  readonly text: string;
}

const FAILED = 1;
const USAGE = 2;

/** `command`: whose options are shown where nothing else is to be done; null where there is none. */
export function explainedError(error: unknown, command: string | null): Explanation {
  const help = `\`npm run images -- ${command === null ? "" : `${command} `}--help\` shows what there is`;
  if (systemCode(error).startsWith("ERR_PARSE_ARGS")) {
    // It goes on about what nobody meant.
    const [what = ""] = messageOf(error).split(". ");
    return explanation(USAGE, what.replace(/\.$/, ""), help);
  }
  if (error instanceof UsageError) return explanation(USAGE, error.message, error.todo || help);
  if (error instanceof ImageError) return explanation(FAILED, error.message, error.todo);
  if (error instanceof AgentConfigError) return explanation(USAGE, error.message, "");
  if (systemCode(error) === "ENOSPC") return explainedError(noRoom(messageOf(error)), command);
  // Those of the controller's readers, and of the system.
  const { todo = "" } = error as { readonly todo?: string };
  return explanation(explain(error).exitCode, messageOf(error), todo);
}

function explanation(exitCode: number, what: string, todo: string): Explanation {
  return { exitCode, text: `images: ${what}\n${todo === "" ? "" : `${todo}\n`}` };
}

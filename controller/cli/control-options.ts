// The options of commands that speak with a running controller.

import { type Command, Option } from "commander";
import { duration } from "./option.ts";

const DEFAULT_SOCKET = "/run/zerorig/control.sock";

export function controlOptions(command: Command): Command {
  return socketOptions(command).option("--json", "print JSON", false);
}

/** Those of a command that prints nothing a program could read. */
export function socketOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--socket <path>", "the controller's control socket")
        .env("ZERORIG_CONTROL_SOCKET")
        .default(DEFAULT_SOCKET),
    )
    .addOption(
      new Option("--timeout <time>", "how long an answer may take")
        .argParser(duration)
        .default(5000, "5s"),
    );
}

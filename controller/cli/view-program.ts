// The commands that show the running controller as it goes, and their options.

import { type Command, Option } from "commander";
import { LOG_LINES_MAX } from "../shell/control-limits.ts";
import { LOG_LEVELS } from "../shell/log-line.ts";
import { controlOptions, socketOptions } from "./control-options.ts";
import type { LogsOptions } from "./logs-command.ts";
import { oneSlot, wholeNumber } from "./option.ts";
import type { Outcome } from "./outcome.ts";
import type { TopOptions } from "./top/top-command.ts";

/** Adds logs and top. */
export function addViewCommands(program: Command, outcome: Outcome): void {
  addLogs(program);
  addTop(program, outcome);
}

function addLogs(program: Command): void {
  controlOptions(program.command("logs").description("show the controller's log"))
    .option("-f, --follow", "go on with each line that comes", false)
    .option("-n, --lines <n>", "the newest so many", wholeNumber(0, LOG_LINES_MAX), 20)
    .addOption(
      new Option("--level <level>", "this level or worse").choices(LOG_LEVELS).default(null, "all"),
    )
    .addOption(
      new Option("--slot <slot>", "only what is about this slot")
        .argParser(oneSlot)
        .default(null, "all"),
    )
    .action(async (options: LogsOptions) => {
      const { printLogs } = await import("./logs-command.ts");
      await printLogs(options);
    });
}

function addTop(program: Command, outcome: Outcome): void {
  socketOptions(
    program
      .command("top")
      .description("watch the rig on the whole screen, and switch slots by keys; ? shows them"),
  )
    .option("--readonly", "no key switches anything", false)
    .action(async (options: TopOptions) => {
      const { runTop } = await import("./top/top-command.ts");
      outcome.exitCode = await runTop(options);
    });
}

// `zerorig schedule`: its words and options.

import type { Command } from "commander";
import { REASON_CHARS_MAX, SCHEDULE_DAYS_MAX } from "../shell/control-limits.ts";
import { controlOptions } from "./control-options.ts";
import { oneLine, wholeNumber } from "./option.ts";
import type { ScheduleOptions, SetOptions } from "./schedule-command.ts";

export function addSchedule(program: Command): void {
  const schedule = controlOptions(
    program
      .command("schedule")
      .description("show the ceilings of the coming days, and what sets them"),
  )
    .helpCommand(false)
    .option("--days <n>", "how many days", wholeNumber(1, SCHEDULE_DAYS_MAX), 7)
    .action(async (options: ScheduleOptions) => {
      const { printSchedule } = await import("./schedule-command.ts");
      await printSchedule(options);
    });
  controlOptions(
    schedule
      .command("set")
      .description("go by other windows than the configuration's, at once and over restarts"),
  )
    .argument("[file]", "a TOML file of [schedule.NAME] tables")
    .option("--reset", "go back to the configuration's", false)
    .option("--reason <text>", "why, for the log", oneLine(REASON_CHARS_MAX))
    .action(async (file: string | undefined, _: unknown, command: Command) => {
      const { setWindows } = await import("./schedule-command.ts");
      // An option that both commands know is taken by the first.
      await setWindows(file, command.optsWithGlobals<SetOptions>());
    });
}

// The commands that look back, and their options: statistics and history.

import { type Command, InvalidArgumentError, Option } from "commander";
import { EVENT_KINDS, type EventKind } from "../stats/event-kind.ts";
import { controlOptions } from "./control-options.ts";
import type { HistoryOptions } from "./history-command.ts";
import { agoOrTime, oneSlot, slotNames, span, wholeNumber } from "./option.ts";
import type { ExportOptions, StatsOptions } from "./stats-command.ts";

const HOUR_MS = 3_600_000;
const EVENTS_MAX = 100_000;

/** Adds `stats` and `history`. */
export function addPastCommands(program: Command, defaultConfig: string): void {
  // Named where no controller answers: then its files are read.
  const pastOptions = (command: Command) =>
    controlOptions(command).option(
      "--config <file>",
      "names the files to read where no controller answers",
      defaultConfig,
    );
  addStats(program, pastOptions);
  addHistory(program, pastOptions);
}

type WithOptions = (command: Command) => Command;

function addStats(program: Command, pastOptions: WithOptions): void {
  const stats = pastOptions(
    program
      .command("stats")
      .description("show averages of the rig and its workers")
      .helpCommand(false),
  )
    .argument("[slots...]", "p1 p3, p1-p3, or all (the default, with the rig)")
    .addOption(
      new Option("--range <range>", "what the second table and the bars are of")
        .choices(["1h", "24h", "30d", "all"])
        .default("24h"),
    )
    .action(async (words: string[], options: StatsOptions) => {
      const { printStats } = await import("./stats-command.ts");
      await printStats(words.length === 0 ? "all" : slotNames(words), options);
    });
  pastOptions(stats.command("export").description("write what is kept, step by step, to stdout"))
    .argument("[slots...]", "p1 p3, p1-p3, or all (the default, with the rig)")
    .addOption(
      new Option("--format <format>", "csv or json").choices(["csv", "json"]).default("csv"),
    )
    .addOption(timeOption("--from <time>", "from this time on", "the first sample"))
    .addOption(timeOption("--to <time>", "before this time", "now"))
    .addOption(
      new Option("--step <time>", "how much time a row is of")
        .argParser(wholeStep)
        .default(HOUR_MS, "1h"),
    )
    .action(async (words: string[], _: unknown, command: Command) => {
      // What both know, such as --socket, the outer command takes.
      const options: ExportOptions = command.optsWithGlobals();
      const { exportStats } = await import("./stats-command.ts");
      await exportStats(words.length === 0 ? "all" : slotNames(words), options);
    });
}

function addHistory(program: Command, pastOptions: WithOptions): void {
  pastOptions(program.command("history").description("show what happened to the rig"))
    .option("-n, --lines <n>", "the newest so many", wholeNumber(1, EVENTS_MAX), 50)
    .addOption(
      new Option("--slot <slot>", "only what is about this slot")
        .argParser(oneSlot)
        .default(null, "all"),
    )
    .addOption(timeOption("--since <time>", "from this time on", "ever"))
    .addOption(timeOption("--until <time>", "before this time", "now"))
    .addOption(
      new Option("--kind <kinds>", `with commas between: ${EVENT_KINDS.join(", ")}`)
        .argParser(kinds)
        .default(null, "all but other"),
    )
    .action(async (options: HistoryOptions) => {
      const { printHistory } = await import("./history-command.ts");
      await printHistory(options);
    });
}

function timeOption(flags: string, does: string, fallback: string): Option {
  const help = `${does}: 2h for so long ago, or 2026-03-01T12:00`;
  return new Option(flags, help)
    .argParser((text: string) => agoOrTime(text, Date.now()))
    .default(null, fallback);
}

/** Samples are of whole seconds. */
function wholeStep(text: string): number {
  const step = span(text);
  if (step % 1000 === 0) return step;
  throw new InvalidArgumentError("Expected whole seconds, such as 1s, 5m or 1h.");
}

function kinds(text: string): readonly EventKind[] {
  const words = text.split(",").map((word) => word.trim());
  const found = EVENT_KINDS.filter((kind) => words.includes(kind));
  if (found.length === new Set(words).size) return found;
  throw new InvalidArgumentError(
    `Expected some of ${EVENT_KINDS.join(", ")}, with commas between.`,
  );
}

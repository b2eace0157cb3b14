// The commands that need no controller and tell of this installation, and their options.

import { Argument, type Command, Option } from "commander";
import { SHELLS, type Shell } from "./completion/shells.ts";
import type { DoctorOptions } from "./doctor/doctor-command.ts";
import type { InfoOptions } from "./info-command.ts";
import { wholeNumber } from "./option.ts";
import type { Outcome } from "./outcome.ts";

type ConfigOptions = (command: Command) => Command;

/** Adds doctor, info and completion. `configOptions` adds those that name the configuration. */
export function addHelpCommands(
  program: Command,
  outcome: Outcome,
  configOptions: ConfigOptions,
): void {
  addDoctor(program, outcome, configOptions);
  addInfo(program, configOptions);
  addCompletion(program);
}

function addInfo(program: Command, configOptions: ConfigOptions): void {
  configOptions(
    program.command("info").description("show versions, and where files, folders and sockets are"),
  )
    .option("--json", "print JSON", false)
    .action(async (options: InfoOptions) => {
      const { printInfo } = await import("./info-command.ts");
      await printInfo(options);
    });
}

const INSTALL_HELP = `
bash: zerorig completion bash > ~/.local/share/bash-completion/completions/zerorig
zsh:  zerorig completion zsh > DIR/_zerorig, where DIR is a folder of $fpath
fish: zerorig completion fish > ~/.config/fish/completions/zerorig.fish
`;

function addCompletion(program: Command): void {
  program
    .command("completion")
    .description("print the script that makes a shell complete the words of this program")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .option("--slots <n>", "how many slot names to offer", wholeNumber(1, 99), 4)
    .addHelpText("after", INSTALL_HELP)
    .action(async (shell: Shell, { slots }: { readonly slots: number }) => {
      const { printCompletion } = await import("./completion/completion-command.ts");
      printCompletion(program, shell, slots);
    });
}

function addDoctor(program: Command, outcome: Outcome, configOptions: ConfigOptions): void {
  configOptions(
    program
      .command("doctor")
      .description("look at all that a rig stands on, and say what to do; switches nothing"),
  )
    .addOption(
      new Option("--socket <path>", "the controller's control socket")
        .env("ZERORIG_CONTROL_SOCKET")
        .default(null, "that of the configuration"),
    )
    .addOption(new Option("--root <folder>", "another machine's files").default("/").hideHelp())
    .option("--json", "print JSON, for a bug report", false)
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import("./doctor/doctor-command.ts");
      outcome.exitCode = await runDoctor(options);
    });
}

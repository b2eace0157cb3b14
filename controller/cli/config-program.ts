// `zerorig config`: its words and options.

import type { Command } from "commander";
import type { CheckOptions, PrintOptions } from "./config-command.ts";

/** `configOptions` adds --config and --set. */
export function addConfig(
  program: Command,
  outcome: { exitCode: number },
  configOptions: (command: Command) => Command,
): void {
  const config = program
    .command("config")
    .description("look at configuration files")
    .helpCommand(false);
  configOptions(
    config.command("check").description("say whether a configuration is right, and if not, where"),
  )
    .argument("[file]", "the configuration, as with --config")
    .option("--json", "print JSON, also of what is wrong", false)
    .action(async (file: string | undefined, options: CheckOptions) => {
      const { checkConfig } = await import("./config-command.ts");
      outcome.exitCode = await checkConfig(file ?? options.config, options);
    });
  configOptions(
    config
      .command("print")
      .description(
        "show what is set, and where: by flag, by environment, or in which line of the file",
      ),
  )
    .argument("[file]", "the configuration, as with --config")
    .option("--effective", "every key, those too that have their default", false)
    .option("--json", "print JSON", false)
    .action(async (file: string | undefined, options: PrintOptions) => {
      const { printConfig } = await import("./config-command.ts");
      await printConfig(file ?? options.config, options);
    });
  config
    .command("example")
    .description("print a documented configuration to start from")
    .action(async () => {
      const { printExample } = await import("./config-command.ts");
      printExample();
    });
}

// The commands and options of `zerorig`. Bodies live in files of their own and load only when their command runs.

import { Command, Option } from "commander";
import { FAULT_KINDS } from "../../hat/virtual/fault.ts";
import { addControlCommands } from "./control-program.ts";
import { parseFault } from "./demo/fault.ts";
import { type DemoFlags, demoOptions, parsePace, parseUser } from "./demo/options.ts";
import { EXIT } from "./exit-codes.ts";
import { duration, durationRange, hostPort, moment, oneSlot, wholeNumber } from "./option.ts";
import type { PoolOptions } from "./pool-command.ts";
import type { ReplayOptions } from "./replay/replay-command.ts";
import type { RunOptions } from "./run-command.ts";

const DEFAULT_CONFIG = "/etc/zerorig/controller.toml";
const SEED_MAX = 2 ** 31 - 1;

const EXIT_HELP = `
Exit codes:
  0  done                       5  timeout, or nobody answered
  1  failed                     6  refused by a safety rule
  2  usage or configuration     7  partly done
  3  no HAT, or no such Zero    8  address in use
  4  permission               130  interrupted
`;

/** Parses the arguments, runs the command, and resolves with the exit code. Rejects with whatever went wrong. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const outcome: Outcome = { exitCode: EXIT.done };
  await buildProgram(outcome).parseAsync(args, { from: "user" });
  return outcome.exitCode;
}

interface Outcome {
  exitCode: number;
}

function buildProgram(outcome: Outcome): Command {
  const program = new Command("zerorig")
    .description("Runs a ClusterHAT of Raspberry Pi Zeros as one dependable mining machine.")
    .version(ZERORIG_VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .exitOverride()
    // One place words every error: explain.ts.
    .configureOutput({ outputError: () => {} })
    .addHelpText("after", EXIT_HELP);
  addRun(program);
  addDemo(program, outcome);
  addPool(program);
  addConfig(program);
  addControlCommands(program);
  addReplay(program, outcome);
  return program;
}

function addRun(program: Command): void {
  program
    .command("run")
    .description("run the controller of a real rig")
    .option("--config <file>", "the configuration", DEFAULT_CONFIG)
    .addOption(setOption())
    .addOption(new Option("--tie-to-stdin", "stop when stdin closes").default(false).hideHelp())
    .action(async (options: RunOptions) => {
      const { run } = await import("./run-command.ts");
      await run(options);
    });
}

function addDemo(program: Command, outcome: Outcome): void {
  program
    .command("demo")
    .description("run a whole rig in software: virtual Zeros, a practice pool, the real controller")
    .option("--zeros <n>", "how many Zeros, 1 to 32", wholeNumber(1, 32), 4)
    .option("--for <time>", "stop after this time, such as 60s (default: until Ctrl-C)", duration)
    .option("--json", "one JSON line per event, the summary as the last line")
    .addOption(
      new Option(
        "--fault <fault>",
        "make something go wrong: [SLOT=]KIND[@TIME][+DURATION], such as p3=hang@20s; repeatable. " +
          `Kinds: ${FAULT_KINDS.join(", ")}`,
      )
        .argParser((text: string, before: DemoFlags["fault"]) => [...before, parseFault(text)])
        .default([], "none"),
    )
    .option("--pool <host:port>", "mine at this Duino-Coin pool instead; needs --user", hostPort)
    .option("--user <name>", "the user to mine for", parseUser)
    .option("--seed <n>", "repeat the boot times and jobs of a run", wholeNumber(0, SEED_MAX))
    .option("--pace <pace>", "zero (a Pi Zero's), full, or hashes per second", parsePace, "zero")
    .addOption(
      new Option("--boot <range>", "how long a Zero takes to boot")
        .argParser(durationRange)
        .default({ minMs: 2000, maxMs: 5000 }, "2s-5s"),
    )
    .option("--keep", "keep the temporary files and logs")
    .action(async (flags: DemoFlags) => {
      const options = demoOptions(flags, randomSeed);
      const { runDemo } = await import("./demo/demo.ts");
      outcome.exitCode = await runDemo(options);
    });
}

function addPool(program: Command): void {
  program
    .command("pool")
    .description("run the practice pool alone, for any Duino-Coin miner")
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option("--port <n>", "the port to listen on; 0 takes any", wholeNumber(0, 65_535), 2811)
    .addOption(
      new Option("--share-time <time>", "how long a share should take")
        .argParser(duration)
        .default(10_000, "10s"),
    )
    .option("--difficulty <n>", "where miners start", wholeNumber(1, 999_999))
    .option("--seed <n>", "repeat the jobs of a run", wholeNumber(0, SEED_MAX))
    .option("--json", "one JSON line per share", false)
    .action(async (flags: Omit<PoolOptions, "seed"> & { readonly seed?: number }) => {
      const { runPool } = await import("./pool-command.ts");
      await runPool({ ...flags, seed: flags.seed ?? randomSeed() });
    });
}

function addConfig(program: Command): void {
  const config = program
    .command("config")
    .description("look at configuration files")
    .helpCommand(false);
  config
    .command("check")
    .description("say whether a configuration is right, and if not, where")
    .argument("[file]", "the configuration, as with --config")
    .option("--config <file>", "the configuration", DEFAULT_CONFIG)
    .addOption(setOption())
    .action(
      async (
        file: string | undefined,
        options: { readonly config: string; readonly set: readonly string[] },
      ) => {
        const { checkConfig } = await import("./config-command.ts");
        await checkConfig(file ?? options.config, options.set);
      },
    );
  config
    .command("example")
    .description("print a documented configuration to start from")
    .action(async () => {
      const { printExample } = await import("./config-command.ts");
      printExample();
    });
}

function addReplay(program: Command, outcome: Outcome): void {
  program
    .command("replay")
    .description("make recorded decisions again, and show where they come out otherwise")
    .argument("<file>", "a recording, or the folder that holds them: then its newest run")
    .option("--json", "one JSON line per step, the summary as the last line", false)
    .option("--all", "every event and every effect", false)
    .addOption(
      new Option(
        "--at <time>",
        "10 s around this time since the start (1m30s) or of the clock (ISO)",
      )
        .argParser(moment)
        .default(null, "all"),
    )
    .addOption(
      new Option("--slot <slot>", "only what is about this slot")
        .argParser(oneSlot)
        .default(null, "all"),
    )
    .action(async (file: string, options: ReplayOptions) => {
      const { printReplay } = await import("./replay/replay-command.ts");
      outcome.exitCode = printReplay(file, options);
    });
}

function setOption(): Option {
  return new Option(
    "--set <section.key=value>",
    "override one key of the configuration; repeatable",
  )
    .argParser((text: string, before: readonly string[]) => [...before, text])
    .default([], "none");
}

function randomSeed(): number {
  return Math.floor(Math.random() * SEED_MAX);
}

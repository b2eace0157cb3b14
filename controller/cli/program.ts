// The commands and options of `zerorig`. Bodies live in files of their own and load only when their command runs.

import { Command, Option } from "commander";
import { tellMissingArguments } from "../../hat/ctl/missing-argument.ts";
import { FAULT_KINDS } from "../../hat/virtual/fault.ts";
import { addAgents } from "./agents-program.ts";
import type { AlertOptions } from "./alert-command.ts";
import { addConfig } from "./config-program.ts";
import { addControlCommands } from "./control-program.ts";
import { parseFault } from "./demo/fault.ts";
import { type DemoFlags, demoOptions, parsePace, parseUser } from "./demo/options.ts";
import { CliError } from "./error.ts";
import { EXIT } from "./exit-codes.ts";
import { addHelpCommands } from "./help-program.ts";
import { addJobs } from "./jobs-program.ts";
import { addDiscover, addKeys } from "./keys-program.ts";
import {
  difficulty,
  duration,
  durationRange,
  hostPort,
  moment,
  odds,
  oneLine,
  oneSlot,
  poolWords,
  stratumUrl,
  wholeNumber,
} from "./option.ts";
import type { Outcome } from "./outcome.ts";
import { addPastCommands } from "./past-program.ts";
import type { PoolOptions } from "./pool-command.ts";
import type { TraceOptions } from "./pool-trace-command.ts";
import type { ReplayOptions } from "./replay/replay-command.ts";
import type { RunOptions } from "./run-command.ts";
import { addSetup } from "./setup/setup-program.ts";
import type { StratumPoolOptions } from "./stratum-pool-command.ts";
import type { ProxyOptions } from "./stratum-proxy-command.ts";
import { addViewCommands } from "./view-program.ts";
import { parseWeather, WEATHER_WORDS } from "./weather-option.ts";

const DEFAULT_CONFIG = "/etc/zerorig/controller.toml";
const SEED_MAX = 2 ** 31 - 1;
const USER_CHARS_MAX = 128;
const UPSTREAM_EXAMPLE =
  "For instance: --stratum sha256d --upstream stratum+tcp://pool.example:3333 --user address.rig";

const STATE_EXAMPLE = "For instance: --stratum sha256d --state-dir ./pool";

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

/** The whole program; a command that ends in its own way tells it to `outcome`. */
export function buildProgram(outcome: Outcome): Command {
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
  addPoolTrace(program);
  addConfig(program, outcome, configOptions);
  addSetup(program);
  addControlCommands(program);
  addAgents(program, outcome);
  addJobs(program, outcome);
  addKeys(program);
  addDiscover(program);
  addViewCommands(program, outcome);
  addPastCommands(program, DEFAULT_CONFIG);
  addReplay(program, outcome);
  addAlert(program, outcome);
  addHelpCommands(program, outcome, configOptions);
  tellMissingArguments(program);
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

type PoolFlags = Omit<PoolOptions, "seed"> & { readonly seed?: number } & Partial<
    Pick<StratumPoolOptions, "stratum">
  > &
  Pick<StratumPoolOptions, "shareDifficulty" | "shareTime" | "stateDir"> &
  Partial<Pick<ProxyOptions, "upstream" | "user">>;

/** What a Stratum pool has no use for: said, rather than passed over. */
const DUINO_ALONE = [
  ...["difficulty", "seed", "workers", "weather", "wrong", "wrongReason"],
  ...["motd", "bareBanner", "rest"],
];

function addPool(program: Command): void {
  const pool = program
    .command("pool")
    .description(
      "run the practice pool alone, for any Duino-Coin miner, or with --stratum for others",
    )
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option("--port <n>", "the port to listen on; 0 takes any", wholeNumber(0, 65_535), 2811)
    .addOption(
      new Option("--share-time <time>", "how long a share should take")
        .argParser(duration)
        .default(10_000, "10s"),
    )
    .option("--difficulty <n>", "where miners start", wholeNumber(1, 999_999))
    .option("--seed <n>", "repeat the jobs of a run", wholeNumber(0, SEED_MAX))
    .option(
      "--workers <n>",
      "how many of one account, or address, are paid",
      wholeNumber(1, 256),
      50,
    )
    .option(
      "--weather <list>",
      `what goes wrong on the way: ${WEATHER_WORDS.join(", ")}`,
      parseWeather,
    )
    .option("--wrong <odds>", "how often a right share is rejected", odds)
    .option("--wrong-reason <text>", 'why, such as "User banned"', poolWords, "Incorrect result")
    .option("--motd <text>", "what it tells miners that ask; \\n stands for a line end")
    .option("--bare-banner", "greet without a line end, as some nodes do", false)
    .option("--rest <n>", "answer like the coin's API on this port", wholeNumber(0, 65_535))
    .option("--json", "one JSON line per share", false);
  stratumOptions(pool);
}

function stratumOptions(pool: Command): void {
  pool
    .addOption(
      new Option("--stratum <algorithm>", "a Stratum pool instead")
        .choices(["sha256d", "scrypt"])
        .conflicts(DUINO_ALONE),
    )
    .option(
      "--share-difficulty <n>",
      "of that, for all shares, may be far below 1; else each miner's varies",
      difficulty,
    )
    .option("--upstream <url>", "hand shares on to this Stratum pool", stratumUrl)
    .option("--user <name>", "as whom, at the upstream", oneLine(USER_CHARS_MAX))
    .option("--state-dir <dir>", "with --stratum: keep what each worker came to, here")
    .action(async (flags: PoolFlags) => {
      const { stratum, upstream, user, stateDir } = flags;
      if (stateDir !== undefined && stratum === undefined) {
        throw new CliError("usage", "--state-dir needs --stratum", STATE_EXAMPLE);
      }
      if (upstream !== undefined && (stratum === undefined || user === undefined)) {
        throw new CliError("usage", "--upstream needs --stratum and --user", UPSTREAM_EXAMPLE);
      }
      if (stratum !== undefined && upstream !== undefined && user !== undefined) {
        const { runStratumProxy } = await import("./stratum-proxy-command.ts");
        await runStratumProxy({ ...flags, stratum, upstream, user });
        return;
      }
      if (stratum !== undefined) {
        const { runStratumPool } = await import("./stratum-pool-command.ts");
        await runStratumPool({ ...flags, stratum });
        return;
      }
      const { runPool } = await import("./pool-command.ts");
      await runPool({ ...flags, seed: flags.seed ?? randomSeed() });
    });
}

function addPoolTrace(program: Command): void {
  program
    .command("pool-trace")
    .description("show a recorded pool session, segment by segment ([pool] trace_file)")
    .argument("<file>", "the recording")
    .option("--seat <seat>", "only this seat's, such as p1 or p1.2")
    .option("--json", "one JSON line per segment", false)
    .action(async (file: string, options: TraceOptions) => {
      const { printTrace } = await import("./pool-trace-command.ts");
      printTrace(file, options);
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

function addAlert(program: Command, outcome: Outcome): void {
  const alert = program
    .command("alert")
    .description("alerts: who is told when something is wrong")
    .helpCommand(false);
  configOptions(alert.command("test").description("tell each receiver something harmless"))
    .option("--json", "print JSON", false)
    .action(async (options: AlertOptions) => {
      const { testAlerts } = await import("./alert-command.ts");
      outcome.exitCode = await testAlerts(options);
    });
}

function configOptions(command: Command): Command {
  return command
    .option("--config <file>", "the configuration", DEFAULT_CONFIG)
    .addOption(setOption());
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

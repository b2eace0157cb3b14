// `hatctl virtual`: runs a virtual ClusterHAT in the foreground.

import { resolve } from "node:path";
import type { Command } from "commander";
import { isExpanderRevision } from "../expander.ts";
import { type RunningVirtualHat, runVirtualHat, type VirtualRunOptions } from "../virtual/run.ts";
import { describeError, EXIT, UsageError } from "./exit.ts";

interface VirtualFlags {
  readonly socket: string;
  readonly slots: string;
  readonly revision: string;
  readonly chip: string;
  readonly seed: string;
  readonly bootMs: string;
  readonly link: string;
  readonly cards?: string;
  readonly dir?: string;
  readonly tieToStdin?: boolean;
}

const SLOT_LIMIT = 32;
/** The greatest that a card's image can be given. */
const CARD_MAX = 252;

export function addVirtualCommand(program: Command): void {
  program
    .command("virtual")
    .description("run a virtual ClusterHAT; COMMAND is the software of each of its Zeros")
    .argument("[command...]", "after --; {slot} in an argument becomes the slot's name")
    .requiredOption("--socket <path>", "where drivers connect: --board virtual:PATH")
    .option("--slots <n>", "1 to 32, four to a board", "4")
    .option("--revision <x.y>", "2.0 to 2.6, 3.0, 3.1", "2.3")
    .option("--chip <model>", "XRA1200P or PCA9554", "XRA1200P")
    .option("--seed <seed>", "of all randomness", "1")
    .option("--boot-ms <min-max>", "how long a Zero boots", "2000-5000")
    .option("--link <host:port>", "where the controller listens for agents", "127.0.0.1:8686")
    .option("--cards <numbers>", "whose card sits in which slot, such as 2,1,3,4")
    .option("--dir <dir>", "logs and fake system files of the Zeros (default: PATH.zeros)")
    .option("--tie-to-stdin", "stop when stdin ends")
    .action((command: string[], flags: VirtualFlags) => runVirtual(flags, command));
}

/** Turns flags into options. Throws a UsageError that names the flag and what it takes. */
function virtualOptions(
  flags: VirtualFlags,
  command: readonly string[],
  log: VirtualRunOptions["log"],
): VirtualRunOptions {
  const slotCount = Number(flags.slots);
  if (!Number.isInteger(slotCount) || slotCount < 1 || slotCount > SLOT_LIMIT) {
    throw new UsageError(`--slots takes 1 to ${SLOT_LIMIT}, not "${flags.slots}"`);
  }
  const revision = `v${flags.revision.replace(/^v/, "")}`;
  if (!isExpanderRevision(revision)) {
    throw new UsageError(`--revision takes 2.0 to 2.6, 3.0 or 3.1, not "${flags.revision}"`);
  }
  if (flags.chip !== "XRA1200P" && flags.chip !== "PCA9554") {
    throw new UsageError(`--chip takes XRA1200P or PCA9554, not "${flags.chip}"`);
  }
  const boot = /^(\d+)(?:-(\d+))?$/.exec(flags.bootMs);
  const min = Number(boot?.[1]);
  const max = Number(boot?.[2] ?? boot?.[1]);
  if (boot === null || max < min) {
    throw new UsageError(`--boot-ms takes MIN-MAX, such as 2000-5000, not "${flags.bootMs}"`);
  }
  const link = /^(.+):(\d{1,5})$/.exec(flags.link);
  const port = Number(link?.[2]);
  if (link?.[1] === undefined || port < 1 || port > 65_535) {
    throw new UsageError(`--link takes HOST:PORT, such as 127.0.0.1:8686, not "${flags.link}"`);
  }
  const cards = flags.cards?.split(",").map(Number);
  if (cards?.every((card) => Number.isInteger(card) && card >= 1 && card <= CARD_MAX) === false) {
    throw new UsageError(
      `--cards takes numbers from 1 to ${CARD_MAX}, such as 2,1, not "${flags.cards}"`,
    );
  }
  const socketPath = resolve(flags.socket);
  return {
    socketPath,
    slotCount,
    revision,
    model: flags.chip,
    seed: flags.seed,
    bootMs: { min, max },
    link: { host: link[1], port },
    ...(cards === undefined ? {} : { cards }),
    directory: resolve(flags.dir ?? `${socketPath}.zeros`),
    command,
    log,
  };
}

/** Runs until SIGTERM, SIGINT, SIGHUP, a client's `stop`, or (tied) the end of stdin. Prints the ready line on stdout. */
async function runVirtual(flags: VirtualFlags, command: readonly string[]): Promise<void> {
  const options = virtualOptions(flags, command, (ev, detail) => {
    process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), ev, ...detail })}\n`);
  });
  // A log that nobody reads any more must not take the Zeros down.
  process.stderr.on("error", () => {});
  process.stdout.on("error", () => {});
  const running: { hat: RunningVirtualHat | null } = { hat: null };
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => die(error, running.hat));
  }
  const hat = await runVirtualHat(options);
  running.hat = hat;
  const ended = new Promise<string>((end) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
      process.on(signal, () => end(signal));
    }
    if (flags.tieToStdin === true) {
      for (const event of ["end", "close", "error"]) process.stdin.on(event, () => end("stdin"));
      process.stdin.resume();
    }
    void hat.stopAsked.then(() => end("stop"));
  });
  options.log("ready", { socket: options.socketPath, slots: options.slotCount, seed: flags.seed });
  process.stdout.write(
    `${JSON.stringify({ ready: true, socket: options.socketPath, pid: process.pid })}\n`,
  );
  options.log("stopping", { why: await ended });
  await hat.stop();
  // An open stdin would keep the process.
  process.stdin.destroy();
}

/** The end of a bug: the Zeros must not outlive their board. The next board at this socket clears the rest up. */
function die(error: unknown, hat: RunningVirtualHat | null): void {
  void hat?.stop().catch(() => {});
  process.stderr.write(`hatctl: internal error: ${describeError(error)}\n`);
  process.exit(EXIT.failed);
}

// `hatctl virtual`: runs a virtual ClusterHAT in the foreground.

import { resolve } from "node:path";
import { isExpanderRevision } from "../expander.ts";
import { type RunningVirtualHat, runVirtualHat, type VirtualRunOptions } from "../virtual/run.ts";
import { describeError, EXIT, UsageError } from "./exit.ts";

export interface VirtualFlags {
  readonly socket: string;
  readonly slots: string;
  readonly revision: string;
  readonly chip: string;
  readonly seed: string;
  readonly bootMs: string;
  readonly link: string;
  readonly dir?: string;
  readonly tieToStdin?: boolean;
}

const SLOT_LIMIT = 32;

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
  const socketPath = resolve(flags.socket);
  return {
    socketPath,
    slotCount,
    revision,
    model: flags.chip,
    seed: flags.seed,
    bootMs: { min, max },
    link: { host: link[1], port },
    directory: resolve(flags.dir ?? `${socketPath}.zeros`),
    command,
    log,
  };
}

/** Runs until SIGTERM, SIGINT, SIGHUP, a client's `stop`, or (tied) the end of stdin. Prints the ready line on stdout. */
export async function runVirtual(flags: VirtualFlags, command: readonly string[]): Promise<void> {
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

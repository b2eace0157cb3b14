// The program zero-agent: reads its settings, picks a kernel, and hashes for the controller until told to stop.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { realpathSync } from "node:fs";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { DEFAULT_FILE, loadSettings, type Settings } from "./config/config.ts";
import { ConfigError } from "./config/error.ts";
import { readKey } from "./config/key-file.ts";
import { KERNELS, kernelByName, kernelsFor } from "./kernels/all.ts";
import { type Choice, chooseKernel } from "./kernels/choose.ts";
import { PROTOCOL } from "./protocol/messages.ts";
import { nowMs } from "./shell/clock.ts";
import { EXIT, EXIT_CODES } from "./shell/exit-codes.ts";
import { type HashWorkerData, runHashWorker } from "./shell/hash-worker.ts";
import { createLog, type Logger } from "./shell/log.ts";
import { type Ending, Runtime, type RuntimeOptions } from "./shell/runtime.ts";
import { readBootId, readMachine } from "./shell/sensors.ts";
import { VERSION } from "./version.ts";

const USAGE = `zero-agent ${VERSION}: hashes for a zerorig controller.

Usage: zero-agent [--config FILE]

  --config FILE   settings in TOML (default ${DEFAULT_FILE})
  --help          show this
  --version       show the version

Settings: slot, controller, key_file, workers, max_hashrate_hs, kernel, sysroot, log_level.
Each has an environment variable that overrides the file: ZERO_AGENT_SLOT and so on.

Exit codes: 0 stopped as asked; 1 failed, or asked to start anew; 2 wrong usage or settings;
4 the controller refused the key; 64 and 65 poweroff and reboot asked (only with a sysroot of its own).
`;

/** A chunk is about this long for one worker: short enough to share out evenly, long enough to be little talk. */
const CHUNK_MS = 1000;
const CHUNK_MIN_HASHES = 1000;

function say(line: string): void {
  process.stderr.write(`zero-agent: ${line}\n`);
}

/** The kernel to work with. Null, and said, when the one that is asked for is not there, or none can be trusted. */
function pickKernel(choice: Settings["kernel"], log: Logger): Choice["best"] {
  const tiers = kernelsFor(choice);
  if (tiers.length === 0) {
    const names = KERNELS.flat().map(({ name }) => name);
    say(
      `the kernel ${choice} does not run on this machine; write auto, or one of ${names.join(", ")}`,
    );
    return null;
  }
  const { best, failed } = chooseKernel(tiers, nowMs);
  for (const { name, why } of failed) log.error({ ev: "kernel.failed", kernel: name, why });
  if (best === null) say("no hash kernel gives the known answers");
  return best;
}

/** What the machine is and can, for the runtime. Null, and said, when there is no kernel. */
function prepare(settings: Settings, key: Buffer, log: Logger): RuntimeOptions | null {
  const best = pickKernel(settings.kernel, log);
  if (best === null) return null;

  const { slot, sysroot, workers, max_hashrate_hs: maxHashrateHs } = settings;
  const { hashrateHs } = best;
  const kernel = best.kernel.name;
  const perWorkerHs = Math.min(
    hashrateHs,
    maxHashrateHs === 0 ? hashrateHs : maxHashrateHs / workers,
  );
  const totalHs = Math.round(perWorkerHs * workers);
  log.info({ ev: "kernel.chosen", kernel, measuredHs: Math.round(hashrateHs), workers, totalHs });

  const bootId = readBootId(sysroot);
  if (bootId === null) log.warn({ ev: "boot-id.missing", why: "made one up for this run" });
  const chunkHashes = Math.max(CHUNK_MIN_HASHES, Math.round((perWorkerHs * CHUNK_MS) / 1000));
  return {
    agent: {
      identity: {
        slot,
        key,
        hello: {
          type: "hello",
          agentVersion: VERSION,
          protocol: PROTOCOL,
          bootId: bootId ?? randomUUID(),
          ...readMachine(sysroot),
          kernels: [{ name: kernel, algorithm: "duco-s1", hashrateHs: totalHs }],
        },
      },
      workload: { workers, chunkHashes },
    },
    controller: settings.controller,
    sysroot,
    file: realpathSync(process.argv[1] ?? ""),
    worker: { role: "hash", kernel, hashrateHs, maxHashrateHs: maxHashrateHs / workers },
    log,
  };
}

/** Does what the ending asks for, and gives the exit code. */
function conclude(ending: Ending, sysroot: string, log: Logger): number {
  const { reason, why } = ending;
  const code: number = EXIT_CODES[reason];
  const isFault = reason === "failed" || reason === "key-refused";
  log[isFault ? "error" : "info"]({ ev: "agent.stopped", reason, why });
  if (isFault) say(why);
  if ((reason !== "poweroff" && reason !== "reboot") || sysroot !== "/") return code;
  try {
    execFileSync("systemctl", [reason], { stdio: "ignore" });
    return EXIT.done;
  } catch (error) {
    say(`systemctl ${reason}: ${(error as Error).message.split("\n")[0]}`);
    return EXIT.failed;
  }
}

async function runAgent(configFile: string | null): Promise<number> {
  const settings = loadSettings(configFile, process.env);
  const { key, isExposed } = readKey(settings.key_file);
  const log = createLog(settings.log_level, settings.slot);
  log.info({ ev: "agent.start", version: VERSION, controller: settings.controller });
  if (isExposed) {
    log.warn({ ev: "key.exposed", why: `others can read the key; chmod 600 ${settings.key_file}` });
  }
  const options = prepare(settings, key, log);
  if (options === null) return EXIT.failed;
  const runtime = new Runtime(options);
  process.once("SIGTERM", () => runtime.stop("SIGTERM"));
  process.once("SIGINT", () => runtime.stop("SIGINT"));
  return conclude(await runtime.run(), settings.sysroot, log);
}

async function main(args: string[]): Promise<number> {
  let values: { config?: string; help?: boolean; version?: boolean };
  try {
    const options = {
      config: { type: "string" },
      help: { type: "boolean" },
      version: { type: "boolean" },
    } as const;
    values = parseArgs({ args, options }).values;
  } catch (error) {
    const [why] = (error as Error).message.split(". ");
    say(`${why}; see --help`);
    return EXIT.usage;
  }
  if (values.help === true || values.version === true) {
    process.stdout.write(values.help === true ? USAGE : `${VERSION}\n`);
    return EXIT.done;
  }
  try {
    return await runAgent(values.config ?? null);
  } catch (error) {
    say((error as Error).message);
    return error instanceof ConfigError ? EXIT.usage : EXIT.failed;
  }
}

/** The end of a bug: one line, and the supervisor starts the agent anew. */
function dieOf(error: unknown): void {
  say(`internal error: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(EXIT.failed);
}

if (isMainThread) {
  process.on("uncaughtException", dieOf);
  process.on("unhandledRejection", dieOf);
  void main(process.argv.slice(2)).then((code) => process.exit(code));
} else if (parentPort !== null) {
  const data = workerData as HashWorkerData;
  const kernel = kernelByName(data.kernel);
  if (kernel === undefined) throw new Error(`no kernel named ${data.kernel}`);
  runHashWorker(kernel, parentPort, data);
}

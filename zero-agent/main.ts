// The program zero-agent: reads its settings, picks a kernel, and hashes for the controller until told to stop.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { benchCommand } from "./bench-command.ts";
import { DEFAULT_FILE, loadSettings, type Settings } from "./config/config.ts";
import { ConfigError } from "./config/error.ts";
import { readKey } from "./config/key-file.ts";
import { enrollCommand } from "./enroll-command.ts";
import { KERNELS, kernelByName, kernelsFor, NATIVE_PROBLEM } from "./kernels/all.ts";
import { buildNativeCommand } from "./native-command.ts";
import { PROTOCOL } from "./protocol/messages.ts";
import { runSerial } from "./serial-command.ts";
import { serviceNotice } from "./service/service-notice.ts";
import { type BenchWorkerData, runBenchWorker } from "./shell/bench-worker.ts";
import { EXIT, EXIT_CODES } from "./shell/exit-codes.ts";
import { type HashWorkerData, runHashWorker } from "./shell/hash-worker.ts";
import { type ChosenKernels, chooseKernels, workerHs } from "./shell/kernels.ts";
import { createLog, type Logger } from "./shell/log.ts";
import { type Ending, Runtime, type RuntimeOptions } from "./shell/runtime.ts";
import { readBootId, readMachine } from "./shell/sensors.ts";
import { KeyStore } from "./update/key-store.ts";
import { handOver, isUpdate } from "./update/launcher.ts";
import { sha256Of, UpdateStore } from "./update/update-store.ts";
import { Updater } from "./update/updater.ts";
import { VERSION } from "./version.ts";

const USAGE = `zero-agent ${VERSION}: hashes for a zerorig controller.

Usage: zero-agent [--config FILE]
       zero-agent --serial DEVICE
       zero-agent bench [--help]
       zero-agent build-native [--help]
       zero-agent enroll CODE [--help]

  --config FILE   settings in TOML (default ${DEFAULT_FILE})
  --serial DEVICE answer as an Arduino does on this serial line (/dev/ttyGS0), instead
  --help          show this
  --version       show the version

Settings: slot, controller, key_file, workers, max_hashrate_hs, kernel, algorithms, sysroot, log_level.
Each has an environment variable that overrides the file: ZERO_AGENT_SLOT and so on.

Exit codes: 0 stopped as asked; 1 failed, or asked to start anew; 2 wrong usage or settings;
4 the controller refused the key; 64 and 65 poweroff and reboot asked, for the service manager to do
(unless the agent is root and its sysroot is /: then it does so itself).
`;

function say(line: string): void {
  process.stderr.write(`zero-agent: ${line}\n`);
}

/** The kernels to work with. Null, and said, when the one that is asked for is not there, or none can be trusted. */
function pickKernels(settings: Settings, log: Logger): ChosenKernels | null {
  const { kernel: choice, algorithms, workers, max_hashrate_hs: maxHashrateHs } = settings;
  if (NATIVE_PROBLEM !== null) log.warn({ ev: "kernel.native-unusable", why: NATIVE_PROBLEM });
  if (kernelsFor(choice).length === 0) {
    const names = KERNELS.flat().map(({ name }) => name);
    const remedy = choice.startsWith("native") ? "run zero-agent build-native, or " : "";
    say(
      `the kernel ${choice} does not run on this machine; ${remedy}write auto, or one of ${names.join(", ")}`,
    );
    return null;
  }
  const chosen = chooseKernels(algorithms, choice, workers, maxHashrateHs, log);
  if (chosen === null) say("no hash kernel gives the known answers");
  return chosen;
}

/** What the machine is and can, for the runtime. Null, and said, when there is no kernel. */
function prepare(
  settings: Settings,
  key: Buffer,
  log: Logger,
): Omit<RuntimeOptions, "updater"> | null {
  const chosen = pickKernels(settings, log);
  if (chosen === null) return null;
  const { slot, sysroot, workers } = settings;
  const kernels = chosen.kernels.map((kernel) => ({
    name: kernel.name,
    algorithm: kernel.algorithm,
    hashrateHs: Math.round(workers * workerHs(kernel)),
  }));

  const bootId = readBootId(sysroot);
  if (bootId === null) log.warn({ ev: "boot-id.missing", why: "made one up for this run" });
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
          kernels,
        },
      },
      workload: { workers, chunkHashes: chosen.chunkHashes },
    },
    controller: settings.controller,
    sysroot,
    file: programFile(),
    worker: { role: "hash", kernels: chosen.kernels },
    log,
    notice: serviceNotice(process.env, (why) => log.warn({ ev: "service.notice-lost", why })),
  };
}

/** Does what the ending asks for, and gives the exit code. */
function conclude(ending: Ending, sysroot: string, log: Logger): number {
  const { reason, why } = ending;
  const code: number = EXIT_CODES[reason];
  const isFault = reason === "failed" || reason === "key-refused";
  log[isFault ? "error" : "info"]({ ev: "agent.stopped", reason, why });
  if (isFault) say(why);
  const isOurs = sysroot === "/" && process.getuid?.() === 0;
  if ((reason !== "poweroff" && reason !== "reboot") || !isOurs) return code;
  try {
    execFileSync("systemctl", [reason], { stdio: "ignore" });
    return EXIT.done;
  } catch (error) {
    say(`systemctl ${reason}: ${(error as Error).message.split("\n")[0]}`);
    return EXIT.failed;
  }
}

function programFile(): string {
  return realpathSync(process.argv[1] ?? "");
}

function runtimeOf(
  settings: Settings,
  installed: Buffer,
  log: Logger,
  settingsDir: string,
): Runtime | null {
  const { slot, sysroot } = settings;
  const store = new UpdateStore(sysroot);
  const keys = new KeyStore(slot, store.dir, installed, (key) => runtime.rekey(key));
  const options = prepare(settings, keys.key, log);
  if (options === null) return null;
  const program = {
    running: sha256Of(readFileSync(options.file)),
    isUpdate: isUpdate(options.file, store),
  };
  const updater = new Updater({ slot, keys, store, settingsDir, ...program });
  const runtime = new Runtime({ ...options, updater });
  return runtime;
}

/** Where updates would lie. Settings that cannot be read are told of by whoever runs in the end: an update may know them. */
function sysrootOf(configFile: string | null): string {
  try {
    return loadSettings(configFile, process.env).sysroot;
  } catch {
    return process.env["ZERO_AGENT_SYSROOT"] ?? "/";
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
  const file = configFile ?? DEFAULT_FILE;
  const runtime = runtimeOf(settings, key, log, dirname(file));
  if (runtime === null) return EXIT.failed;
  process.once("SIGTERM", () => runtime.stop("SIGTERM"));
  process.once("SIGINT", () => runtime.stop("SIGINT"));
  return conclude(await runtime.run(), settings.sysroot, log);
}

async function main(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === "enroll") return await enrollCommand(rest, say);
  if (command === "bench") return await benchCommand(rest, say);
  if (command === "build-native") return await buildNativeCommand(rest, say);
  let values: { config?: string; serial?: string; help?: boolean; version?: boolean };
  try {
    const options = {
      config: { type: "string" },
      serial: { type: "string" },
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
    if (values.serial !== undefined) return await runSerial(values.serial);
    const config = values.config ?? null;
    // From then on the update speaks for this process, and ends it.
    if (handOver(programFile(), sysrootOf(config), say)) return await new Promise(() => {});
    return await runAgent(config);
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
  const data = workerData as HashWorkerData | BenchWorkerData;
  if (data.role === "hash") runHashWorker(kernelByName, parentPort, data);
  else runBenchWorker(kernelByName, parentPort, data);
}

// `zerorig run`: the real service. Starts the controller and keeps it up until it is told to stop.

import { type ControllerConfig, PLACEHOLDER_USER } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { CliError } from "./error.ts";
import { EXIT } from "./exit-codes.ts";
import { onStopSignal } from "./signals.ts";
import { tieToStdin } from "./tie-to-stdin.ts";

export interface RunOptions {
  readonly config: string;
  readonly set: readonly string[];
  readonly tieToStdin: boolean;
}

/** A clean stop waits for verdicts and closes the board; one that takes longer than this is given up. */
const STOP_PATIENCE_MS = 10_000;

/** Runs until SIGINT, SIGTERM or, if tied, the end of stdin. */
export async function run(options: RunOptions): Promise<void> {
  const signal = onStopSignal();
  const config = await loadConfig(options.config, process.env, options.set);
  refusePlaceholder(config);
  const controller = await start(config);
  await Promise.race([signal.stopped, ...(options.tieToStdin ? [orphaned()] : [])]);
  setTimeout(() => process.exit(EXIT.failed), STOP_PATIENCE_MS).unref();
  await controller.stop();
  signal.release();
}

/** Whoever copied the example would mine for nobody, and find out at the pool's first verdict at the earliest. */
function refusePlaceholder({ pool, source }: ControllerConfig): void {
  if (pool.user !== PLACEHOLDER_USER) return;
  throw new CliError(
    "usage",
    `${source}: [pool] user is still the example's "${PLACEHOLDER_USER}"`,
    "Set it to your user name at the pool.",
  );
}

/** Resolves when the parent is gone. */
function orphaned(): Promise<void> {
  // Nobody reads these any more then; a failed write must not end the clean stop.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  return new Promise((resolve) => tieToStdin(resolve));
}

/** The drivers and the database load only here, so that `zerorig --help` stays quick. */
async function start(config: ControllerConfig) {
  const { startController } = await import("../main.ts");
  return startController(config);
}

// `zerorig run`: the real service. Starts the controller and keeps it up until it is told to stop.

import type { ControllerConfig } from "../config/config.ts";
import { loadSettings } from "../config/load.ts";
import { refusePlaceholder } from "../config/placeholder.ts";
import type { Parts } from "../shell/parts.ts";
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

/** Runs until SIGINT, SIGTERM or, if tied, the end of stdin. SIGHUP reads the configuration anew. */
export async function run(options: RunOptions): Promise<void> {
  // Told before there is a controller, it means nothing: the file is read just now.
  let reload = () => {};
  const signal = onStopSignal(() => reload());
  const load = async () => {
    const loaded = await loadSettings(options.config, process.env, options.set);
    refusePlaceholder(loaded);
    return loaded;
  };
  const { config, settings } = await load();
  const controller = await start(config, {
    settings,
    load: async () => (await load()).settings,
  });
  reload = () => void controller.reload();
  await Promise.race([signal.stopped, ...(options.tieToStdin ? [orphaned()] : [])]);
  setTimeout(() => process.exit(EXIT.failed), STOP_PATIENCE_MS).unref();
  await controller.stop();
  signal.release();
}

/** Resolves when the parent is gone. */
function orphaned(): Promise<void> {
  // Nobody reads these any more then; a failed write must not end the clean stop.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  return new Promise((resolve) => tieToStdin(resolve));
}

/** The drivers and the database load only here, so that `zerorig --help` stays quick. */
async function start(config: ControllerConfig, source: Parts["source"]) {
  const { startController } = await import("../main.ts");
  return startController(config, source);
}

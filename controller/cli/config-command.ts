// `zerorig config check|example`.

import { exampleConfig } from "../config/example.ts";
import { loadConfig } from "../config/load.ts";

/** Reads a configuration as `run` would, and says so; throws the ConfigError that `run` would stop at. */
export async function checkConfig(file: string, flags: readonly string[]): Promise<void> {
  const config = await loadConfig(file, process.env, flags);
  process.stdout.write(
    `${file} is right: board ${config.hat.board}, pool ${config.pool.host}:${config.pool.port} as ${config.pool.user}\n`,
  );
}

/** Prints a documented file to start from. */
export function printExample(): void {
  process.stdout.write(exampleConfig());
}

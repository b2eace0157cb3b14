// `zerorig config check|example`.

import { PLACEHOLDER_USER } from "../config/config.ts";
import { exampleConfig } from "../config/example.ts";
import { loadConfig } from "../config/load.ts";
import { addressOf } from "../pools/node.ts";

/** Reads a configuration as `run` would, and says so; throws the ConfigError that `run` would stop at. */
export async function checkConfig(file: string, flags: readonly string[]): Promise<void> {
  const config = await loadConfig(file, process.env, flags);
  const { nodes, picker, user } = config.pool;
  const pool = nodes.length === 0 ? `by ${picker}` : nodes.map(addressOf).join(", ");
  process.stdout.write(`${file} is right: board ${config.hat.board}, pool ${pool}, as ${user}\n`);
  if (config.pool.user === PLACEHOLDER_USER) {
    process.stdout.write(
      `but [pool] user is still the example's "${PLACEHOLDER_USER}": \`zerorig run\` refuses it\n`,
    );
  }
}

/** Prints a documented file to start from. */
export function printExample(): void {
  process.stdout.write(exampleConfig());
}

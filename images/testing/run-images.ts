// The tool as a person starts it.

import { type SpawnSyncReturns, spawnSync } from "node:child_process";

export function runImages(...args: readonly string[]): SpawnSyncReturns<string> {
  const program = ["--import", "tsx", "images/main.ts"];
  return spawnSync(process.execPath, [...program, ...args], { encoding: "utf8" });
}

// The agent's log: JSON lines on stdout, written before the call returns, so that a power cut loses nothing.

import { destination, type Logger, pino } from "pino";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

export type { Logger };

export function createLog(level: LogLevel, slot: string): Logger {
  const stdout = destination({ dest: 1, sync: true });
  // A reader that went away is no reason to stop hashing.
  stdout.on("error", () => {});
  return pino({ level, base: { slot } }, stdout);
}

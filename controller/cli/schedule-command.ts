// `zerorig schedule` and `zerorig schedule set`: the coming days, and other windows.

import { readFile } from "node:fs/promises";
import { ConfigError } from "../config/error.ts";
import { readEffective } from "../config/settings.ts";
import { WINDOW_PREFIX, windowOf } from "../config/window-keys.ts";
import { type ListedWindow, listed } from "../config/window-list.ts";
import { messageOf } from "../shell/error.ts";
import { ask } from "./control-client.ts";
import { CliError } from "./error.ts";
import { scheduleText, windowsText } from "./schedule-text.ts";
import type { ControlOptions } from "./slot-commands.ts";

export interface ScheduleOptions extends ControlOptions {
  readonly days: number;
}

export interface SetOptions extends ControlOptions {
  readonly reset: boolean;
  readonly reason?: string;
}

export async function printSchedule({
  socket,
  timeout,
  json,
  days,
}: ScheduleOptions): Promise<void> {
  const { schedule } = await ask(socket, { verb: "schedule", days }, timeout);
  process.stdout.write(json ? `${JSON.stringify(schedule)}\n` : scheduleText(schedule));
}

/** Sends the windows of a file, or goes back to the configuration's. Throws a CliError or a ConfigError. */
export async function setWindows(
  file: string | undefined,
  { socket, timeout, json, reset, reason = "" }: SetOptions,
): Promise<void> {
  if ((file === undefined) !== reset) {
    throw new CliError(
      "usage",
      "schedule set needs a file, or --reset",
      "A file has a table [schedule.NAME] for each window, as controller.toml has.",
    );
  }
  const found = file === undefined ? null : [...(await windowsOf(file))];
  const { windows } = await ask(socket, { verb: "set-windows", windows: found, reason }, timeout);
  process.stdout.write(json ? `${JSON.stringify(windows)}\n` : windowsText(windows));
}

/** The windows of a TOML file that holds nothing else; what is wrong in it is told by line and column. */
async function windowsOf(file: string): Promise<readonly ListedWindow[]> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new CliError("usage", `${file} cannot be read: ${messageOf(error)}`, "", error);
  });
  // What else a configuration needs has no say here.
  const flags = ["pool.user=nobody"];
  const { settings, origins } = readEffective({ file, text, env: {}, flags });
  for (const [key, { from, place }] of origins) {
    if (from !== "file" || place === null || key.startsWith(WINDOW_PREFIX)) continue;
    const message = `${key}: only [schedule.NAME] tables belong here`;
    throw new ConfigError([{ code: "unknown-key", ...place, message }]);
  }
  return [...settings.schedule].map(([name, window]) => listed(windowOf(name, window)));
}

// What a reload makes of two configurations: the one that a controller runs by, and the one that was read just now.

import { isDeepStrictEqual } from "node:util";
import { findConflicts } from "./conflicts.ts";
import { ConfigError, type ConfigProblem } from "./error.ts";
import type { Settings } from "./keys.ts";
import { everyKey, isLive } from "./live-keys.ts";
import { WINDOW_PREFIX } from "./window-keys.ts";

/** Keys are named `section.key`, windows `schedule.NAME`. */
export interface Change {
  /** What the controller is to run by from now on. */
  readonly settings: Settings;
  readonly applied: readonly string[];
  /** What differs from what it runs by, and will until it is started again. */
  readonly needsRestart: readonly string[];
}

type Tables = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Takes over what may change while it runs. Throws a ConfigError where that does not go together with what has to stay until a restart;
 * `file` is the one to blame.
 */
export function changeOf(running: Settings, loaded: Settings, file: string): Change {
  const [old, next] = [running, loaded] as unknown as [Tables, Tables];
  const changed = everyKey().filter(
    ([section, name]) => !isDeepStrictEqual(old[section]?.[name], next[section]?.[name]),
  );
  const live = changed.filter(([section, name]) => isLive(section, name));
  const stuck = changed.filter(([section, name]) => !isLive(section, name));
  const tables: Record<string, Record<string, unknown>> = {};
  for (const [section, table] of Object.entries(old)) tables[section] = { ...table };
  for (const [section, name] of live) {
    const table = tables[section];
    if (table !== undefined) table[name] = next[section]?.[name];
  }
  const settings = { ...tables, schedule: loaded.schedule } as unknown as Settings;
  const needsRestart = stuck.map((key) => key.join("."));
  refuseConflicts(settings, needsRestart, file);
  const windows = changedWindows(running.schedule, loaded.schedule);
  return { settings, applied: [...live.map((key) => key.join(".")), ...windows], needsRestart };
}

function changedWindows(old: Settings["schedule"], next: Settings["schedule"]): readonly string[] {
  const names = [...new Set([...old.keys(), ...next.keys()])];
  return names
    .filter((name) => !isDeepStrictEqual(old.get(name), next.get(name)))
    .map((name) => WINDOW_PREFIX + name);
}

/** The file as a whole was right: it is the mixture that is not. */
function refuseConflicts(settings: Settings, needsRestart: readonly string[], file: string): void {
  const note = `; until a restart ${needsRestart.join(", ")} stays as it was`;
  const [first, ...rest] = findConflicts(settings).map(
    ({ message }): ConfigProblem => ({
      code: "conflict",
      file,
      line: null,
      column: null,
      message: message + note,
    }),
  );
  if (first !== undefined) throw new ConfigError([first, ...rest]);
}

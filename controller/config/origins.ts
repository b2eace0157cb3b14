// Every value of a configuration with where it comes from.

import { keysOf } from "./layers.ts";
import { everyKey } from "./live-keys.ts";
import type { Effective, Origin } from "./settings.ts";
import { tomlValue } from "./toml-value.ts";
import { WINDOW, WINDOW_PREFIX } from "./window-keys.ts";

/** Holds no secret: those are in files of their own. */
export interface Origined {
  readonly section: string;
  readonly name: string;
  /** Null where an optional key is not set. */
  readonly value: unknown;
  readonly toml: string | null;
  readonly from: Origin["from"];
  /** The file, the variable (`ZERORIG_LOG_LEVEL`) or the flag (`--set log.level=debug`); null for a default. */
  readonly source: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** In the order of the example file; the windows of the schedule come last. */
export function valuesOf({ settings, origins }: Effective): readonly Origined[] {
  const tables = settings as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const windows = [...settings.schedule].flatMap(([window, values]) =>
    Object.keys(WINDOW.keys).map((name) => ({
      section: WINDOW_PREFIX + window,
      name,
      value: (values as Readonly<Record<string, unknown>>)[name],
    })),
  );
  const keys = everyKey().map(([section, name]) => ({
    section,
    name,
    value: tables[section]?.[name],
  }));
  return [...keys, ...windows].map(({ section, name, value }) => {
    const { from = "default", place = null } = origins.get(`${section}.${name}`) ?? {};
    const isUnset = value === null && keysOf(section)?.[name]?.presence === "optional";
    return {
      section,
      name,
      value,
      toml: isUnset ? null : tomlValue(value),
      from,
      source: place?.file ?? null,
      line: place?.line ?? null,
      column: place?.column ?? null,
    };
  });
}

/** Where it comes from, for people. */
export function originText({ from, source, line }: Origined): string {
  if (from === "default") return "default";
  return from === "file" ? `${source}:${line}` : String(source);
}

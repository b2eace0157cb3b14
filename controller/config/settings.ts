// Lays flag over environment over file over default, and checks every value; all problems are reported at once.

import * as v from "valibot";
import { findConflicts } from "./conflicts.ts";
import { ConfigError, type ConfigProblem } from "./error.ts";
import { SECTIONS, type Settings } from "./keys.ts";
import type { Kind } from "./kind.ts";
import {
  envLayer,
  envName,
  fileLayer,
  flagLayer,
  type Given,
  keysOf,
  type Place,
} from "./layers.ts";
import { WINDOW_PREFIX } from "./window-keys.ts";

export interface ConfigSources {
  /** The name to blame in messages. */
  readonly file: string;
  readonly text: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `section.key=value` each; stronger than the environment. */
  readonly flags: readonly string[];
}

/** Where a value comes from; `place` is null for a default. */
export interface Origin {
  readonly from: "flag" | "env" | "file" | "default";
  readonly place: Place | null;
}

/** The effective settings and, by `section.key`, where each comes from. */
export interface Effective {
  readonly settings: Settings;
  readonly origins: ReadonlyMap<string, Origin>;
}

const LAYERS = ["file", "env", "flag"] as const;
const DEFAULT: Origin = { from: "default", place: null };

/** The effective settings. Throws a ConfigError that lists everything that is wrong. */
export function readSettings(sources: ConfigSources): Settings {
  return readEffective(sources).settings;
}

/** The effective settings with their origins. Throws a ConfigError that lists everything that is wrong. */
export function readEffective(sources: ConfigSources): Effective {
  const fromFile = fileLayer(sources.file, sources.text);
  const layers = [fromFile, envLayer(sources.env), flagLayer(sources.flags)];
  const nowhere: Place = { file: sources.file, line: null, column: null };
  const headers = new Map(fromFile.windows.map(({ section, place }) => [section, place]));
  const problems = layers.flatMap((layer) => layer.problems);
  const given = new Map<string, Given>();
  const origins = new Map<string, Origin>();
  for (const [index, layer] of layers.entries()) {
    for (const each of layer.given) {
      const id = `${each.section}.${each.name}`;
      given.set(id, each);
      origins.set(id, { from: LAYERS[index] ?? "file", place: each.place });
    }
  }
  const values: Record<string, Record<string, unknown>> = {};
  for (const section of [...Object.keys(SECTIONS), ...headers.keys()]) {
    const table: Record<string, unknown> = {};
    for (const [name, key] of Object.entries(keysOf(section) ?? {})) {
      const own = given.get(`${section}.${name}`);
      if (own === undefined) {
        table[name] = key.fallback;
        origins.set(`${section}.${name}`, DEFAULT);
        const header = headers.get(section);
        if (key.presence === "required") problems.push(missing(section, name, header ?? nowhere));
        continue;
      }
      const checked = v.safeParse(key.kind.schema, own.value);
      if (checked.success) table[name] = checked.output;
      else problems.push(wrongValue(own, key.kind));
    }
    values[section] = table;
  }
  stopOn(problems);
  const schedule = new Map(
    [...headers.keys()].map((section) => [section.slice(WINDOW_PREFIX.length), values[section]]),
  );
  const settings = { ...values, schedule } as unknown as Settings;
  const conflicts = findConflicts(settings).map(({ keys, message }): ConfigProblem => {
    const places = keys.flatMap(([section, name]) => given.get(`${section}.${name}`)?.place ?? []);
    const [first] = keys;
    const place = places[0] ?? headers.get(first?.[0] ?? "") ?? nowhere;
    const defaults = keys.filter(([section, name]) => isDefault(section, name, given));
    const named = defaults.map(([, name]) => `\`${name}\``).join(" and ");
    const note = named === "" ? "" : ` (${named}: the default)`;
    return { code: "conflict", ...place, message: message + note };
  });
  stopOn(conflicts);
  return { settings, origins };
}

/** Whether nobody gave the key, and it is one with a value of its own. */
function isDefault(section: string, name: string, given: ReadonlyMap<string, Given>): boolean {
  const key = keysOf(section)?.[name];
  return !given.has(`${section}.${name}`) && key?.presence === "defaulted";
}

function stopOn(problems: readonly ConfigProblem[]): void {
  const [first, ...rest] = problems.toSorted((a, b) => (a.line ?? 1e9) - (b.line ?? 1e9));
  if (first !== undefined) throw new ConfigError([first, ...rest]);
}

function missing(section: string, name: string, place: Place): ConfigProblem {
  const hint = section.startsWith(WINDOW_PREFIX) ? "" : ` (or set ${envName(section, name)})`;
  const message = `\`${name}\` in [${section}] is required${hint}`;
  return { code: "missing", ...place, message };
}

function wrongValue(given: Given, { expected, fault }: Kind<unknown>): ConfigProblem {
  const exactly = fault?.(given.value) ?? null;
  if (exactly !== null) {
    const message = `\`${given.name}\` in [${given.section}]: ${exactly}`;
    return { code: "wrong-value", ...given.place, message };
  }
  const shown = show(given.value);
  const message = `\`${given.name}\` in [${given.section}]: expected ${expected}, got ${shown}`;
  return { code: "wrong-value", ...given.place, message };
}

function show(value: unknown): string {
  if (typeof value === "number") return String(value);
  const given =
    value instanceof Date ? value.toISOString() : (JSON.stringify(value) ?? String(value));
  // Who writes a password into a URL by mistake shall not find it in the journal.
  const text = given.replace(/\/\/[^/@\s"]*@/g, "//***@");
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

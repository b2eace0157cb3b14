// The layers that a value may come from (file, environment, flags), each value with the place to blame it on.

import { parse, TomlError } from "smol-toml";
import { ConfigError, type ConfigProblem } from "./error.ts";
import type { Key } from "./key.ts";
import { SECTIONS } from "./keys.ts";
import { type KeyPath, locateKeys, type Position } from "./locator.ts";
import { nearest } from "./nearest.ts";
import { isWindowName, WINDOW, WINDOW_PREFIX } from "./window-keys.ts";

export interface Place {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

export interface Given {
  readonly section: string;
  readonly name: string;
  readonly value: unknown;
  readonly place: Place;
}

export interface Layer {
  readonly given: readonly Given[];
  readonly problems: readonly ConfigProblem[];
}

type AnyKeys = Readonly<Record<string, Key<unknown>>>;

const SCHEDULE = "schedule";
const sectionNames = Object.keys(SECTIONS);

/** The keys of a section, or null when there is no such section. A window of the schedule is one too. */
export function keysOf(section: string): AnyKeys | null {
  if (section.startsWith(WINDOW_PREFIX)) return WINDOW.keys;
  return Object.hasOwn(SECTIONS, section) ? SECTIONS[section as keyof typeof SECTIONS].keys : null;
}

/** The environment variable that overrides a key. */
export function envName(section: string, name: string): string {
  return `ZERORIG_${section}_${name}`.toUpperCase();
}

/** What the file gives, and the headers of its windows, as `schedule.NAME`, in its order. */
export interface FileLayer extends Layer {
  readonly windows: readonly Header[];
}

interface Header {
  readonly section: string;
  readonly place: Place;
}

/** The values of a TOML text. Throws a ConfigError when it is not TOML at all. */
export function fileLayer(file: string, source: string): FileLayer {
  const document = parseToml(file, source);
  const locate = locateKeys(source);
  const place = (path: KeyPath): Place => ({ file, ...(locate(path) ?? nowhere) });
  const given: Given[] = [];
  const problems: ConfigProblem[] = [];
  const windows: Header[] = [];

  function take(section: string, path: KeyPath, table: unknown): void {
    const keys = keysOf(section);
    if (keys === null) {
      problems.push(unknownSection(section, isTable(table), place(path)));
    } else if (!isTable(table)) {
      const message = `[${section}] is a table of keys, not a value`;
      problems.push({ code: "wrong-value", ...place(path), message });
    } else {
      for (const [name, value] of Object.entries(table)) {
        const where = place([...path, name]);
        if (Object.hasOwn(keys, name)) given.push({ section, name, value, place: where });
        else problems.push(unknownKey(section, name, where));
      }
    }
  }

  for (const [section, table] of Object.entries(document)) {
    if (section !== SCHEDULE || !isTable(table)) {
      take(section, [section], table);
      continue;
    }
    for (const [name, window] of Object.entries(table)) {
      const path = [section, name];
      const header = { section: WINDOW_PREFIX + name, place: place(path) };
      if (!isTable(window) || !isWindowName(name)) {
        problems.push(notAWindow(name, isTable(window), header.place));
      } else {
        windows.push(header);
        take(header.section, path, window);
      }
    }
  }
  return { given, problems, windows };
}

/** Variables that begin like ours and are no keys of the file: other programs and other places read them. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set(["ZERORIG_BOARD", "ZERORIG_DEBUG"]);

/** The values of `ZERORIG_<SECTION>_<KEY>` variables. One that is no key's name is an error. */
export function envLayer(env: Readonly<Record<string, string | undefined>>): Layer {
  const given: Given[] = [];
  const problems: ConfigProblem[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (text === undefined || !variable.startsWith("ZERORIG_")) continue;
    if (OTHER_VARIABLES.has(variable)) continue;
    const words = /^ZERORIG_([A-Z]+)_([A-Z0-9_]+)$/.exec(variable);
    const section = words?.[1]?.toLowerCase() ?? "";
    const name = words?.[2]?.toLowerCase() ?? "";
    const keys = keysOf(section) ?? {};
    const place = { file: variable, ...nowhere };
    const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (key === undefined) problems.push(unknownVariable(variable, section, name, place));
    else given.push({ section, name, value: key.kind.fromText(text), place });
  }
  return { given, problems };
}

/** The values of `--set section.key=value` flags. */
export function flagLayer(assignments: readonly string[]): Layer {
  const given: Given[] = [];
  const problems: ConfigProblem[] = [];
  for (const assignment of assignments) {
    const place = { file: `--set ${assignment}`, ...nowhere };
    const words = /^([a-z0-9_]+)\.([a-z0-9_]+)=([\s\S]*)$/i.exec(assignment);
    const [section = "", name = "", text = ""] = words?.slice(1) ?? [];
    const keys = keysOf(section);
    const key = keys !== null && Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (key !== undefined) {
      given.push({ section, name, value: key.kind.fromText(text), place });
    } else if (words === null) {
      problems.push({ code: "unknown-key", ...place, message: "expected section.key=value" });
    } else {
      problems.push(
        keys === null ? unknownSection(section, true, place) : unknownKey(section, name, place),
      );
    }
  }
  return { given, problems };
}

const nowhere = { line: null, column: null } as const satisfies Record<keyof Position, null>;

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

function parseToml(file: string, source: string): Readonly<Record<string, unknown>> {
  try {
    return parse(source);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = error.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "") ?? "";
    const { line, column } = error;
    const hint = "this is no TOML from here on: compare with `zerorig config example`";
    throw new ConfigError(
      [{ code: "syntax", file, line, column, message: `${message}; ${hint}` }],
      error,
    );
  }
}

function notAWindow(name: string, isHeader: boolean, place: Place): ConfigProblem {
  if (isHeader) {
    const message = `[schedule.${name}]: expected a name of 1 to 32 letters, digits, '_' or '-'`;
    return { code: "wrong-value", ...place, message };
  }
  const message = `unknown key \`${name}\` in [schedule]; each window has a table of its own, [schedule.NAME]`;
  return { code: "unknown-key", ...place, message };
}

function unknownSection(name: string, isHeader: boolean, place: Place): ConfigProblem {
  if (!isHeader) {
    const owner = sectionWith(name);
    const hint = owner === null ? "" : `; it belongs under [${owner}]`;
    return {
      code: "unknown-key",
      ...place,
      message: `unknown key \`${name}\` outside any section${hint}`,
    };
  }
  const close = nearest(name, [...sectionNames, SCHEDULE]);
  const headers = [...sectionNames, `${SCHEDULE}.NAME`].map((each) => `[${each}]`);
  const hint =
    close === null
      ? `; the sections are ${headers.join(", ")}`
      : `; did you mean [${close === SCHEDULE ? `${SCHEDULE}.NAME` : close}]?`;
  return { code: "unknown-section", ...place, message: `unknown section [${name}]${hint}` };
}

function unknownKey(section: string, name: string, place: Place): ConfigProblem {
  const names = Object.keys(keysOf(section) ?? {});
  const owner = sectionWith(name);
  const close = nearest(name, names);
  let hint = `; its keys are ${names.join(", ")}`;
  if (owner !== null) hint = `; it belongs under [${owner}]`;
  else if (close !== null) hint = `; did you mean \`${close}\`?`;
  return {
    code: "unknown-key",
    ...place,
    message: `unknown key \`${name}\` in [${section}]${hint}`,
  };
}

function unknownVariable(
  variable: string,
  section: string,
  name: string,
  place: Place,
): ConfigProblem {
  const keys = keysOf(section);
  if (keys === null) return strangeVariable(variable, place);
  const close = nearest(name, Object.keys(keys));
  const hint = close === null ? "" : `; did you mean ${envName(section, close)}?`;
  return { code: "unknown-key", ...place, message: `no key \`${name}\` in [${section}]${hint}` };
}

/** A variable that begins like ours and names no section. */
function strangeVariable(variable: string, place: Place): ConfigProblem {
  const start = "ZERORIG_".length;
  const known = sectionNames.flatMap((section) =>
    Object.keys(keysOf(section) ?? {}).map((name) => envName(section, name)),
  );
  const names = [...known, ...OTHER_VARIABLES].map((each) => each.slice(start));
  const close = nearest(variable.slice(start), names);
  const hint =
    close === null
      ? "; ours are ZERORIG_<SECTION>_<KEY>, as in `zerorig config example`"
      : `; did you mean ZERORIG_${close}?`;
  return { code: "unknown-key", ...place, message: `no such variable${hint}` };
}

function sectionWith(name: string): string | null {
  return sectionNames.find((section) => Object.hasOwn(keysOf(section) ?? {}, name)) ?? null;
}

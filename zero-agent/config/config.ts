// The agent's settings: defaults, then the TOML file, then the environment. Every fault names its place and what to write.

import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parse, TomlError } from "smol-toml";
import * as v from "valibot";
import { ALGORITHMS, KERNEL_CHOICES } from "../kernels/names.ts";
import { LINK_PORT, linkUrl } from "../protocol/link-address.ts";
import { LOG_LEVELS } from "../shell/log.ts";
import { ConfigError } from "./error.ts";
import { locate } from "./locate.ts";

export const DEFAULT_FILE = "/etc/zerorig/agent.toml";

const text = v.pipe(v.string("must be a text"), v.minLength(1, "must not be empty"));

function isLinkUrl(value: string): boolean {
  return URL.canParse(value) && ["ws:", "wss:"].includes(new URL(value).protocol);
}

/** The address is logged, here and by what is on the way. */
function isWithoutSecret(value: string): boolean {
  const { username, password } = new URL(value);
  return username === "" && password === "";
}

const fields = {
  slot: v.pipe(text, v.regex(/^p[1-9][0-9]?$/, "must be a slot, p1 to p99")),
  controller: v.pipe(
    text,
    v.check(isLinkUrl, "must be a ws:// or wss:// address"),
    v.check(isWithoutSecret, "must not hold a user or a password: key_file proves who we are"),
    v.check((value) => !value.includes("#"), "must not hold a #"),
  ),
  key_file: text,
  workers: v.pipe(
    v.number("must be a number"),
    v.integer("must be a whole number"),
    v.minValue(1, "must be 1 to 64"),
    v.maxValue(64, "must be 1 to 64"),
  ),
  /** 0 = all there is. */
  max_hashrate_hs: v.pipe(
    v.number("must be a number"),
    v.finite("must be finite"),
    v.minValue(0, "must be 0 or more"),
  ),
  kernel: v.picklist(KERNEL_CHOICES, `must be one of ${KERNEL_CHOICES.join(", ")}`),
  /** Each takes its time at a start, to be tested and measured; a known answer of duco-s1 is asked for on each new link. */
  algorithms: v.pipe(
    v.array(v.picklist(ALGORITHMS, `must be some of ${ALGORITHMS.join(", ")}`), "must be a list"),
    v.check((names) => names.includes("duco-s1"), "must have duco-s1"),
    v.check((names) => new Set(names).size === names.length, "must not name one twice"),
  ),
  sysroot: text,
  log_level: v.picklist(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`),
};
const settingsSchema = v.strictObject(fields);

export type Settings = v.InferOutput<typeof settingsSchema>;
type Name = keyof Settings;

const NAMES = Object.keys(fields) as Name[];
const NUMBERS: readonly Name[] = ["workers", "max_hashrate_hs"];
const LISTS: readonly Name[] = ["algorithms"];

function defaults(): Omit<Settings, "slot"> {
  return {
    controller: linkUrl(LINK_PORT),
    key_file: "/etc/zerorig/agent.key",
    workers: availableParallelism(),
    max_hashrate_hs: 0,
    kernel: "auto",
    algorithms: ["duco-s1"],
    sysroot: "/",
    log_level: "info",
  };
}

/** The environment's name of a setting: ZERO_AGENT_KEY_FILE for key_file. */
function variable(name: Name): string {
  return `ZERO_AGENT_${name.toUpperCase()}`;
}

/** A refused value in a message: short, on one line, and without the password of an address. */
function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.replace(/^".*@/, '"***@').slice(0, 80);
}

function check(name: Name, value: unknown, place: string): unknown {
  const parsed = v.safeParse(fields[name], value, { abortEarly: true });
  if (parsed.success) return parsed.output;
  throw new ConfigError(`${place}: ${name} ${parsed.issues[0].message}, not ${shown(value)}`);
}

/** The settings of a TOML text. `file` is its name, for the messages. */
export function parseSettings(toml: string, file: string): Partial<Settings> {
  let table: Record<string, unknown>;
  try {
    table = parse(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [why] = error.message.replace("Invalid TOML document: ", "").split("\n");
    throw new ConfigError(`${file}:${error.line}:${error.column}: ${why}`);
  }
  const settings: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(table)) {
    const place = `${file}:${locate(toml, key)}`;
    const name = NAMES.find((known) => known === key);
    if (name === undefined) {
      throw new ConfigError(`${place}: unknown key ${shown(key)}; there are ${NAMES.join(", ")}`);
    }
    settings[name] = check(name, value, place);
  }
  return settings;
}

/** What the text of a variable means, before it is checked. */
function meaningOf(name: Name, given: string): unknown {
  if (LISTS.includes(name)) return given.split(",").map((part) => part.trim());
  const isNumber = NUMBERS.includes(name) && given.trim() !== "";
  return isNumber && !Number.isNaN(Number(given)) ? Number(given) : given;
}

/** The settings of the environment. Variables of other programs are not looked at. */
export function environmentSettings(env: NodeJS.ProcessEnv): Partial<Settings> {
  const variables = NAMES.map(variable);
  const settings: Record<string, unknown> = {};
  for (const key of Object.keys(env)) {
    if (key.startsWith("ZERO_AGENT_") && !variables.includes(key)) {
      const known = variables.join(", ");
      throw new ConfigError(`environment: unknown variable ${key}; there are ${known}`);
    }
  }
  for (const name of NAMES) {
    const given = env[variable(name)];
    if (given === undefined) continue;
    settings[name] = check(name, meaningOf(name, given), `environment: ${variable(name)}`);
  }
  return settings;
}

function readFile(file: string, isRequired: boolean): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && !isRequired) return "";
    const why =
      code === "ENOENT"
        ? "no such file; `zerorig setup` on the controller writes one for each Zero"
        : (code ?? (error as Error).message);
    throw new ConfigError(`${file}: ${why}`);
  }
}

/**
 * The effective settings, checked and frozen. `file`: as given by the user, or null for the default one, which may be missing.
 * Throws ConfigError.
 */
export function loadSettings(file: string | null, env: NodeJS.ProcessEnv): Settings {
  const name = file ?? DEFAULT_FILE;
  const fromFile = parseSettings(readFile(name, file !== null), name);
  const merged = { ...defaults(), ...fromFile, ...environmentSettings(env) };
  if (merged.slot === undefined) {
    const what = existsSync(name) ? "slot is missing" : "there is no such file, and no slot";
    throw new ConfigError(`${name}: ${what}; write slot = "p1", or set ${variable("slot")}`);
  }
  return Object.freeze({ ...merged, slot: merged.slot });
}

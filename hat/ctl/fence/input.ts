// What the agent is told: `key=value` lines on stdin, as Pacemaker does, or options on a command line, as medik8s does.

import { parseArgs } from "node:util";
import { UsageError } from "../exit.ts";
import { PARAMETER_LIST, PARAMETERS, type ParameterName, parameterNamed } from "./parameter.ts";

export interface Input {
  readonly values: ReadonlyMap<ParameterName, string>;
  /** What was passed over, for people. Values are not repeated: some callers send their passwords to every agent. */
  readonly warnings: readonly string[];
}

const TRUE = new Set(["1", "yes", "on", "true"]);
const FALSE = new Set(["0", "no", "off", "false"]);

/** The caller's own words, which every agent is sent and none but a few needs. */
const NOT_FOR_US = /^(?:nodename|agent|name|crm_feature_set|pcmk_.*|CRM_meta_.*)$/;

/** Reads lines. `#` begins a comment, the last word on a parameter counts, what is unknown is passed over and said. */
export function readLines(text: string): Input {
  const values = new Map<ParameterName, string>();
  const warnings: string[] = [];
  for (const line of text.split("\n").map((line) => line.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const [key = "", ...rest] = line.split("=");
    const value = rest.join("=").replace(/^"(.*)"$/, "$1");
    const name = parameterNamed(key);
    if (name === null) {
      if (!NOT_FOR_US.test(key)) warnings.push(`Parse error: Ignoring unknown option '${key}'`);
    } else if (PARAMETERS[name].type !== "boolean") {
      values.set(name, value);
    } else if (TRUE.has(value.toLowerCase()) || FALSE.has(value.toLowerCase())) {
      values.set(name, TRUE.has(value.toLowerCase()) ? "1" : "0");
    } else {
      warnings.push(`Parse error: Ignoring option '${key}': it takes 1 or 0`);
    }
  }
  return { values, warnings };
}

/** An argument as parseArgs wants it: names with `-`, and `--quiet=1` as `--quiet`. */
function spell(arg: string): readonly string[] {
  const [, option, value] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
  if (option === undefined) return [arg];
  const name = parameterNamed(option);
  if (name === null) return [arg];
  const long = `--${name.replaceAll("_", "-")}`;
  if (value === undefined) return [long];
  if (PARAMETERS[name].type !== "boolean") return [`${long}=${value}`];
  if (FALSE.has(value.toLowerCase())) return [];
  return [TRUE.has(value.toLowerCase()) ? long : arg];
}

const OPTIONS = Object.fromEntries(
  PARAMETER_LIST.map(([name, { short, type }]) => [
    name.replaceAll("_", "-"),
    { type: type === "boolean" ? "boolean" : "string", ...(short === undefined ? {} : { short }) },
  ]),
) as Record<string, { type: "boolean" | "string"; short?: string }>;

/** Reads options: `-o off -n p3`, `--action=off --plug=p3`. Throws a UsageError at the first that is none of ours. */
export function readArguments(args: readonly string[]): Input {
  const spelled = args.flatMap(spell);
  try {
    const { values } = parseArgs({ args: spelled, options: OPTIONS, strict: true });
    const named = Object.entries(values).flatMap(([option, value]) => {
      const name = parameterNamed(option);
      return name === null ? [] : [[name, value === true ? "1" : String(value)] as const];
    });
    return { values: new Map(named), warnings: [] };
  } catch (error) {
    const [message = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new UsageError(`Parse error: ${message}`);
  }
}

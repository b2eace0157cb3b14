// `zerorig config check|print|example`.

import { ConfigError } from "../config/error.ts";
import { exampleConfig } from "../config/example.ts";
import { loadSettings } from "../config/load.ts";
import { type Origined, originText, valuesOf } from "../config/origins.ts";
import { refusePlaceholder } from "../config/placeholder.ts";
import { addressOf } from "../pools/node.ts";
import { EXIT } from "./exit-codes.ts";
import { explain } from "./explain.ts";

interface ConfigFlags {
  readonly config: string;
  readonly set: readonly string[];
  readonly json: boolean;
}

export type CheckOptions = ConfigFlags;

export interface PrintOptions extends ConfigFlags {
  readonly effective: boolean;
}

/**
 * Reads a configuration as `run` would, and says so; throws the ConfigError that `run` would stop at. With `json` the problems are
 * data, and the exit code tells of them.
 */
export async function checkConfig(file: string, { set, json }: CheckOptions): Promise<number> {
  try {
    const loaded = await loadSettings(file, process.env, set);
    refusePlaceholder(loaded);
    const { nodes, picker, user } = loaded.config.pool;
    const { board } = loaded.config.hat;
    const pool = nodes.length === 0 ? `by ${picker}` : nodes.map(addressOf).join(", ");
    const text = `${file} is right: board ${board}, pool ${pool}, as ${user}`;
    process.stdout.write(
      json ? `${JSON.stringify({ ok: true, file, problems: [] })}\n` : `${text}\n`,
    );
    return EXIT.done;
  } catch (error) {
    if (!json || !(error instanceof ConfigError)) throw error;
    process.stdout.write(`${JSON.stringify({ ok: false, file, problems: error.problems })}\n`);
    return explain(error).exitCode;
  }
}

/** Prints what is set, or every key, each with where it comes from. Throws the ConfigError that `run` would stop at. */
export async function printConfig(
  file: string,
  { set, json, effective }: PrintOptions,
): Promise<void> {
  const values = valuesOf(await loadSettings(file, process.env, set));
  const shown = effective ? values : values.filter(({ from }) => from !== "default");
  process.stdout.write(json ? `${JSON.stringify({ file, values: shown })}\n` : textOf(shown));
}

/** TOML, with the source of each value behind it. */
function textOf(values: readonly Origined[]): string {
  const sections = [...new Set(values.map(({ section }) => section))];
  const blocks = sections.map((section) => {
    const own = values.filter((each) => each.section === section);
    const assignments = own.map(({ name, toml }) =>
      toml === null ? `# ${name}` : `${name} = ${toml}`,
    );
    const width = Math.max(...assignments.map(({ length }) => length));
    const lines = own.map((each, index) => {
      const source = each.toml === null ? "not set" : originText(each);
      return `${(assignments[index] ?? "").padEnd(width)}  # ${source}`;
    });
    return [`[${section}]`, ...lines].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}

/** Prints a documented file to start from. */
export function printExample(): void {
  process.stdout.write(exampleConfig());
}

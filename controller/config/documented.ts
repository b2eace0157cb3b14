// A configuration of a few values as TOML, with what each key is for.

import { stringify } from "smol-toml";
import { SECTIONS } from "./keys.ts";
import { keysOf } from "./layers.ts";

/** Values by section and key. */
export type Values = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The text; sections without values are left out. `intro` is its first comment, a line each. */
export function documentedConfig(values: Values, intro: readonly string[]): string {
  const sections = Object.entries(SECTIONS).flatMap(([name, { doc }]) => {
    const given = Object.entries(values[name] ?? {});
    if (given.length === 0) return [];
    const keys = given.flatMap(([key, value]) => [
      `# ${keysOf(name)?.[key]?.doc ?? ""}`,
      stringify({ [key]: value }).trim(),
    ]);
    return [[`# ${doc}`, `[${name}]`, ...keys].join("\n")];
  });
  return `${[intro.map((line) => `# ${line}`).join("\n"), ...sections].join("\n\n")}\n`;
}

// The documented example file, written from the table of keys.

import { stringify } from "smol-toml";
import type { Key, OptionalKey } from "./key.ts";
import { SECTIONS } from "./keys.ts";
import { keysOf } from "./layers.ts";

/** A complete controller.toml: what must be set stands open, what has a default is commented out with it. */
export function exampleConfig(): string {
  const intro = [
    "# zerorig controller. Keys with a # in front show their default (or, where none is said, an example).",
    "# Each key can also be set by an environment variable: ZERORIG_<SECTION>_<KEY>.",
  ];
  const sections = Object.entries(SECTIONS).map(([name, { doc }]) =>
    [`# ${doc}`, `[${name}]`, ...Object.entries(keysOf(name) ?? {}).flatMap(keyLines)]
      .join("\n")
      .trimEnd(),
  );
  return `${intro.join("\n")}\n\n${sections.join("\n\n")}\n`;
}

function keyLines([name, key]: [string, Key<unknown>]): string[] {
  const assignment = `${name} = ${tomlValue(exampleOf(key))}`;
  const notes = key.presence === "optional" ? " Optional." : "";
  return [
    `# ${key.doc}${notes}`,
    `#   ${capitalised(key.kind.expected)}.`,
    key.presence === "required" ? assignment : `#${assignment}`,
    "",
  ];
}

function exampleOf(key: Key<unknown>): unknown {
  return key.presence === "optional" ? (key as OptionalKey<unknown>).example : key.fallback;
}

function tomlValue(value: unknown): string {
  return stringify({ value })
    .trim()
    .replace(/^value = /, "");
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// The documented example file, written from the table of keys.

import { stringify } from "smol-toml";
import type { Key, OptionalKey } from "./key.ts";
import { SECTIONS } from "./keys.ts";
import { keysOf } from "./layers.ts";
import { WINDOW, WINDOW_PREFIX } from "./window-keys.ts";

/** A complete controller.toml: what must be set stands open, what has a default is commented out with it. */
export function exampleConfig(): string {
  const intro = [
    "# zerorig controller. Keys with a # in front show their default (or, where none is said, an example).",
    "# Each key can also be set by an environment variable: ZERORIG_<SECTION>_<KEY>.",
  ];
  const sections = Object.entries(SECTIONS).map(([name, { doc }]) =>
    [
      `# ${doc}`,
      `[${name}]`,
      ...Object.entries(keysOf(name) ?? {}).flatMap((each) => keyLines(each, "")),
    ]
      .join("\n")
      .trimEnd(),
  );
  const window = [`# ${WINDOW.doc}`, `#[${WINDOW_PREFIX}night]`]
    .concat(Object.entries(WINDOW.keys).flatMap(([name, key]) => keyLines([name, key], "#")))
    .join("\n")
    .trimEnd();
  return `${intro.join("\n")}\n\n${[...sections, window].join("\n\n")}\n`;
}

/** `open` stands before a key that must be set: nothing, or a # where the whole table is an example. */
function keyLines([name, key]: [string, Key<unknown>], open: "" | "#"): string[] {
  const assignment = `${name} = ${tomlValue(exampleOf(key))}`;
  const notes = key.presence === "optional" ? " Optional." : "";
  return [
    `# ${key.doc}${notes}`,
    `#   ${capitalised(key.kind.expected)}.`,
    `${key.presence === "required" ? open : "#"}${assignment}`,
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

// The documented example file, written from the table of keys.

import type { Key, OptionalKey } from "./key.ts";
import { SECTIONS } from "./keys.ts";
import { keysOf } from "./layers.ts";
import { ROUTE_EXAMPLE } from "./proxy-keys.ts";
import { SPLIT_EXAMPLE } from "./split-list.ts";
import { tomlValue } from "./toml-value.ts";
import { WINDOW, WINDOW_PREFIX } from "./window-keys.ts";

/** By the section whose last key is a list of tables. */
const TABLE_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  proxy: ROUTE_EXAMPLE,
  stratum: SPLIT_EXAMPLE,
};

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
      ...(TABLE_EXAMPLES[name] ?? []),
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

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

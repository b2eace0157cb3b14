// For tests: of any key another value than it has.

import * as v from "valibot";
import { keysOf } from "./layers.ts";

/** Values of all kinds, for any key another one than it has. */
const VALUES: readonly unknown[] = [
  ...[
    "v3.1",
    "10.0.0.1",
    "/x",
    "https://h.example/",
    "someone",
    "LOW",
    "sha256d",
    "split",
    "restore",
  ],
  ...[
    "zero-w",
    "debug",
    "x",
    "mqtt://h",
    "litecoin",
    "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    "nats://h/s",
    ["10.0.0.0/8"],
    ["1-1"],
    ["h:1"],
    ["rig.example"],
    ["storm"],
    ["p2"],
    [{ name: "x", percent: 1, nodes: ["stratum+tcp://h:1"], user: "x" }],
    [{ path: "/x", slots: ["p1"], address: { p1: "127.0.0.1:81" } }],
    0.5,
    true,
    false,
  ],
];

/** A right value of the key that is not this one. */
export function another(section: string, name: string, value: unknown): unknown {
  const schema = keysOf(section)?.[name]?.kind.schema;
  const near = typeof value === "number" ? [value + 1, value - 1, value + 0.1] : [14, 5000, 60_000];
  const found = [...near, ...VALUES].find((each) => {
    return schema !== undefined && each !== value && v.safeParse(schema, each).success;
  });
  if (found === undefined) throw new Error(`no other value for ${section}.${name}`);
  return found;
}

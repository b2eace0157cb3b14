// The page on how it is built names each file of the decision core, and no other.

import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("every file of the core stands in the table of docs/architecture.md", () => {
  const [, table = ""] = readFileSync("docs/architecture.md", "utf8").split(
    "| file in `controller/core/` |",
  );
  const [rows = ""] = table.split("\n\n");
  const named = [...rows.matchAll(/`([a-z-]+\.ts)`/g)].map(([, name]) => name);
  const files = readdirSync("controller/core").filter((name) => !name.endsWith(".test.ts"));
  expect(named.toSorted()).toEqual(files.toSorted());
});

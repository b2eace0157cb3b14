// Tests that the docs name as proof are there.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const NAMED = /`((?:hat|controller|zero-agent|test)\/[\w./-]+\.test\.ts)` "([^"]+)"/g;

interface NamedTest {
  readonly path: string;
  readonly name: string;
}

function namedIn(text: string): NamedTest[] {
  return [...text.matchAll(NAMED)].map(([, path = "", name = ""]) => ({ path, name }));
}

/** Those whose file is not there, or has no test of that name. */
function missing(named: readonly NamedTest[]): NamedTest[] {
  return named.filter(({ path, name }) => {
    if (!existsSync(path)) return true;
    return !readFileSync(path, "utf8").includes(`("${name}"`);
  });
}

it("every test that a page names is there", () => {
  const pages = readdirSync("docs").filter((name) => name.endsWith(".md"));
  const named = pages.flatMap((page) => namedIn(readFileSync(`docs/${page}`, "utf8")));
  expect(named.length).toBeGreaterThan(10);
  expect(missing(named)).toEqual([]);
});

it("one that is not is found", () => {
  const text =
    '`hat/ctl/vendor-faults.test.ts` "does what no test does"; `hat/gone.test.ts` "anything"';
  expect(missing(namedIn(text))).toHaveLength(2);
});

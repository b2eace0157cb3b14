// Commands and options that the pages name are there.

import { readdirSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { expect, it } from "vitest";
import { buildProgram as buildZerorig } from "../../controller/cli/program.ts";
import { buildProgram as buildHatctl } from "../../hat/ctl/program.ts";

const PROGRAMS: Readonly<Record<string, Command>> = {
  zerorig: buildZerorig({ exitCode: 0 }),
  hatctl: buildHatctl({ name: "hatctl", complain: () => {} }),
};

/** In backquotes, or on a line of its own that is set as code; up to what a shell would take for itself. */
const NAMED = /(?:`|^ {4}(?:\$ )?)(?:sudo )?(zerorig|hatctl) ([^`\n|&;<>#()]+)/gm;

/** What of the words the program does not know: the first of them; null where it knows all. */
function unknownIn(program: Command, words: readonly string[]): string | null {
  let command = program;
  const known = new Set(["--help", "--version"]);
  const learn = () => {
    for (const { long, short } of command.options)
      for (const name of [long, short]) known.add(name ?? "");
  };
  learn();
  for (const word of words) {
    if (word.startsWith("-")) {
      const name = word.replace(/=.*$/, "");
      if (/^--?[a-z]/.test(name) && !known.has(name)) return word;
      continue;
    }
    const next = command.commands.find((each) => each.name() === word);
    if (next !== undefined) command = next;
    else if (command === program && /^[a-z]/.test(word) && command.commands.length > 0) {
      // The value of an option that stands before the command.
      const before = words[words.indexOf(word) - 1] ?? "";
      if (!before.startsWith("--")) return word;
    }
    learn();
  }
  return null;
}

function strangeIn(page: string, text: string): string[] {
  return [...text.matchAll(NAMED)].flatMap(([, name = "", rest = ""]) => {
    const program = PROGRAMS[name] as Command;
    const unknown = unknownIn(program, rest.trim().split(/\s+/));
    return unknown === null ? [] : [`${page}: ${name} ${rest.trim()}: there is no ${unknown}`];
  });
}

it("every command and option of zerorig and hatctl that a page names is there", () => {
  const pages = ["README.md", ...readdirSync("docs").map((name) => `docs/${name}`)];
  const texts = pages
    .filter((page) => page.endsWith(".md"))
    .map((page) => [page, readFileSync(page, "utf8")] as const);
  const named = texts.flatMap(([, text]) => [...text.matchAll(NAMED)]);
  expect(named.length).toBeGreaterThan(100);
  expect(texts.flatMap(([page, text]) => strangeIn(page, text))).toEqual([]);
});

it("one that is not is found", () => {
  const text =
    "`zerorig status --jsn`, `zerorig pool-node`\n    hatctl --jason status\n    sudo zerorig agents upgrade --all";
  expect(strangeIn("x", text)).toHaveLength(4);
  expect(strangeIn("x", "`zerorig off p3 --hard`, `hatctl --board v2.3 status`")).toEqual([]);
});

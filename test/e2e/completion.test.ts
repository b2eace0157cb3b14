// Completion in the shells themselves: each script is sourced by its shell, which then completes. A shell that is not installed says so.

import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run, ZERORIG } from "./programs.ts";
import { tempDir } from "./rig.ts";

/** What is typed, and what comes of it: all that is offered, in any order. */
const CASES: readonly (readonly [typed: readonly string[], offered: readonly string[]])[] = [
  [["statu"], ["status"]],
  [
    ["completion", ""],
    ["bash", "fish", "zsh"],
  ],
  [["logs", "--level", "wa"], ["warn"]],
  [
    ["off", ""],
    ["all", "p1", "p2", "p3", "p4"],
  ],
  [["off", "p1", "p2", "al"], ["all"]],
  [
    ["logs", "--slot", "p"],
    ["p1", "p2", "p3", "p4"],
  ],
  // What follows an option that takes a value is no command, and options are those of the command.
  [["cordon", "--reason", "status", "--re"], ["--reason"]],
  [["--ver"], ["--version"]],
  [["status", "--har"], []],
  [["config", "chec"], ["check"]],
];

async function script(shell: string): Promise<string> {
  const { code, stdout } = await run(ZERORIG, ["completion", shell]);
  expect(code).toBe(0);
  const file = join(tempDir(), `zerorig.${shell}`);
  writeFileSync(file, stdout);
  return file;
}

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ["--version"]).error === undefined;
}

it("bash completes commands, options, choices and slots", async () => {
  const file = await script("bash");
  const ask = `source "$1"; shift
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _zerorig
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const offered = (...words: readonly string[]) =>
    execFileSync("bash", ["-c", ask, "bash", file, "zerorig", ...words], { encoding: "utf8" })
      .split("\n")
      .filter((word) => word !== "")
      .sort();
  for (const [typed, wanted] of CASES) expect([typed, offered(...typed)]).toEqual([typed, wanted]);
  expect(offered("logs", "--level", "=", "wa")).toEqual(["warn"]);
  expect(offered("run", "--config", "/etc/hostnam")).toEqual(["/etc/hostname"]);
  expect(
    execFileSync("bash", ["-c", `source ${file}; complete -p zerorig`], { encoding: "utf8" }),
  ).toBe("complete -F _zerorig zerorig\n");
});

it("fish does, with descriptions", async ({ skip }) => {
  if (!isInstalled("fish")) skip("NOT CHECKED: fish is not installed");
  const file = await script("fish");
  const complete = (line: string) =>
    execFileSync("fish", ["-c", `source ${file}; complete -C '${line}'`], { encoding: "utf8" })
      .split("\n")
      .filter((word) => word !== "");
  for (const [typed, wanted] of CASES) {
    const words = complete(`zerorig ${typed.join(" ")}`).map((line) => line.split("\t")[0]);
    expect([typed, words.sort()]).toEqual([typed, wanted]);
  }
  expect(complete("zerorig statu")).toEqual(["status\tshow every slot, and why it is as it is"]);
});

/** What zsh's own functions would be given, with what fits printed: they work inside of a completion alone. */
const ZSH = `
compdef() {}
compset() {}
compadd() { shift; print -rl -- \${(M)@:#$cur*} }
_files() { print -rl -- $cur*(N) }
_describe() { local from=\${@[-1]}; print -rl -- \${(M)\${\${(P)from}%%:*}:#$cur*} }
source $1; shift
words=("$@"); CURRENT=$#words
_zerorig`;

it("zsh does, as far as can be seen from outside of a completion", async ({ skip }) => {
  if (!isInstalled("zsh")) skip("NOT CHECKED: zsh is not installed");
  const file = await script("zsh");
  const offered = (...words: readonly string[]) =>
    execFileSync("zsh", ["-f", "-c", ZSH, "zsh", file, "zerorig", ...words], { encoding: "utf8" })
      .split("\n")
      .filter((word) => word !== "")
      .sort();
  for (const [typed, wanted] of CASES) expect([typed, offered(...typed)]).toEqual([typed, wanted]);
  expect(offered("logs", "--level=wa")).toEqual(["warn"]);
  expect(offered("run", "--config", "/etc/hostnam")).toEqual(["/etc/hostname"]);
});

// The manual pages of the build: one for each program, with all that the program takes, and without a fault in groff's and man's eyes.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { placesOf } from "../../controller/cli/completion/places.ts";
import { buildProgram } from "../../controller/cli/program.ts";
import { buildProgram as buildHatctl } from "../../hat/ctl/program.ts";
import { DIST } from "./programs.ts";

const MAN = join(DIST, "man");
const { bin, man } = JSON.parse(readFileSync("package.json", "utf8"));
const pages = readdirSync(MAN).sort();

function page(file: string): string {
  return readFileSync(join(MAN, file), "utf8").replaceAll("\\-", "-").replaceAll("\\&", "");
}

function isInstalled(program: string): boolean {
  return spawnSync(program, ["--version"]).error === undefined;
}

it("there is one for each program, and the package names it", () => {
  expect(pages.map((file) => file.replace(/\.\d$/, ""))).toEqual(Object.keys(bin).sort());
  expect([...man].sort()).toEqual(pages.map((file) => `dist/man/${file}`));
});

it.each([
  ["zerorig.1", buildProgram({ exitCode: 0 })],
  ["hatctl.1", buildHatctl({ name: "hatctl", complain: () => {} })],
] as const)("%s tells every command and option", (file, program) => {
  const text = page(file);
  for (const { at, commands, options } of placesOf(program, 4)) {
    if (at !== "" && commands.length === 0) expect(text).toContain(`\n.SS ${at} `);
    for (const name of options.flatMap(({ names }) => names)) expect(text).toContain(name);
  }
  expect(text).toContain("Exit codes:");
});

it("zero-agent.1 tells what its help tells", () => {
  for (const word of ["--serial DEVICE", "ZERO-AGENT BENCH", "--threads N", "--target MACHINE"]) {
    expect(page("zero-agent.1")).toContain(word);
  }
  // Defaults are those of whoever reads it, not of whoever built it.
  expect(page("zero-agent.1")).not.toMatch(/default \/(?:root|home)/);
});

describe.each(pages)("%s", (file) => {
  it.each([
    ["groff", ["-man", "-Tutf8", "-ww", "-P-cbou"]],
    ["man", ["--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z"]],
  ])("is without a fault by %s", (program, args) => {
    if (!isInstalled(program)) {
      process.stderr.write(`NOT CHECKED: ${file}, for ${program} is not installed\n`);
      return;
    }
    const { stderr, stdout } = spawnSync(program, [...args, join(MAN, file)]);
    expect(stderr.toString()).toBe("");
    expect(stdout.toString().length).toBeGreaterThan(500);
  });
});

it("a fault would be seen", () => {
  if (!isInstalled("groff")) return;
  const broken = { input: `${readFileSync(join(MAN, "zerorig.1"), "utf8")}\n.NOSUCH request\n` };
  const { stderr } = spawnSync("groff", ["-man", "-Tutf8", "-ww"], broken);
  expect(stderr.toString()).toContain("NOSUCH");
});

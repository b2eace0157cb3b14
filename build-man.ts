// The manual pages, from what the programs say of themselves: written at each build, so that they cannot fall behind.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";

interface Page {
  /** `zerorig.1`: the number is the manual's section. */
  readonly file: string;
  readonly text: string;
}

/** A text in which roff sees no command: a hyphen stays one, and no line begins with a dot or a quote. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1");
}

/** Lines that keep their breaks. */
function asWritten(text: string): string[] {
  return [".nf", roff(text.replace(/^\n+|\n+$/g, "")), ".fi"];
}

function item(term: string, text: string): string[] {
  return [".TP", `.B ${roff(term)}`, roff(text)];
}

function header(name: string, section: number, version: string): string {
  // No date: the same sources make the same page.
  return `.TH ${name.toUpperCase()} ${section} "" "zerorig ${version}"`;
}

/** What a command adds below its help: marks, exit codes, how to install. */
function afterHelp(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (chunk) => (text += chunk) });
  command.outputHelp();
  return text.slice(command.helpInformation().length);
}

/** All but `--help`, which every command has. */
function optionItems(command: Command): string[] {
  const help = command.createHelp();
  return help
    .visibleOptions(command)
    .filter(({ long }) => long !== "--help" || command.parent === null)
    .flatMap((option) => item(option.flags, help.optionDescription(option)));
}

/** Each command that does something, with its options. */
function commandSections(command: Command, above: string): string[] {
  const help = command.createHelp();
  return help.visibleCommands(command).flatMap((each) => {
    const name = `${above}${each.name()}`;
    const below = commandSections(each, `${name} `);
    const options = optionItems(each);
    // Of a word that only leads to others there is nothing to tell.
    if (below.length > 0 && options.length === 0) return below;
    const after = afterHelp(each);
    return [
      `.SS ${roff(`${name} ${each.usage()}`)}`,
      roff(`${capital(each.description())}.`),
      ...help
        .visibleArguments(each)
        .flatMap((argument) => item(argument.name(), help.argumentDescription(argument))),
      ...options,
      ...(after === "" ? [] : [".P", ...asWritten(after)]),
      ...below,
    ];
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The page of a program that commander parses. */
function commanderPage(program: Command, version: string, seeAlso: string): Page {
  const name = program.name();
  const after = afterHelp(program);
  const lines = [
    header(name, 1, version),
    ".SH NAME",
    `${name} \\- ${roff(program.description().replace(/\.$/, ""))}`,
    ".SH SYNOPSIS",
    `.B ${name}`,
    roff(program.usage()),
    ".SH OPTIONS",
    ...optionItems(program),
    ".SH COMMANDS",
    ...commandSections(program, ""),
    ...(after === "" ? [] : [".SH NOTES", ...asWritten(after)]),
    ".SH SEE ALSO",
    roff(seeAlso),
    "",
  ];
  return { file: `${name}.1`, text: lines.join("\n") };
}

/** The page of a program that only tells its usage: that, as it is. */
function usagePage(name: string, texts: readonly string[], version: string): Page {
  const [first = ""] = texts;
  const summary = /^[^\n]*?: ([^\n]*)/.exec(first)?.[1] ?? "";
  const lines = [
    header(name, 1, version),
    ".SH NAME",
    `${name} \\- ${roff(summary.replace(/\.$/, ""))}`,
    ".SH USAGE",
    ...asWritten(first.replace(/^[^\n]*\n/, "")),
    ...texts.slice(1).flatMap((text) => {
      const title = /^Usage: (\S+ \S+)/.exec(text)?.[1] ?? "";
      return [`.SH ${roff(title.toUpperCase())}`, ...asWritten(text)];
    }),
    ".SH SEE ALSO",
    roff("zerorig(1), hatctl(1)"),
    "",
  ];
  return { file: `${name}.1`, text: lines.join("\n") };
}

/** What a built program prints; its defaults below the home of whoever runs it. */
function helpOf(program: string, ...args: readonly string[]): string {
  const env = { ...process.env, HOME: "~", XDG_CACHE_HOME: "" };
  return execFileSync(process.execPath, [program, ...args], { encoding: "utf8", env });
}

/** Writes the folder `man` of `out`, where the programs were built before. */
export async function buildManPages(out: string, version: string): Promise<void> {
  Object.assign(globalThis, { ZERORIG_VERSION: version });
  const [zerorig, hatctl, fence] = await Promise.all([
    import("./controller/cli/program.ts"),
    import("./hat/ctl/program.ts"),
    import("./hat/ctl/fence/words.ts"),
  ]);
  const agent = join(out, "zero-agent.cjs");
  const pages: readonly Page[] = [
    commanderPage(
      zerorig.buildProgram({ exitCode: 0 }),
      version,
      "hatctl(1), zero-agent(1), fence_clusterhat(8)",
    ),
    commanderPage(
      hatctl.buildProgram({ name: "hatctl", complain: () => {} }),
      version,
      "zerorig(1), fence_clusterhat(8)",
    ),
    usagePage(
      "zero-agent",
      [
        helpOf(agent, "--help"),
        helpOf(agent, "bench", "--help"),
        helpOf(agent, "build-native", "--help"),
        helpOf(agent, "enroll", "--help"),
      ],
      version,
    ),
    { file: "fence_clusterhat.8", text: fence.manPage() },
  ];
  const folder = join(out, "man");
  mkdirSync(folder, { recursive: true });
  for (const { file, text } of pages) writeFileSync(join(folder, file), text);
}

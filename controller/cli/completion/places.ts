// What can stand where on a command line, read from the program's own definition: the ground of completion for every shell.

import type { Argument, Command, Option } from "commander";

/** What a value may be: one of some words, a file, or anything. */
export type Values = { readonly words: readonly string[] } | "file" | "free";

export interface OptionWords {
  /** `--lines`, `-n`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Null for one that takes no value, or need not. */
  readonly values: Values | null;
}

export interface Place {
  /** The commands so far, with spaces between: `config check`; empty at the start. */
  readonly at: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionWords[];
  /** What its arguments may be; null where it has none. */
  readonly values: Values | null;
}

/** A placeholder tells what it stands for: `<slots...>`, `<file>`. */
function valuesOf(
  placeholder: string,
  choices: readonly string[] | undefined,
  slots: number,
): Values {
  if (choices !== undefined) return { words: choices };
  const names = Array.from({ length: slots }, (_, index) => `p${index + 1}`);
  if (placeholder === "slots") return { words: [...names, "all"] };
  if (placeholder === "slot") return { words: names };
  return /^(?:file|path|folder|dir)$/.test(placeholder) ? "file" : "free";
}

function placeholderOf(flags: string): string {
  return /<([\w.=-]+?)(?:\.\.\.)?>/.exec(flags)?.[1] ?? "";
}

function optionWords(option: Option, slots: number): OptionWords {
  const names = [option.long, option.short].filter((name) => typeof name === "string");
  const values = option.required
    ? valuesOf(placeholderOf(option.flags), option.argChoices, slots)
    : null;
  return { names, description: option.description, values };
}

function argumentValues(args: readonly Argument[], slots: number): Values | null {
  const [first] = args;
  return first === undefined ? null : valuesOf(first.name(), first.argChoices, slots);
}

/** Every place of the program, itself first. `slots` is how many slot names to offer. */
export function placesOf(program: Command, slots: number, above = ""): readonly Place[] {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const own: Place = {
    at: above,
    commands: commands.map((command) => ({
      name: command.name(),
      description: command.description(),
    })),
    options: help.visibleOptions(program).map((option) => optionWords(option, slots)),
    values: argumentValues(program.registeredArguments, slots),
  };
  const below = commands.flatMap((command) =>
    placesOf(command, slots, `${above} ${command.name()}`.trim()),
  );
  return [own, ...below];
}

/** The options anywhere that take a value: the word after one is no command. */
export function valuedOptions(places: readonly Place[]): readonly string[] {
  const valued = places.flatMap(({ options }) =>
    options.flatMap(({ names, values }) => (values === null ? [] : names)),
  );
  return [...new Set(valued)].sort();
}

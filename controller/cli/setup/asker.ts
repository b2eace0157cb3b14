// How questions are put to a person. Tests answer them by themselves; on a terminal @clack/prompts does it, which loads only then.

import { CliError } from "../error.ts";

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

type Validate = (text: string) => string | undefined;

export interface Asker {
  say(text: string): void;
  text(question: string, initial: string, validate: Validate): Promise<string>;
  /** What is typed is not shown. Empty for none. */
  secret(question: string, validate: Validate): Promise<string>;
  choose(question: string, choices: readonly Choice[], initial: string): Promise<string>;
  confirm(question: string, initial: boolean): Promise<boolean>;
}

const COLUMNS = 80;

/** Rejects with a CliError (`interrupted`) when the person gives up. */
export async function terminalAsker(): Promise<Asker> {
  const clack = await import("@clack/prompts");
  const output = process.stderr;
  // A serial console may not know its width: each letter would have a line of its own.
  if (output.columns === 0) output.columns = COLUMNS;
  clack.intro("zerorig setup: nothing is written before you have seen all of it", { output });
  const given = <T>(answer: T): Exclude<T, symbol> => {
    if (!clack.isCancel(answer)) return answer as Exclude<T, symbol>;
    throw new CliError("interrupted", "setup was broken off; nothing was written");
  };
  return {
    say: (text) => clack.log.message(text, { output }),
    text: async (message, initialValue, validate) =>
      given(
        await clack.text({
          message,
          initialValue,
          output,
          validate: (value) => validate((value ?? "").trim()),
        }),
      ).trim(),
    secret: async (message, validate) =>
      given(
        await clack.password({
          message,
          output,
          validate: (value) => validate((value ?? "").trim()),
        }),
      )?.trim() ?? "",
    choose: async (message, choices, initialValue) =>
      given(await clack.select({ message, options: [...choices], initialValue, output })),
    confirm: async (message, initialValue) =>
      given(await clack.confirm({ message, initialValue, output })),
  };
}

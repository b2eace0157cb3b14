// What a missing argument would have been: commander names it, and nothing more.

import type { Argument, Command } from "commander";

/** Has this command and those below it say what an argument that is missing may be. */
export function tellMissingArguments(command: Command): void {
  Object.assign(command, {
    // Commander's own, which its types leave out; the tests of both programs miss it where it is gone.
    missingArgument: (name: string) => {
      const argument = command.registeredArguments.find((each) => each.name() === name);
      const what = argument === undefined ? "" : expected(argument);
      command.error(`error: missing required argument '${name}'${what}`, {
        code: "commander.missingArgument",
      });
    },
  });
  for (const below of command.commands) tellMissingArguments(below);
}

function expected({ argChoices, description }: Argument): string {
  const what = argChoices === undefined ? description : argChoices.join(", ");
  return what === "" ? "" : `: ${what}`;
}

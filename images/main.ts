// npm run images: makes cards' images for the rig's machines. Needs no root, and mounts nothing.

import { buildCommand } from "./commands/build.ts";
import { customiseCommand } from "./commands/customise.ts";
import { lockCommand } from "./commands/lock.ts";
import { nativesCommand } from "./commands/natives.ts";
import { netbootCommand } from "./commands/netboot.ts";
import { rigCommand } from "./commands/rig.ts";
import { explainedError } from "./explain.ts";
import { UsageError } from "./image-error.ts";
import { closeOnSignals } from "./work-folder.ts";

/** Takes what stands behind its name; resolves with the exit code. */
type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, readonly [about: string, command: Command]>> = {
  rig: [
    "the cards of a whole rig, from the folder that `zerorig setup --for-cards` wrote",
    rigCommand,
  ],
  build: ["a card for one machine, out of Debian's packages alone", buildCommand],
  customise: [
    "a card for one machine, out of a stock image of Raspberry Pi OS or Debian",
    customiseCommand,
  ],
  netboot: ["what Zeros without a card are sent over USB", netbootCommand],
  natives: [
    "the controller's native packages for arm64, as `rig`, `build` and `customise` take them",
    nativesCommand,
  ],
  lock: ["images/versions.json anew, with the versions that Debian has now", lockCommand],
};
const NAME_CHARS = 11;
const USAGE = `Usage: npm run images -- COMMAND [options]

Makes images for the cards of a rig's machines. Needs no root, and mounts nothing.

${Object.entries(COMMANDS)
  .map(([name, [about]]) => `  ${name.padEnd(NAME_CHARS)}${about}\n`)
  .join("")}
\`npm run images -- COMMAND --help\` shows a command's options. Steps are told on stderr, the result on stdout.
Exit codes: 0 done, 1 failed or refused, 2 wrong usage or settings, 4 not allowed to read or write something.
`;

async function main(name: string | undefined, args: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help") {
    (name === undefined ? process.stderr : process.stdout).write(USAGE);
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS[name]?.[1];
  if (command !== undefined) return await command(args);
  const known = Object.keys(COMMANDS).join(", ");
  throw new UsageError(`there is no command "${name}"`, `there are ${known}`);
}

closeOnSignals();
const [name, ...args] = process.argv.slice(2);
try {
  process.exitCode = await main(name, args);
} catch (error) {
  const isKnown = name !== undefined && Object.hasOwn(COMMANDS, name);
  const { exitCode, text } = explainedError(error, isKnown ? name : null);
  process.stderr.write(text);
  process.exitCode = exitCode;
}

// npm run images: makes cards' images for the rig's machines. Needs no root, and mounts nothing.

import { BUILD_USAGE, buildCommand } from "./commands/build.ts";
import { CUSTOMISE_USAGE, customiseCommand } from "./commands/customise.ts";
import { LOCK_USAGE, lockCommand } from "./commands/lock.ts";
import { NATIVES_USAGE, nativesCommand } from "./commands/natives.ts";
import { NETBOOT_USAGE, netbootCommand } from "./commands/netboot.ts";
import { RIG_USAGE, rigCommand } from "./commands/rig.ts";
import { closeOnSignals } from "./work-folder.ts";

type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, readonly [usage: string, command: Command]>> = {
  rig: [RIG_USAGE, rigCommand],
  customise: [CUSTOMISE_USAGE, customiseCommand],
  build: [BUILD_USAGE, buildCommand],
  netboot: [NETBOOT_USAGE, netbootCommand],
  natives: [NATIVES_USAGE, nativesCommand],
  lock: [LOCK_USAGE, lockCommand],
};
const USAGE = `Usage: npm run images -- COMMAND …

${Object.values(COMMANDS)
  .map(([usage]) => usage)
  .join("\n")}
Exit codes: 0 done, 1 failed or refused, 2 wrong usage.
`;

async function main([name, ...args]: readonly string[]): Promise<number> {
  const command = COMMANDS[name ?? ""]?.[1];
  if (command !== undefined) return await command(args);
  const isHelp = name === "--help";
  (isHelp ? process.stdout : process.stderr).write(USAGE);
  return isHelp ? 0 : 2;
}

closeOnSignals();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // Ours, and those of the controller's readers.
  const { message, todo } = error as Error & { readonly todo?: string };
  process.stderr.write(`images: ${message}${todo ? `\n${todo}` : ""}\n`);
  const isUsage = (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS") === true;
  process.exitCode = isUsage ? 2 : 1;
}

// The flags of the development commands (sim, sim:ablate, sim:naive, mutate): what they may be, and what happens when they are not.

import { Command, InvalidArgumentError } from "commander";

/** Exit codes: 0 all is well, 1 what was looked for was found (a violation, a survivor), 2 nothing could be looked at. */
const MISUSED = 2;

/** A count, a seed, a number of processes. */
export function whole(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It takes a whole number above 0.");
}

/** A number of hours. */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("It takes a number above 0.");
}

/** A command that ends with code 2, and one line that names the flag, when it is called wrongly. */
export function devCommand(name: string, description: string): Command {
  return new Command(`npm run ${name}`)
    .description(description)
    .usage("-- [options]")
    .allowExcessArguments(false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error/, name)) })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : MISUSED));
}

/** Ends the command: its flags are right each for itself, and wrong together or for this project. */
export function refuse(name: string, why: string): never {
  process.stderr.write(`${name}: ${why}\n`);
  process.exit(MISUSED);
}

/**
 * Runs a command to its end. One whose reader has read enough (`| head -1`) ends without a word; one that fails itself says so
 * and ends with code 2, for that is no finding.
 */
export async function runCommand(name: string, run: () => Promise<void> | void): Promise<void> {
  process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (code !== "EPIPE") process.stderr.write(`${name}: ${message}\n`);
    process.exit(code === "EPIPE" ? 0 : MISUSED);
  });
  try {
    await run();
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = MISUSED;
  }
}

// What would stop more than one Zero, or stop one hard: a question to a person at a terminal. A script is not asked.

import { createInterface } from "node:readline/promises";
import { CliError } from "./error.ts";

/** Whether there is somebody to ask. */
function isSeated(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Resolves when the person agrees, or there is none to ask. Throws a CliError where the answer is no. */
export async function confirm(what: string): Promise<void> {
  if (!isSeated()) return;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  let interrupted = false;
  terminal.once("SIGINT", () => {
    interrupted = true;
    terminal.close();
  });
  // Ctrl-C and Ctrl-D are no answer.
  const gone = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  try {
    const answer = await Promise.race([terminal.question(`${what} Go on? [y/N] `), gone]);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    terminal.close();
  }
  if (interrupted) throw new CliError("interrupted", "nothing was done");
  throw new CliError("refused", "nothing was done", "`--yes` does it without the question.");
}

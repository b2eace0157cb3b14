// hatctl: the power lines of a ClusterHAT from the command line.

import { basename } from "node:path";
import { CommanderError } from "commander";
import { closeLostTerminal } from "../lost-terminal.ts";
import { describeError, errorCodeOf, exitCodeOf, UsageError } from "./exit.ts";
import { Output } from "./output.ts";
import { buildProgram } from "./program.ts";

void main();

async function main(): Promise<void> {
  process.on("exit", closeLostTerminal);
  // Whoever reads us may have had enough.
  process.stdout.on("error", () => {});
  // Wrong usage is told before the options are known.
  const out = new Output(process.argv.includes("--json"));
  const said: string[] = [];
  try {
    const name = basename(process.argv[1] ?? "");
    await buildProgram({ name, complain: (text) => void said.push(text) }).parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) fail(out, error);
    else if (error.exitCode !== 0)
      fail(out, new UsageError(said.join(" ") || "which command? See --help"));
  }
  // A call that timed out may never end by itself. Output to files and pipes is written by now.
  process.exit();
}

function fail(out: Output, error: unknown): void {
  const message = describeError(error);
  const exitCode = exitCodeOf(error);
  out.complain(message);
  if (out.json) out.result({ error: { code: errorCodeOf(error), message, exitCode } }, "");
  process.exitCode = exitCode;
}

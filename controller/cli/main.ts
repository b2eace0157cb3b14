// The program `zerorig`.

import { closeLostTerminal } from "../../hat/lost-terminal.ts";
import { systemCode } from "../shell/error.ts";
import { explain, explanationText } from "./explain.ts";
import { runProgram } from "./program.ts";

/** What is still open at the end (a pipe, say) must not keep a program that is done. */
const LINGER_MS = 2000;

function fail(error: unknown): void {
  process.exitCode = explain(error).exitCode;
  process.stderr.write(explanationText(error, (process.env["ZERORIG_DEBUG"] ?? "") !== ""));
}

function dieOf(error: unknown): void {
  fail(error);
  process.exit();
}

process.on("exit", closeLostTerminal);
process.on("uncaughtException", dieOf);
// Whoever reads us may have had enough, as `head` has. That is the end, and no failure.
process.stdout.on("error", (error) =>
  systemCode(error) === "EPIPE" ? process.exit() : dieOf(error),
);
process.on("unhandledRejection", dieOf);

try {
  process.exitCode = await runProgram(process.argv.slice(2));
} catch (error) {
  fail(error);
}
setTimeout(() => process.exit(), LINGER_MS).unref();

// `npm run sim`, `sim:naive`: bundles the program named first and runs it with the arguments that follow. Plain JavaScript in one
// file simulated a third more in the same time than TypeScript that is translated on loading.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "./bundle.ts";

/**
 * Some processes run side by side, each for long: room for garbage, which each collects by itself, and functions compiled only
 * when it is known what they are called with. These three together gave a fifth more. Half as much as usual of what a function
 * calls is compiled into it: a thirtieth more, for the compiler has less to do.
 */
const V8_OPTIONS = [
  "--max-semi-space-size=128",
  "--single-threaded-gc",
  "--interrupt-budget=400000",
  "--max-inlined-bytecode-size-cumulative=460",
];

const [entry = "test/sim/main.ts", ...args] = process.argv.slice(2);
const dir = mkdtempSync(join(tmpdir(), "zerorig-sim-"));
process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
const outfile = join(dir, "program.mjs");
await bundle(entry, outfile);
const child = spawn(process.execPath, [...V8_OPTIONS, outfile, ...args], { stdio: "inherit" });
// Whoever ends this ends the program too, and the folder goes with it.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
child.on("close", (code) => {
  process.exitCode = code ?? 2;
});

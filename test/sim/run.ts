// `npm run sim`, `sim:naive`: bundles the program named first and runs it with the arguments that follow. Plain JavaScript in one
// file simulated a third more in the same time than TypeScript that is translated on loading.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "./bundle.ts";

/**
 * Some processes run side by side, each for long: room for garbage, which each collects by itself, and functions compiled only
 * when it is known what they are called with. All three together gave a fifth more.
 */
const V8_OPTIONS = [
  "--max-semi-space-size=128",
  "--single-threaded-gc",
  "--interrupt-budget=400000",
];

const [entry = "test/sim/main.ts", ...args] = process.argv.slice(2);
const dir = mkdtempSync(join(tmpdir(), "zerorig-sim-"));
const outfile = join(dir, "program.mjs");
try {
  await bundle(entry, outfile);
  const { status, signal } = spawnSync(process.execPath, [...V8_OPTIONS, outfile, ...args], {
    stdio: "inherit",
  });
  process.exitCode = signal === null ? (status ?? 1) : 1;
} finally {
  rmSync(dir, { recursive: true });
}

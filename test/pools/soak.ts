// npm run soak -- [--for TIME] [--seed N] [--connections N] [--json]: a rig at a practice pool in bad weather; then both sides
// are counted against each other, share by share. Code 1 when they do not agree.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duration } from "../../controller/cli/option.ts";
import { devCommand, runCommand, whole } from "../flags.ts";
import { type SoakReport, soak } from "./soak-run.ts";

const NAME = "soak";

interface Flags {
  readonly for: number;
  readonly seed: number;
  readonly connections: number;
  readonly json?: true;
}

const flags = devCommand(
  NAME,
  "Mines at a practice pool that resets, falls silent and cuts, and counts both sides.",
)
  .option("--for <time>", "how long, such as 30s", duration, 600_000)
  .option("--seed <number>", "of the pool's weather", whole, 1)
  .option("--connections <count>", "of each Zero", whole, 2)
  .option("--json", "the counts as JSON in the last line")
  .parse()
  .opts<Flags>();

function print({ core, pool, lost, ends, faults }: SoakReport): void {
  const lines = [
    `we:   accepted ${core.accepted}, rejected ${core.rejected}, unknown ${core.unknown}`,
    `pool: accepted ${pool.accepted}, rejected ${pool.rejected}`,
    `of the unknown ones the pool accepted ${lost.accepted}, rejected ${lost.rejected}, and never saw ${lost.unseen}`,
    ...Object.entries(ends).map(([why, times]) => `sessions ended ${times} x: ${why}`),
    ...faults.map((fault) => `FAULT: ${fault}`),
    faults.length === 0 ? "both sides agree" : `${faults.length} faults`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

await runCommand(NAME, async () => {
  const dir = mkdtempSync(join(tmpdir(), "zerorig-soak-"));
  try {
    const { for: forMs, seed, connections } = flags;
    const onProgress = (text: string) => process.stderr.write(`${text}\n`);
    const report = await soak({ dir, forMs, seed, connections, onProgress });
    print(report);
    if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    if (report.faults.length > 0) process.exitCode = 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

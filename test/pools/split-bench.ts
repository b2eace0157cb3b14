// npm run bench:split -- [--for SECONDS] [--json]: a connection for each Zero beside one for all whose jobs are divided, by how long
// a job is: how busy the Zeros are, shares and coins an hour, by the public rules of the reward.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rewardOf } from "../../controller/pools/practice/workers.ts";
import { devCommand, positive, runCommand } from "../flags.ts";
import type { Contest, Outcome } from "./contestant.ts";
import { runContest } from "./run-contest.ts";

const NAME = "bench:split";
const ZEROS = 4;
/** Of a Zero, for the reward: it grows with the logarithm of the rate. */
const ZERO_HS = 240_000;
/** Mean time of a job on one Zero; the last is more than a connection may take for it. */
const JOBS_MS = [1500, 10_000, 40_000, 120_000] as const;
const SETTLE_MS = 10_000;
const LATENCY_MS = 20;
/** Of a share that is paid: past the first ten of its connection, and an even one. */
const PAID = 12;

const flags = devCommand(
  NAME,
  "Measures when it pays to divide jobs: busy share, shares and coins an hour.",
)
  .option("--for <seconds>", "how long", positive, 300)
  .option("--json", "the rows as JSON in the last line")
  .parse()
  .opts<{ readonly for: number; readonly json?: true }>();

function rowOf({ jobMs, split }: Contest, { busy, workers }: Outcome) {
  const rateHs = split ? ZEROS * ZERO_HS : ZERO_HS;
  const coins = workers.reduce(
    (sum, { ordinal, sharesPerHour }) =>
      sum + (sharesPerHour / 2) * rewardOf(PAID, rateHs, Math.min(ordinal, ZEROS)),
    0,
  );
  const shares = workers.reduce((sum, { sharesPerHour }) => sum + sharesPerHour, 0);
  const mean = busy.reduce((sum, each) => sum + each, 0) / busy.length;
  return {
    job_ms: jobMs,
    mode: split ? "split" : "each",
    busy: Math.round(mean * 10_000) / 10_000,
    shares_per_hour: Math.round(shares),
    coins_per_hour: Math.round(coins * 1000) / 1000,
  };
}

await runCommand(NAME, async () => {
  const dir = mkdtempSync(join(tmpdir(), "zerorig-split-"));
  try {
    const contests = JOBS_MS.flatMap((jobMs) =>
      [false, true].map((split): Contest => {
        const own = join(dir, `${jobMs}-${split}`);
        const times = { settleMs: SETTLE_MS, forMs: flags.for * 1000 };
        return {
          latencyMs: LATENCY_MS,
          connections: 1,
          split,
          zeros: ZEROS,
          jobMs,
          dir: own,
          ...times,
        };
      }),
    );
    const outcomes = await Promise.all(contests.map(runContest));
    const rows = contests.map((contest, index) => rowOf(contest, outcomes[index] as Outcome));
    const lines = rows.map(
      ({ job_ms, mode, busy, shares_per_hour, coins_per_hour }) =>
        `${`${job_ms / 1000} s`.padStart(6)}  ${mode.padEnd(5)}  busy ${(100 * busy).toFixed(2).padStart(6)} %  ${String(shares_per_hour).padStart(6)} shares/h  ${coins_per_hour.toFixed(3).padStart(7)} coins/h`,
    );
    process.stdout.write(`${lines.join("\n")}\n`);
    if (flags.json) process.stdout.write(`${JSON.stringify({ rows })}\n`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

// npm run bench:pools -- [--for SECONDS] [--job-ms N] [--json]: how much of its time a Zero hashes, by the pool's latency and
// the connections of a Zero, beside a plain sequential client. All in one run, side by side, each
// controller in a process of its own: the Zeros only sleep.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { devCommand, positive, runCommand, whole } from "../flags.ts";
import type { Contest } from "./contestant.ts";
import { runContest } from "./run-contest.ts";

const NAME = "bench:pools";
const ZEROS = 4;
const CONNECTIONS = [1, 2, 4] as const;
/** Until all are connected, one after the other, and have what they wait for. */
const SETTLE_MS = 5000;
const GAP_MS = 700;

interface Flags {
  readonly for: number;
  readonly jobMs: number;
  readonly latencies: readonly number[];
  readonly json?: true;
}

interface Row {
  readonly latency_ms: number;
  /** 0: the plain client. */
  readonly connections: number;
  /** The mean of the Zeros, and the least of them. */
  readonly busy: number;
  readonly least: number;
  /** What no lock-step client of so many connections can exceed: jobs per second that they bring, times a job's time. */
  readonly bound: number;
}

const flags = devCommand(
  NAME,
  "Measures how much of its time a Zero hashes: pools of several latencies, one or more connections, and a plain client.",
)
  .option("--for <seconds>", "how long", positive, 90)
  .option("--job-ms <count>", "how long a job takes a Zero on average", whole, 1500)
  .option(
    "--latencies <list>",
    "of the pool, in ms each way",
    (text: string) => text.split(",").map(Number),
    [0, 100, 800, 2000],
  )
  .option("--json", "the rows as JSON in the last line")
  .parse()
  .opts<Flags>();

/** Each share takes two questions and two answers, and a connection brings one job at a time. */
function boundOf(latencyMs: number, connections: number): number {
  const { jobMs } = flags;
  return Math.min(1, (Math.max(1, connections) * jobMs) / (jobMs + 4 * latencyMs));
}

function round(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}

async function bench(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "zerorig-pools-"));
  const { for: seconds, jobMs, latencies } = flags;
  const settleMs =
    SETTLE_MS + ZEROS * Math.max(...CONNECTIONS) * GAP_MS + 4 * Math.max(...latencies);
  try {
    const contests = latencies.flatMap((latencyMs) =>
      [0, ...CONNECTIONS].map((connections): Contest => {
        const own = join(dir, `${latencyMs}-${connections}`);
        return {
          latencyMs,
          connections,
          split: false,
          zeros: ZEROS,
          jobMs,
          settleMs,
          forMs: seconds * 1000,
          dir: own,
        };
      }),
    );
    const results = await Promise.all(contests.map(runContest));
    const rows = contests.map(({ latencyMs, connections }, index): Row => {
      const shares = results[index]?.busy ?? [];
      const busy = round(shares.reduce((sum, share) => sum + share, 0) / shares.length);
      const bound = round(boundOf(latencyMs, connections));
      return { latency_ms: latencyMs, connections, busy, least: round(Math.min(...shares)), bound };
    });
    print(rows);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function print(rows: readonly Row[]): void {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`.padStart(9);
  const lines = rows.map(({ latency_ms, connections, busy, least, bound }) => {
    const who =
      connections === 0 ? "plain client" : `${connections} connection${connections > 1 ? "s" : ""}`;
    return `${`${latency_ms} ms`.padStart(9)}  ${who.padEnd(13)} ${[busy, least, bound].map(percent).join("")}`;
  });
  const head = `  latency  client            busy    least  at most`;
  const what = `${ZEROS} Zeros, jobs of ${flags.jobMs} ms on average, ${flags.for} s; latency is each way`;
  process.stdout.write(`${[what, head, ...lines].join("\n")}\n`);
  if (flags.json) process.stdout.write(`${JSON.stringify({ rows })}\n`);
}

await runCommand(NAME, bench);

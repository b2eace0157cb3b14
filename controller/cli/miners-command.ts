// `zerorig miners`: the ordinary miners beside the Zeros, and how their shares fare.

import type { MinersReport, MinerWorker } from "../pools/stratum-server/report.ts";
import { ask } from "./control-client.ts";
import { formatDuration } from "./duration.ts";
import { fitted, type Look, lookOf, PLAIN } from "./look.ts";
import type { ControlOptions } from "./slot-commands.ts";
import { formatRate } from "./status-text.ts";
import { columns } from "./text-table.ts";

/** Asks, and prints. */
export async function printMiners({ socket, timeout, json }: ControlOptions): Promise<void> {
  const { miners } = await ask(socket, { verb: "miners" }, timeout);
  process.stdout.write(
    json ? `${JSON.stringify(miners)}\n` : minersText(miners, lookOf(process.stdout)),
  );
}

/** The whole report, ending in a newline. */
export function minersText(report: MinersReport, look: Look = PLAIN): string {
  const { listen, has_work, connections, forwarded, banned, workers } = report;
  if (listen === null) {
    return "no miners are served; [miners] listen says where they would be\n";
  }
  const { accepted, rejected, rejected_by, hashrate_hs, since, blocks, best_difficulty } = report;
  const reasons = Object.entries(rejected_by).filter(([, count]) => count > 0);
  const head = [
    `miners at stratum+tcp://${listen}: ${connections} connected, ${formatRate(hashrate_hs)}`,
    ...(has_work ? [] : ["there is no work for them now"]),
    ...(since === null ? [] : [`since ${since.slice(0, 10)}, of all that ever were:`]),
    `accepted ${accepted}, rejected ${rejected}${reasonText(reasons)}`,
    `at the pool: accepted ${forwarded.accepted}, rejected ${forwarded.rejected}`,
    `blocks ${blocks}, best difficulty ${bestText(best_difficulty)}`,
    ...(banned === 0 ? [] : [`${banned} addresses are turned away`]),
  ];
  const table = columns([
    [
      "WORKER",
      "CONN",
      "DIFF",
      "RATE",
      "1 H",
      "ACC/REJ",
      "LAST",
      "BEST",
      "BLOCKS",
      "ADDRESS",
      "PROGRAM",
    ],
    ...workers.map(cells),
  ]);
  const lines = workers.length === 0 ? head : [...head, "", ...table];
  return `${fitted(lines, look).join("\n")}\n`;
}

function reasonText(reasons: readonly (readonly [string, number])[]): string {
  if (reasons.length === 0) return "";
  return ` (${reasons.map(([reason, count]) => `${count} x ${reason}`).join(", ")})`;
}

function bestText(difficulty: number | null): string {
  return difficulty === null ? "-" : String(Number(difficulty.toPrecision(3)));
}

function cells(worker: MinerWorker): string[] {
  const { difficulty, last_share_ms, accepted, rejected, address, agent } = worker;
  return [
    worker.worker,
    String(worker.connections),
    difficulty === null ? "-" : String(difficulty),
    formatRate(worker.hashrate_hs),
    formatRate(worker.hourly_hashrate_hs),
    `${accepted}/${rejected}`,
    last_share_ms === null ? "-" : formatDuration(last_share_ms),
    bestText(worker.best_difficulty),
    String(worker.blocks),
    address ?? "-",
    agent ?? "-",
  ];
}

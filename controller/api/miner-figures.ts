// The figures of ordinary miners for Prometheus, by the name that each worker gives.

import type { MinersReport, MinerWorker } from "../pools/stratum-server/report.ts";
import type { Figure } from "./metrics.ts";

type Of = Figure<MinersReport>["of"];

const worker = ["worker"] as const;

function byWorker(value: (worker: MinerWorker) => number | null): Of {
  return ({ workers }) =>
    workers.flatMap((each) => {
      const found = value(each);
      return found === null ? [] : [{ labels: { worker: each.worker }, value: found }];
    });
}

const figure = (
  type: "gauge" | "counter",
  name: string,
  help: string,
  labels: readonly string[],
  of: Of,
): Figure<MinersReport> => ({ name: `zerorig_${name}`, help, type, labels, of });

/** Nothing where no miners are served. */
export const MINER_FIGURES: readonly Figure<MinersReport>[] = [
  figure("gauge", "miners", "Miners that are connected.", [], ({ listen, connections }) =>
    listen === null ? [] : [{ labels: {}, value: connections }],
  ),
  figure("gauge", "miners_banned", "Addresses that are turned away.", [], ({ listen, banned }) =>
    listen === null ? [] : [{ labels: {}, value: banned }],
  ),
  figure(
    "gauge",
    "miner_hashrate_hashes",
    "Hashes a second, estimated from the shares of 5 minutes.",
    worker,
    byWorker((each) => each.hashrate_hs),
  ),
  figure(
    "gauge",
    "miner_difficulty",
    "Of the shares that it is asked for.",
    worker,
    byWorker((each) => each.difficulty),
  ),
  figure(
    "counter",
    "miner_shares_total",
    "Shares by verdict.",
    ["worker", "verdict"],
    ({ workers }) =>
      workers.flatMap(({ worker: name, accepted, rejected_by }) =>
        Object.entries({ accepted, ...rejected_by }).map(([verdict, value]) => ({
          labels: { worker: name, verdict },
          value,
        })),
      ),
  ),
  figure(
    "counter",
    "miner_blocks_total",
    "Its shares that were blocks of the network.",
    worker,
    byWorker(({ blocks }) => blocks),
  ),
  figure(
    "gauge",
    "miner_best_difficulty",
    "The hardest share that it ever found.",
    worker,
    byWorker(({ best_difficulty }) => best_difficulty),
  ),
  figure(
    "gauge",
    "miner_last_share_seconds",
    "The age of its last right share.",
    worker,
    byWorker(({ last_share_ms }) => (last_share_ms === null ? null : last_share_ms / 1000)),
  ),
];

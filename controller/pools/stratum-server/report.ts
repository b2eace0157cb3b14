// What a Stratum server says of its miners: the same to the CLI, the API and Prometheus.

import type { Rejected } from "./ledger.ts";
import type { ConnectedMiner, StratumServer } from "./server.ts";

/** One worker, by the name that its miners give. */
export interface MinerWorker {
  readonly worker: string;
  /** How many connections it has now; the next three are of the first of them, null without any. */
  readonly connections: number;
  readonly address: string | null;
  readonly agent: string | null;
  readonly connected_ms: number | null;
  /** Its last, where it is gone. */
  readonly difficulty: number | null;
  /** Estimated from its shares: of the last 5 minutes, and of the last hour. */
  readonly hashrate_hs: number;
  readonly hourly_hashrate_hs: number;
  readonly accepted: number;
  readonly rejected: number;
  /** By verdict. */
  readonly rejected_by: Rejected;
  /** The age of its last right share; null before the first. */
  readonly last_share_ms: number | null;
}

/** The miners together. */
export interface MinersStatus {
  /** Where they are served; null where they are not. */
  readonly listen: string | null;
  /** Whether there is work for them. */
  readonly has_work: boolean;
  readonly connections: number;
  readonly hashrate_hs: number;
  readonly accepted: number;
  readonly rejected: number;
}

export interface MinersReport extends MinersStatus {
  readonly rejected_by: Rejected;
  /** Shares that the pool, or the node, wanted; and what it said. They are among the counts above. */
  readonly forwarded: { readonly accepted: number; readonly rejected: number };
  /** Addresses that are turned away now. */
  readonly banned: number;
  readonly workers: readonly MinerWorker[];
}

const NONE: Rejected = {
  stale: 0,
  duplicate: 0,
  "low difficulty": 0,
  invalid: 0,
  refused: 0,
  lost: 0,
};

/** Where no miners are served. */
export const NO_MINERS: MinersReport = {
  ...{ listen: null, has_work: false, connections: 0, hashrate_hs: 0, accepted: 0, rejected: 0 },
  ...{ rejected_by: NONE, forwarded: { accepted: 0, rejected: 0 }, banned: 0, workers: [] },
};

function total(counts: Rejected): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** `now` by the clock of the server's own figures, performance.now(). */
export function minersReport(
  server: StratumServer,
  listen: string,
  forwarded: MinersReport["forwarded"],
  now: number,
): MinersReport {
  const here = server.miners();
  const byWorker = new Map<string, ConnectedMiner[]>();
  for (const miner of here) {
    for (const worker of miner.workers) {
      byWorker.set(worker, [...(byWorker.get(worker) ?? []), miner]);
    }
  }
  const workers = server.ledger.workers(now).map((figures): MinerWorker => {
    const { worker, accepted, rejected, hashrateHs, hourlyHashrateHs, lastShareMs } = figures;
    const own = byWorker.get(worker) ?? [];
    const [first] = own;
    return {
      worker,
      connections: own.length,
      address: first?.address ?? null,
      agent: first?.agent ?? null,
      connected_ms: first === undefined ? null : Math.round(now - first.sinceMs),
      difficulty: first?.difficulty ?? figures.difficulty,
      hashrate_hs: Math.round(hashrateHs),
      hourly_hashrate_hs: Math.round(hourlyHashrateHs),
      accepted,
      rejected: total(rejected),
      rejected_by: rejected,
      last_share_ms: lastShareMs === null ? null : Math.round(now - lastShareMs),
    };
  });
  const { accepted, ...rejected } = server.ledger.totals;
  return {
    listen,
    has_work: server.hasWork,
    connections: here.length,
    hashrate_hs: workers.reduce((sum, each) => sum + each.hashrate_hs, 0),
    accepted,
    rejected: total(rejected),
    rejected_by: rejected,
    forwarded,
    banned: server.bannedAddresses,
    workers,
  };
}

/** What the rig's status says of them: nothing where none are served. */
export function servedOf(report: MinersReport): { readonly miners?: MinersStatus } {
  const { listen, has_work, connections, hashrate_hs, accepted, rejected } = report;
  if (listen === null) return {};
  return { miners: { listen, has_work, connections, hashrate_hs, accepted, rejected } };
}

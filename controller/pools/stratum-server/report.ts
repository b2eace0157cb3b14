// What a Stratum server says of its miners: the same to the CLI, the API and Prometheus.

import type { Rejected } from "./ledger.ts";
import type { ConnectedMiner, StratumServer } from "./server.ts";
import { type HandedOn, NO_COUNTS, type WorkerTotals } from "./worker-record.ts";

/** What is counted of shares, over all runs of the program for as long as there is room. */
interface Counted {
  /** Since when, ISO 8601. */
  readonly since: string | null;
  readonly accepted: number;
  readonly rejected: number;
  /** By verdict. */
  readonly rejected_by: Rejected;
  /** Shares that the pool, or the node, wanted; and what it said. They are among the counts above. */
  readonly forwarded: HandedOn;
  /** Shares that were blocks of the network. */
  readonly blocks: number;
  /** The hardest that was found, as the difficulty that it would have met; null before the first. */
  readonly best_difficulty: number | null;
}

/** One worker, by the name that its miners give. */
export interface MinerWorker extends Counted {
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

export interface MinersReport extends MinersStatus, Counted {
  /** Addresses that are turned away now. */
  readonly banned: number;
  readonly workers: readonly MinerWorker[];
}

/** Where no miners are served. */
export const NO_MINERS: MinersReport = {
  ...{ listen: null, has_work: false, connections: 0, hashrate_hs: 0 },
  ...counted(null),
  ...{ banned: 0, workers: [] },
};

function counted(totals: WorkerTotals | null): Counted {
  const { accepted, ...rejectedBy } = totals?.counts ?? NO_COUNTS;
  return {
    since: totals === null ? null : new Date(totals.since).toISOString(),
    accepted,
    rejected: Object.values(rejectedBy).reduce((sum, count) => sum + count, 0),
    rejected_by: rejectedBy,
    forwarded: totals?.handedOn ?? { accepted: 0, rejected: 0 },
    blocks: totals?.blocks ?? 0,
    best_difficulty: totals?.best ?? null,
  };
}

/** `now` by the clock of the server's own figures, performance.now(), and the same moment by the wall clock. */
export function minersReport(
  server: StratumServer,
  listen: string,
  now: number,
  wallMs: number,
): MinersReport {
  const here = server.miners();
  const byWorker = new Map<string, ConnectedMiner[]>();
  for (const miner of here) {
    for (const worker of miner.workers) {
      byWorker.set(worker, [...(byWorker.get(worker) ?? []), miner]);
    }
  }
  const workers = server.ledger.workers(now, wallMs).map((figures): MinerWorker => {
    const { totals, hashrateHs, hourlyHashrateHs, lastShareAgeMs } = figures;
    const { worker, difficulty } = totals;
    const own = byWorker.get(worker) ?? [];
    const [first] = own;
    return {
      worker,
      connections: own.length,
      address: first?.address ?? null,
      agent: first?.agent ?? null,
      connected_ms: first === undefined ? null : Math.round(now - first.sinceMs),
      difficulty: first?.difficulty ?? difficulty,
      hashrate_hs: Math.round(hashrateHs),
      hourly_hashrate_hs: Math.round(hourlyHashrateHs),
      ...counted(totals),
      last_share_ms: lastShareAgeMs,
    };
  });
  return {
    listen,
    has_work: server.hasWork,
    connections: here.length,
    hashrate_hs: workers.reduce((sum, each) => sum + each.hashrate_hs, 0),
    ...counted(server.ledger.totals(now, wallMs)),
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

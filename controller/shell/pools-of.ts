// What a rig needs to find its pools and to speak to them, by what it mines.

import type { Logger } from "pino";
import type { ControllerConfig } from "../config/config.ts";
import type { WorkSource } from "../pools/stratum-server/work.ts";
import { systemClock } from "./clock.ts";
import type { Parts } from "./parts.ts";
import { askPicker, type PoolSide } from "./pool-finder.ts";
import { poolGreets } from "./pool-greets.ts";
import { PoolLane, type SeatOptions } from "./pool-lane.ts";
import { recallPool, rigGroup, savePool } from "./pool-memory.ts";
import { PoolTrace } from "./pool-trace.ts";
import type { Store } from "./store.ts";
import { stratumSide } from "./stratum-side.ts";

/** As long as a session waits for it. */
const GREETING_MS = 10_000;

/** The seats' sessions: one miner a seat, told apart by rig name, grouped as one machine. */
function seatOptions(
  { pool: { user, tier, rig } }: ControllerConfig,
  miningKey: string | null,
  group: number,
  trace: PoolTrace | null,
): (seat: string) => SeatOptions {
  const version = ZERORIG_VERSION;
  return (seat) => ({
    user,
    tier,
    miningKey,
    rig: `${rig}-${seat}`,
    group,
    version,
    ...(trace === null ? {} : { onWire: (dir, text) => trace.take(seat, dir, text) }),
  });
}

function poolTrace({ pool }: ControllerConfig, log: Logger): PoolTrace | null {
  if (pool.traceFile === null) return null;
  return new PoolTrace(pool.traceFile, systemClock, (why) =>
    log.warn({ ev: "pool.trace-ended", why }),
  );
}

/** How pool nodes are found. */
function poolSide({ pool: { nodes, picker } }: ControllerConfig, store: Store): PoolSide {
  const options = { userAgent: `zerorig ${ZERORIG_VERSION}` };
  return {
    list: nodes,
    picker,
    memory: recallPool(store),
    random: Math.random,
    askPicker: (url) => askPicker(url, options),
    greets: (node) => poolGreets(node, GREETING_MS),
    remember: (memory) => savePool(store, memory),
  };
}

/** How pools are found and spoken to. */
export function poolsOf(
  config: ControllerConfig,
  miningKey: string | null,
  store: Store,
  log: Logger,
  hide: (secret: string) => void,
): Pick<Parts, "pools" | "otherPools" | "openLane"> & { readonly miners: WorkSource | null } {
  const stratum = stratumSide(config, store, ZERORIG_VERSION, hide);
  if (stratum !== null) return stratum;
  const group = rigGroup(store, Math.random);
  const options = seatOptions(config, miningKey, group, poolTrace(config, log));
  return {
    pools: poolSide(config, store),
    otherPools: [],
    openLane: ({ nodes, post }) => new PoolLane(options, nodes, post),
    miners: null,
  };
}

// What a rig that mines with Stratum is made with.

import type { ControllerConfig } from "../config/config.ts";
import type { PoolNode } from "../pools/node.ts";
import { StratumClient, type StratumOptions } from "../pools/stratum/client.ts";
import type { OpenClient } from "../pools/stratum/work-client.ts";
import { readCertificates } from "./certificates.ts";
import { systemClock } from "./clock.ts";
import { MinerTap } from "./miner-tap.ts";
import type { PoolSide } from "./pool-finder.ts";
import type { PoolStore } from "./pool-memory.ts";
import { recallPool, savePool } from "./pool-memory.ts";
import type { LaneParts, SeatLane } from "./seat-lane.ts";
import { SoloSide } from "./solo-side.ts";
import { StratumLane, sendsWork } from "./stratum-lane.ts";

/** What the connections have in common, whichever pool they are with. */
export type StratumShape = Omit<StratumOptions, "host" | "port" | "tls" | "name">;

const LOOK_EVERY_MS = 60_000;
const REST_MS = 60_000;

export interface StratumSide {
  readonly pools: PoolSide;
  readonly otherPools: readonly PoolSide[];
  openLane(parts: LaneParts): SeatLane;
  /** Work of the rig's own connection for ordinary miners; null where none are served. */
  readonly miners: MinerTap | null;
}

/** Connections of this shape. */
export function stratumClients(shape: StratumShape): OpenClient {
  return ({ host, port, tls = false }, name, onEvent) =>
    new StratumClient({ ...shape, host, port, name, tls }, onEvent);
}

/** Null where the rig mines Duino-Coin. Throws a ControllerError where its certificates or secrets cannot be read. */
export function stratumSide(
  config: ControllerConfig,
  store: PoolStore,
  version: string,
  hide: (secret: string) => void,
): StratumSide | null {
  const { pool, stratum } = config;
  const { algorithm, user, nodes, picker } = pool;
  if (algorithm === "duco-s1") return null;
  const { password, workAgeMs, returnAfterMs, rollsVersion, suggestDifficulty, caFile, split } =
    stratum;
  const ca = readCertificates(caFile, "[stratum] ca_file");
  const shape: StratumShape = {
    user,
    password,
    algorithm,
    agent: `zerorig/${version}`,
    suggestDifficulty,
    rollsVersion,
    isShared: config.miners.listen !== null,
    limits: { workAgeMs },
    ca,
  };
  const solo = new SoloSide({ config, version, clock: systemClock, ca, hide });
  const openFor = (account: Partial<StratumShape>): OpenClient => {
    const toPool = stratumClients({ ...shape, ...account });
    return (node, ...more) =>
      node.rpc === true ? solo.open(node, ...more) : toPool(node, ...more);
  };
  const sideOf = (list: readonly PoolNode[], open: OpenClient) => ({
    list,
    picker,
    rules: {
      returnAfterMs,
      lookEveryMs: Math.min(LOOK_EVERY_MS, returnAfterMs / 2),
      restMs: Math.min(REST_MS, returnAfterMs),
    },
    random: Math.random,
    // There is always a list.
    askPicker: () =>
      Promise.resolve({ ok: false, code: "unreachable", detail: "not asked" } as const),
    greets: (node: PoolNode) => sendsWork(open, node),
  });
  const miners = config.miners.listen === null ? null : new MinerTap(algorithm);
  const open = miners?.open(openFor({})) ?? openFor({});
  // Ordinary miners are served at the first goal's pools only.
  const otherOpens = split.map(({ user, password }) =>
    openFor({ user, password, isShared: false }),
  );
  return {
    pools: {
      ...sideOf(nodes, open),
      memory: recallPool(store, algorithm),
      remember: (memory) => savePool(store, memory, algorithm),
    },
    // Of these a person chooses none, so there is nothing to remember.
    otherPools: split.map((goal, index) => ({
      ...sideOf(goal.nodes, otherOpens[index] ?? open),
      memory: { good: [], chosen: null },
      remember: () => {},
    })),
    openLane: (parts) => {
      solo.begin(parts);
      const onClose = () => solo.close();
      const post = miners?.post(parts.post) ?? parts.post;
      const opens = { open, otherOpens };
      const laneParts = { ...parts, ...opens, post, algorithm, random: Math.random, onClose };
      const lane = new StratumLane(laneParts);
      miners?.attach(lane, parts);
      return lane;
    },
    miners,
  };
}

// The composition root: the only file that names real drivers.

import pino from "pino";
import { virtualSocketOf } from "../hat/board-spec.ts";
import { openBoard } from "../hat/detect.ts";
import { openFan, ownTempC } from "../hat/fan.ts";
import { answersOnVirtualNetwork } from "../hat/virtual/network.ts";
import type { ControllerConfig } from "./config/config.ts";
import { decodeBalance } from "./pools/duino/codec-balance.ts";
import { type AddressProbe, tcpAddressProbe } from "./shell/address-probe.ts";
import type { BalanceSide } from "./shell/balance-lane.ts";
import { systemClock } from "./shell/clock.ts";
import { isClockSet } from "./shell/clock-set.ts";
import { Controller } from "./shell/controller.ts";
import type { FanParts } from "./shell/fan-lane.ts";
import { httpsGet } from "./shell/https-get.ts";
import { readMiningKey } from "./shell/mining-key.ts";
import { askPicker, type PoolSide } from "./shell/pool-finder.ts";
import { poolGreets } from "./shell/pool-greets.ts";
import type { SeatOptions } from "./shell/pool-lane.ts";
import { recallPool, rigGroup, savePool } from "./shell/pool-memory.ts";
import { Store } from "./shell/store.ts";

/** As long as a session waits for it. */
const GREETING_MS = 10_000;

/** The seats' sessions: one miner a seat, told apart by rig name, grouped as one machine. */
function seatOptions(
  { pool: { user, tier, rig } }: ControllerConfig,
  miningKey: string | null,
  group: number,
): (seat: string) => SeatOptions {
  const version = ZERORIG_VERSION;
  return (seat) => ({ user, tier, miningKey, rig: `${rig}-${seat}`, group, version });
}

/** How pool nodes are found. */
function poolSide({ pool: { nodes, picker } }: ControllerConfig, store: Store): PoolSide {
  const options = { userAgent: `zerorig ${ZERORIG_VERSION}` };
  return {
    list: nodes,
    memory: recallPool(store),
    random: Math.random,
    askPicker: () => askPicker(new URL(picker), options),
    greets: (node) => poolGreets(node, GREETING_MS),
    remember: (memory) => savePool(store, memory),
  };
}

const BALANCE_BYTES_MAX = 65_536;
const BALANCE_TIMEOUT_MS = 15_000;

function balanceSide({ pool, balance }: ControllerConfig, store: Store): BalanceSide | null {
  if (balance.url === null) return null;
  const url = new URL(
    `${balance.url.replace(/\/$/, "")}/balances/${encodeURIComponent(pool.user)}`,
  );
  const limits = { timeoutMs: BALANCE_TIMEOUT_MS, maxBytes: BALANCE_BYTES_MAX };
  return {
    pollMs: balance.pollMs,
    ask: async () => {
      const got = await httpsGet(url, { ...limits, userAgent: `zerorig ${ZERORIG_VERSION}` });
      return got.ok ? decodeBalance(got.status, got.body) : got;
    },
    recall: (sinceMs) => store.readBalances(sinceMs),
    keep: (sample) => store.writeBalance(sample),
  };
}

/** Who tells whether a silent Zero's kernel answers. Virtual Zeros are on this machine: their board knows it. */
function addressProbe(config: ControllerConfig): AddressProbe {
  const socketPath = virtualSocketOf(config.hat.board);
  if (socketPath === null) return tcpAddressProbe(systemClock);
  return { answers: (slot) => answersOnVirtualNetwork(socketPath, slot).catch(() => null) };
}

function fanParts({ fan }: ControllerConfig): FanParts | null {
  const { bcm, limits } = fan;
  if (bcm === null) return null;
  return { limits, open: () => openFan({ bcm, hold: true }), tempC: () => ownTempC() };
}

/** Starts the controller. Rejects with a HatError or a ControllerError; after that, failures are handled or reported. */
export async function startController(
  config: ControllerConfig,
): Promise<{ readonly stop: () => Promise<void> }> {
  const log = pino(
    { level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 1, sync: true }),
  );
  const miningKey = readMiningKey(config.pool.keyFile, (todo) =>
    log.warn({ ev: "pool.key-exposed", todo }),
  );
  const board = await openBoard({ ...config.hat, hold: true });
  let store: Store;
  try {
    store = new Store(config.stateDir, () => systemClock.wall());
  } catch (error) {
    await board.close();
    throw error;
  }
  if (store.setAside !== null) {
    log.error({ ev: "store.set-aside", file: store.setAside, todo: "a new store is begun" });
  }
  const controller = new Controller({
    config,
    clock: systemClock,
    isClockSet,
    log,
    board,
    addressProbe: addressProbe(config),
    fan: fanParts(config),
    store,
    seatOptionsOf: seatOptions(config, miningKey, rigGroup(store, Math.random)),
    pools: poolSide(config, store),
    balance: balanceSide(config, store),
    hostWorkerScript: new URL("./host-worker.mjs", import.meta.url),
    version: ZERORIG_VERSION,
  });
  await controller.start();
  return controller;
}

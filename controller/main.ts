// The composition root: the only file that names real drivers.

import { readFileSync } from "node:fs";
import pino from "pino";
import { virtualSocketOf } from "../hat/board-spec.ts";
import { openBoard } from "../hat/detect.ts";
import { openFan, ownTempC } from "../hat/fan.ts";
import { answersOnVirtualNetwork } from "../hat/virtual/network.ts";
import type { ControllerConfig } from "./config/config.ts";
import { type AddressProbe, tcpAddressProbe } from "./shell/address-probe.ts";
import { systemClock } from "./shell/clock.ts";
import { isClockSet } from "./shell/clock-set.ts";
import { Controller, type PoolSide } from "./shell/controller.ts";
import { ControllerError, messageOf } from "./shell/error.ts";
import type { FanParts } from "./shell/fan-lane.ts";
import { askPicker } from "./shell/pool-finder.ts";
import { poolGreets } from "./shell/pool-greets.ts";
import type { SeatOptions } from "./shell/pool-lane.ts";
import { recallPool, rigGroup, savePool } from "./shell/pool-memory.ts";
import { Store } from "./shell/store.ts";

/** As long as a session waits for it. */
const GREETING_MS = 10_000;

function readMiningKey(path: string | null): string | null {
  if (path === null) return null;
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new ControllerError(
      "key-file",
      `cannot read the mining key ${path}: ${messageOf(error)}`,
      "check [pool] key_file; the file holds the key alone, mode 0600",
      error,
    );
  }
}

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
  const miningKey = readMiningKey(config.pool.keyFile);
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
    hostWorkerScript: new URL("./host-worker.mjs", import.meta.url),
    version: ZERORIG_VERSION,
  });
  await controller.start();
  return controller;
}

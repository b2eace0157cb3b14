// The composition root: the only file that names real drivers.

import { readFileSync } from "node:fs";
import pino from "pino";
import { virtualSocketOf } from "../hat/board-spec.ts";
import { openBoard } from "../hat/detect.ts";
import { openFan, ownTempC } from "../hat/fan.ts";
import { answersOnVirtualNetwork } from "../hat/virtual/network.ts";
import type { ControllerConfig } from "./config/config.ts";
import type { DuinoOptions } from "./pools/duino/client.ts";
import { type AddressProbe, tcpAddressProbe } from "./shell/address-probe.ts";
import { systemClock } from "./shell/clock.ts";
import { isClockSet } from "./shell/clock-set.ts";
import { Controller } from "./shell/controller.ts";
import { ControllerError, messageOf } from "./shell/error.ts";
import type { FanParts } from "./shell/fan-lane.ts";
import { Store } from "./shell/store.ts";

/** The official miner draws its group id from 0..2811. */
const GROUPS = 2812;

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
function poolOptions(config: ControllerConfig): (seat: string) => DuinoOptions {
  const { host, port, user, tier, rig, keyFile } = config.pool;
  const miningKey = readMiningKey(keyFile);
  const group = Math.floor(Math.random() * GROUPS);
  const version = ZERORIG_VERSION;
  return (seat) => ({
    host,
    port,
    user,
    tier,
    miningKey,
    rig: `${rig}-${seat}`,
    group,
    version,
  });
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
  const poolOptionsOf = poolOptions(config);
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
    poolOptionsOf,
    hostWorkerScript: new URL("./host-worker.mjs", import.meta.url),
    version: ZERORIG_VERSION,
  });
  await controller.start();
  return controller;
}

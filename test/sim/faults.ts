// Everything that may strike in a simulated run.

import { BOARD_FAULTS } from "./board-faults.ts";
import type { Fault } from "./fault.ts";
import { LINK_FAULTS } from "./link-faults.ts";
import { FAULTS_AT_ONCE, OWN_FAULTS, POOL_FAULTS, POOL_MOVES } from "./own-faults.ts";
import { PEOPLE } from "./people.ts";
import type { World } from "./world.ts";
import { cleanNet } from "./zero.ts";
import { ZERO_FAULTS } from "./zero-faults.ts";

/** A seed draws in this order: what is added last leaves the mixtures of the others as they are. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  ...ZERO_FAULTS,
  ...LINK_FAULTS,
  ...BOARD_FAULTS,
  ...OWN_FAULTS,
  ...POOL_FAULTS,
  ...PEOPLE,
  ...FAULTS_AT_ONCE,
  "pool moves": POOL_MOVES,
};

/** Faults that are no Zero's and no line's: under these alone automation must not switch anything. */
export const OUR_SIDE: readonly string[] = [
  ...Object.keys(OWN_FAULTS).filter((name) => name !== "card lies" && name !== "torn write"),
  ...Object.keys(POOL_FAULTS),
  "pool moves",
  "silent board",
  "hub gone",
  "outage",
];

/** Ends every fault: what follows must converge. */
export function endFaults(world: World): void {
  world.faultsOver = true;
  world.loseHub(false);
  world.powerError = null;
  world.boardError = null;
  world.powerLies = false;
  world.storeFails = false;
  world.storeSlow = 0;
  world.clockWrong = false;
  world.windowWatts = null;
  if (world.schedule !== null) world.tellWindow(null, true);
  world.serverProved = true;
  world.serverDown = false;
  world.diesSwitching = null;
  world.poolRefuses = false;
  world.poolSilent = false;
  world.poolUnjust = false;
  world.poolLatencyMs = 50;
  if (world.poolNode === null) world.tellNode("pool");
  world.underVoltage = false;
  world.tellWrongCards([]);
  for (const zero of world.zeros) {
    Object.assign(zero, {
      neverBoots: false,
      hangsAfterBoot: false,
      crashLoop: false,
      stuckOn: false,
      stuckOff: false,
      pretendsOff: false,
      readsOff: false,
      ghostUsb: false,
      stuckWorker: false,
      wrong: false,
      cutOff: false,
      speed: 1,
      tempC: 45,
      net: cleanNet(),
    });
  }
}

// What goes wrong with the lines, the bus, the hub and the supply.

import { type Fault, lieInWait, rigFor, zeroFor } from "./fault.ts";
import { resetExpander } from "./sim-board.ts";

/** The board is read more often than this. */
const UNREAD_MS = 1500;

export const BOARD_FAULTS: Readonly<Record<string, Fault>> = {
  "hub gone": rigFor(
    60_000,
    (world) => world.loseHub(true),
    (world) => world.loseHub(false),
  ),
  // Just when somebody falls silent, nobody can see any more what has power.
  "blind to a silent one": (world, zero, random) => {
    zero.hung = zero.powered;
    const forMs = random.between(20_000, 120_000);
    const hub = world.usb && random.chance(0.5);
    const suspects = () => world.slot(zero.slot).phase === "Suspect";
    lieInWait(world, random, 60_000, suspects, () => {
      if (hub) world.loseHub(true);
      else world.boardError = "bus";
      world.after(forMs, () => {
        if (hub) world.loseHub(false);
        else world.boardError = null;
      });
    });
  },
  "bus errors": rigFor(
    40_000,
    (world) => {
      world.powerError = "bus";
    },
    (world) => {
      world.powerError = null;
    },
  ),
  "silent board": rigFor(
    40_000,
    (world) => {
      world.boardError = "bus";
    },
    (world) => {
      world.boardError = null;
    },
  ),
  "lying driver": rigFor(
    40_000,
    (world) => {
      world.powerLies = true;
    },
    (world) => {
      world.powerLies = false;
    },
  ),
  // The line seems to obey and does not; only the USB port still tells.
  "lying read-back": zeroFor(
    60_000,
    (zero, random) => {
      zero.pretendsOff = true;
      zero.hung = zero.powered && random.chance(0.7);
    },
    (zero) => {
      zero.pretendsOff = false;
      zero.readsOff = false;
    },
  ),
  "expander reset": (world) => resetExpander(world),
  "foreign hand": (world, zero) => {
    // Whatever the other program is, it sets the expander up first.
    world.powerLost = false;
    if (zero.powered) {
      // Where we were switching it ourselves, nobody can tell whose hand it was; nor where a controller that died could not close its intent.
      // What is on and off again between two readings is seen by nobody.
      const { intent, line } = world.slot(zero.slot);
      const begun = intent !== null || world.store.holdsIntent(zero.slot);
      const { alive, stalled } = world.controller;
      const seen = !begun && line === "on" && alive && !stalled;
      if (seen) world.foreignOff.set(zero.slot, world.now);
      world.leftOff.add(zero.slot);
      world.powerDown(zero);
      return;
    }
    // Off and on again between two readings is seen by nobody either; nor while the board cannot be read, or we stand still.
    if (world.now - zero.offAt < UNREAD_MS || world.slot(zero.slot).line === "on") return;
    world.foreignOff.delete(zero.slot);
    zero.powered = true;
    zero.poweredAt = world.now;
    zero.life++;
    world.boot(zero);
  },
  // The supply sags between the decision to start a Zero and the start, while the disk takes its time.
  "sag at a start": (world, _, random) => {
    const forMs = random.between(1000, 15_000);
    world.storeSlow = Math.max(world.storeSlow, random.between(400, 2000));
    const isDecided = () => world.state.slots.some(({ stage }) => stage === "write");
    lieInWait(world, random, 120_000, isDecided, () => {
      world.underVoltage = true;
      world.after(forMs, () => {
        world.underVoltage = false;
        world.storeSlow = 0;
      });
    });
  },
  "cards swapped": (world, zero, random) => {
    const other = world.zeros.find(({ slot }) => slot !== zero.slot) ?? zero;
    world.tellWrongCards([zero.slot, other.slot].sort());
    world.after(random.between(60_000, 1_800_000), () => world.tellWrongCards([]));
  },
  "under-voltage": rigFor(
    60_000,
    (world) => {
      world.underVoltage = true;
    },
    (world) => {
      world.underVoltage = false;
    },
  ),
};

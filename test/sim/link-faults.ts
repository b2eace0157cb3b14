// What goes wrong with the network between.

import { type Fault, lieInWait, zeroFor } from "./fault.ts";
import { cleanNet } from "./zero.ts";

export const LINK_FAULTS: Readonly<Record<string, Fault>> = {
  partition: zeroFor(
    60_000,
    (zero) => {
      zero.cutOff = true;
    },
    (zero) => {
      zero.cutOff = false;
    },
  ),
  "all partitioned": (world, _, random) => {
    for (const zero of world.zeros) {
      zero.cutOff = true;
      world.outageUntil = Math.max(world.outageUntil, world.now + 60_000);
      world.after(random.between(5000, 60_000), () => {
        zero.cutOff = false;
      });
    }
  },
  // The network between is gone, and back for all at once: a common cause.
  outage: (world, _, random) => {
    const forMs = random.between(3000, 110_000);
    world.outageUntil = Math.max(world.outageUntil, world.now + forMs + 25_000);
    for (const zero of world.zeros) zero.cutOff = true;
    world.after(forMs, () => {
      for (const zero of world.zeros) zero.cutOff = false;
    });
  },
  // Its voice comes back between the decision to cut it and the cut, while the disk takes its time.
  "back as it is cut": (world, zero, random) => {
    const slowMs = random.between(1500, 4500);
    zero.cutOff = true;
    world.storeSlow = Math.max(world.storeSlow, slowMs);
    const isDecided = () => world.slot(zero.slot).intent?.by === "automation";
    lieInWait(world, random, 60_000, isDecided, () => {
      zero.cutOff = false;
      world.after(slowMs, () => {
        world.storeSlow = 0;
      });
    });
  },
  "one-way partition": zeroFor(
    40_000,
    (zero) => {
      zero.net.deaf = true;
    },
    (zero) => {
      zero.net.deaf = false;
    },
  ),
  "lossy link": zeroFor(
    200_000,
    (zero, random) => {
      zero.net = {
        loss: random.between(0, 0.2),
        twice: random.between(0, 0.3),
        delayMs: random.between(0, 3000),
        cloggedUntil: 0,
        deaf: false,
      };
    },
    (zero) => {
      zero.net = cleanNet();
    },
  ),
  "clogged link": (world, zero, random) => {
    zero.net.cloggedUntil = world.now + random.between(500, 25_000);
  },
  "link ends": (world, zero, random) => {
    if (!zero.linked || zero.hung) return;
    world.unlink(zero);
    const { life, bootId } = zero;
    world.after(random.between(200, 8000), () => {
      if (zero.life === life && zero.powered && !zero.linked) world.linkUp(zero, bootId);
    });
  },
};

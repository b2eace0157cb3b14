// What goes wrong in a simulated run: each fault strikes one Zero or the whole rig, lasts for a while, and ends.

import type { Random } from "./random.ts";
import { resetExpander } from "./sim-board.ts";
import type { World } from "./world.ts";
import { cleanNet, type SimZero } from "./zero.ts";

/** Strikes, and may plan its own end. */
export type Fault = (world: World, zero: SimZero, random: Random) => void;

/** Changes the world for a while. */
function rigFor(
  maxMs: number,
  on: (world: World, random: Random) => void,
  off: (world: World) => void,
): Fault {
  return (world, _, random) => {
    on(world, random);
    world.after(random.between(500, maxMs), () => off(world));
  };
}

/** Changes a Zero for a while. */
function zeroFor(
  maxMs: number,
  on: (zero: SimZero, random: Random) => void,
  off: (zero: SimZero) => void,
): Fault {
  return (world, zero, random) => {
    on(zero, random);
    world.after(random.between(1000, maxMs), () => off(zero));
  };
}

const ZERO_FAULTS: Readonly<Record<string, Fault>> = {
  hang: (_, zero) => {
    zero.hung = zero.powered;
  },
  "agent dies": (world, zero, random) => {
    if (!zero.linked || zero.hung) return;
    world.unlink(zero);
    const { life, bootId } = zero;
    // Mostly systemd brings it back soon; now and then it takes longer than anybody waits.
    world.after(random.chance(0.8) ? random.between(2000, 35_000) : 600_000, () => {
      if (zero.life === life && zero.powered && !zero.linked) world.linkUp(zero, bootId);
    });
  },
  reboots: (world, zero) => {
    if (zero.linked) world.crash(zero);
  },
  "crash loop": zeroFor(
    500_000,
    (zero) => {
      zero.crashLoop = true;
    },
    (zero) => {
      zero.crashLoop = false;
    },
  ),
  "stuck worker": (_, zero, random) => {
    zero.stuckWorker = zero.powered;
    zero.curable = random.chance(0.7);
  },
  slow: (_, zero, random) => {
    zero.speed = random.between(0.02, 1);
  },
  "wrong answers": (world, zero, random) => {
    zero.wrong = true;
    world.after(random.between(1000, 300_000), () => {
      zero.wrong = false;
      zero.wrongUntil = world.now;
    });
  },
  "never boots": zeroFor(
    900_000,
    (zero) => {
      zero.neverBoots = true;
    },
    (zero) => {
      zero.neverBoots = false;
    },
  ),
  "stuck on": zeroFor(
    200_000,
    (zero, random) => {
      zero.stuckOn = true;
      zero.hung = zero.powered && random.chance(0.7);
    },
    (zero) => {
      zero.stuckOn = false;
    },
  ),
  "stuck off": zeroFor(
    100_000,
    (zero) => {
      zero.stuckOff = true;
    },
    (zero) => {
      zero.stuckOff = false;
    },
  ),
  "ghost on USB": zeroFor(
    60_000,
    (zero) => {
      zero.ghostUsb = true;
    },
    (zero) => {
      zero.ghostUsb = false;
    },
  ),
  hot: (world, zero, random) => {
    const { life } = zero;
    zero.tempC = random.between(70, 95);
    world.after(random.between(5000, 300_000), () => {
      if (zero.life === life) zero.tempC = 45;
    });
  },
};

const LINK_FAULTS: Readonly<Record<string, Fault>> = {
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

const BOARD_FAULTS: Readonly<Record<string, Fault>> = {
  "hub gone": rigFor(
    60_000,
    (world) => {
      world.hubGone = true;
    },
    (world) => {
      world.hubGone = false;
    },
  ),
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
    if (zero.powered) {
      world.foreignOff.set(zero.slot, world.now);
      world.powerDown(zero);
      return;
    }
    world.foreignOff.delete(zero.slot);
    zero.powered = true;
    zero.poweredAt = world.now;
    zero.life++;
    world.boot(zero);
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

const OWN_FAULTS: Readonly<Record<string, Fault>> = {
  stall: (world, _, random) => world.stall(random.between(500, 30_000)),
  "controller dies": (world, _, random) => {
    world.controller.diesAfter = Math.floor(random.between(0, 8));
    // Whatever it was about to do, it dies within some seconds.
    world.after(random.between(0, 5000), () => world.kill());
    world.after(random.between(6000, 60_000), () => world.startController());
  },
  "card lies": (world, _, random) => {
    world.kill();
    world.store.loseLastWrite();
    world.after(random.between(1000, 30_000), () => world.startController());
  },
  "second controller": (world, _, random) => {
    const second = world.startController();
    if (second) world.after(random.between(10_000, 400_000), () => world.endSecond());
  },
  "full disk": rigFor(
    40_000,
    (world) => {
      world.storeFails = true;
    },
    (world) => {
      world.storeFails = false;
    },
  ),
  "slow disk": rigFor(
    40_000,
    (world, random) => {
      world.storeSlow = random.between(50, 4000);
    },
    (world) => {
      world.storeSlow = 0;
    },
  ),
  "unproved link server": rigFor(
    60_000,
    (world) => {
      world.serverProved = false;
    },
    (world) => {
      world.serverProved = true;
    },
  ),
};

const POOL_FAULTS: Readonly<Record<string, Fault>> = {
  "pool refuses": rigFor(
    60_000,
    (world) => {
      world.poolRefuses = true;
    },
    (world) => {
      world.poolRefuses = false;
    },
  ),
  "silent pool": (world, zero, random) => {
    world.poolSilent = true;
    world.after(random.between(1000, 60_000), () => {
      world.poolSilent = false;
      // The client's own time limit ends what got no answer.
      for (const { id } of world.state.seats) {
        world.post({ type: "pool-down", seat: id, code: "timeout", detail: zero.slot });
      }
    });
  },
  "slow pool": rigFor(
    200_000,
    (world, random) => {
      world.poolLatencyMs = random.between(500, 4500);
    },
    (world) => {
      world.poolLatencyMs = 50;
    },
  ),
  "unjust pool": rigFor(
    60_000,
    (world) => {
      world.poolUnjust = true;
    },
    (world) => {
      world.poolUnjust = false;
    },
  ),
  "pool out of turn": (world, zero) => {
    const seat = zero.slot;
    const verdict = { verdict: "accepted", block: false, reason: null, pingMs: 1 } as const;
    const job = { difficulty: 7000, to: world.jobTo, target: "c".repeat(40) } as const;
    if (world.state.seats.some(({ id, state }) => id === seat && state === "submitting")) return;
    world.post({ type: "pool-verdict", seat, ...verdict });
    world.post({ type: "pool-up", seat });
    if (world.state.seats.some(({ id, state }) => id === seat && state === "requested")) return;
    world.post({ type: "pool-job", seat, prefix: world.nextPrefix(), ...job });
  },
};

const PEOPLE: Readonly<Record<string, Fault>> = {
  operator: (world, zero, random) => {
    const verb = random.chance(0.4) ? "cycle" : random.chance(0.5) ? "off" : "on";
    const hard = random.chance(0.3);
    world.say({ type: "operator", verb, slots: [zero.slot], reason: "sim", hard });
  },
  holds: (world, zero, random) => {
    const verb = random.chance(0.3) ? "cordon" : random.chance(0.5) ? "drain" : "maintenance";
    const forMs = random.between(5000, 300_000);
    world.say({ type: "operator", verb, slots: [zero.slot], reason: "sim", hard: false, forMs });
    world.after(forMs * 1.5, () => {
      const more = { slots: [zero.slot], reason: "sim", hard: false };
      world.say({ type: "operator", verb: "uncordon", ...more });
    });
  },
  pause: (world, _, random) => {
    world.post({ type: "pause", reason: "sim", forMs: random.between(5000, 200_000) });
  },
  "external ceiling": (world, _, random) => {
    const watts = random.between(0, 5);
    const forMs = random.between(5000, 300_000);
    if (!world.controller.alive) return;
    world.limit("external", watts, forMs);
    world.post({ type: "external-ceiling", watts, source: "sim", forMs });
  },
  schedule: (world, _, random) => {
    const watts = random.chance(0.3) ? 0 : random.between(1, 5);
    const reading = (open: boolean) => ({
      clockSet: random.chance(0.8),
      ceilings: open ? [{ name: "night", watts }] : [],
      nextEdgeMs: 1000,
      open: open ? ["night"] : [],
    });
    const forMs = random.between(15_000, 400_000);
    world.limit("schedule", watts, forMs);
    world.tellSchedule(reading(true));
    world.after(forMs, () => {
      world.limit("schedule", Number.POSITIVE_INFINITY, 0);
      world.tellSchedule(reading(false));
    });
  },
  demand: (world, zero, random) => {
    world.post({ type: "demand", slots: [zero.slot], forMs: random.between(1000, 600_000) });
  },
};

export const FAULTS: Readonly<Record<string, Fault>> = {
  ...ZERO_FAULTS,
  ...LINK_FAULTS,
  ...BOARD_FAULTS,
  ...OWN_FAULTS,
  ...POOL_FAULTS,
  ...PEOPLE,
};

/** Faults that are no Zero's and no line's: under these alone automation must not switch anything. */
export const OUR_SIDE: readonly string[] = [
  ...Object.keys(OWN_FAULTS).filter((name) => name !== "card lies"),
  ...Object.keys(POOL_FAULTS),
  "silent board",
  "hub gone",
  "outage",
  "link ends",
];

/** Ends every fault: what follows must converge. */
export function endFaults(world: World): void {
  world.hubGone = false;
  world.powerError = null;
  world.boardError = null;
  world.powerLies = false;
  world.storeFails = false;
  world.storeSlow = 0;
  world.serverProved = true;
  world.poolRefuses = false;
  world.poolSilent = false;
  world.poolUnjust = false;
  world.poolLatencyMs = 50;
  world.underVoltage = false;
  for (const zero of world.zeros) {
    Object.assign(zero, {
      neverBoots: false,
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

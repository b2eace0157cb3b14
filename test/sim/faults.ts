// What goes wrong in a simulated run, drawn from its seed: how often each fault comes is drawn too, so that seeds differ.

import type { Random } from "./random.ts";
import { randomOf } from "./random.ts";
import type { World } from "./world.ts";
import type { SimZero } from "./zero.ts";

type Fault = (world: World, zero: SimZero, random: Random) => void;

/** Switches a flag of the world on for a while. */
function forAWhile(maxMs: number, on: (world: World) => void, off: (world: World) => void): Fault {
  return (world, _, random) => {
    on(world);
    world.after(random.between(500, maxMs), () => off(world));
  };
}

const FAULTS: Readonly<Record<string, Fault>> = {
  hang: (_, zero) => {
    zero.hung = zero.powered;
  },
  partition: (world, zero, random) => {
    zero.cutOff = true;
    world.after(random.between(1000, 40_000), () => {
      zero.cutOff = false;
    });
  },
  "all partitioned": (world, _, random) => {
    for (const zero of world.zeros) {
      zero.cutOff = true;
      world.after(random.between(5000, 60_000), () => {
        zero.cutOff = false;
      });
    }
  },
  "link ends": (world, zero, random) => {
    if (!zero.linked || zero.hung) return;
    world.unlink(zero);
    const { life, bootId } = zero;
    world.after(random.between(200, 8000), () => {
      if (zero.life === life && zero.powered && !zero.linked) world.linkUp(zero, bootId);
    });
  },
  reboots: (world, zero) => {
    if (!zero.linked || zero.hung) return;
    world.unlink(zero);
    zero.life++;
    zero.usb = false;
    world.boot(zero);
  },
  "stuck worker": (_, zero) => {
    zero.stuckWorker = zero.powered;
  },
  slow: (_, zero, random) => {
    zero.speed = random.between(0.02, 1);
  },
  "wrong answers": (world, zero, random) => {
    zero.wrong = true;
    world.after(random.between(1000, 300_000), () => {
      zero.wrong = false;
    });
  },
  "never boots": (world, zero, random) => {
    zero.neverBoots = true;
    world.after(random.between(10_000, 400_000), () => {
      zero.neverBoots = false;
    });
  },
  "stuck on": (world, zero, random) => {
    zero.stuckOn = true;
    zero.hung = zero.powered && random.chance(0.7);
    world.after(random.between(5000, 200_000), () => {
      zero.stuckOn = false;
    });
  },
  "ghost on USB": (world, zero, random) => {
    zero.ghostUsb = true;
    world.after(random.between(1000, 60_000), () => {
      zero.ghostUsb = false;
    });
  },
  stall: (world, _, random) => world.stall(random.between(500, 30_000)),
  "foreign hand": (world, zero) => {
    if (zero.powered) world.powerDown(zero);
    else {
      zero.powered = true;
      zero.life++;
      world.boot(zero);
    }
  },
  "hub gone": forAWhile(
    60_000,
    (world) => {
      world.hubGone = true;
    },
    (world) => {
      world.hubGone = false;
    },
  ),
  "bus errors": forAWhile(
    40_000,
    (world) => {
      world.powerError = "bus";
    },
    (world) => {
      world.powerError = null;
    },
  ),
  "silent board": forAWhile(
    40_000,
    (world) => {
      world.boardError = "bus";
    },
    (world) => {
      world.boardError = null;
    },
  ),
  "lying driver": forAWhile(
    40_000,
    (world) => {
      world.powerLies = true;
    },
    (world) => {
      world.powerLies = false;
    },
  ),
  "full disk": forAWhile(
    40_000,
    (world) => {
      world.storeFails = true;
    },
    (world) => {
      world.storeFails = false;
    },
  ),
  "slow disk": forAWhile(
    40_000,
    (world) => {
      world.storeSlow = 1500;
    },
    (world) => {
      world.storeSlow = 0;
    },
  ),
  "unproved link server": forAWhile(
    60_000,
    (world) => {
      world.serverProved = false;
    },
    (world) => {
      world.serverProved = true;
    },
  ),
  "pool refuses": forAWhile(
    60_000,
    (world) => {
      world.poolRefuses = true;
    },
    (world) => {
      world.poolRefuses = false;
    },
  ),
  "under-voltage": forAWhile(
    20_000,
    (world) => {
      world.underVoltage = true;
    },
    (world) => {
      world.underVoltage = false;
    },
  ),
  operator: (world, zero, random) => {
    const verb = random.chance(0.4) ? "cycle" : random.chance(0.5) ? "off" : "on";
    world.post({
      type: "operator",
      verb,
      slots: [zero.slot],
      reason: "sim",
      hard: random.chance(0.3),
    });
  },
};

/** Plans faults until `untilMs`, as this seed has them. Returns the names of those that it drew at all. */
export function planFaults(world: World, seed: number, untilMs: number): string[] {
  const swarm = randomOf(seed, "swarm");
  const drawn = Object.entries(FAULTS).filter(() => swarm.chance(0.4));
  for (const [name, fault] of drawn) {
    const random = randomOf(seed, name);
    const meanMs = random.between(20_000, 900_000);
    const strike = () => {
      const zero = world.zeros[Math.floor(random.next() * world.zeros.length)];
      if (zero) fault(world, zero, random);
      again();
    };
    const again = () => {
      const delayMs = -Math.log(1 - random.next()) * meanMs;
      if (world.now + delayMs < untilMs) world.after(delayMs, strike);
    };
    again();
  }
  return drawn.map(([name]) => name);
}

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
  world.underVoltage = false;
  for (const zero of world.zeros) {
    Object.assign(zero, {
      neverBoots: false,
      stuckOn: false,
      ghostUsb: false,
      stuckWorker: false,
      wrong: false,
      cutOff: false,
      speed: 1,
    });
  }
}

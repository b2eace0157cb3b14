// What goes wrong with the controller itself, its disk and its pool.

import { type Fault, lieInWait, rigFor } from "./fault.ts";

/** How long a second controller waits for the first to end. */
const WAITS_MS = 200_000;

export const OWN_FAULTS: Readonly<Record<string, Fault>> = {
  stall: (world, _, random) => world.standStill(random.between(500, 30_000)),
  SIGSTOP: (world, _, random) => world.standStill(random.between(15_000, 300_000)),
  "wall clock steps": (world, _, random) => {
    const farMs = random.chance(0.3) ? 86_400_000 * 300 : 3_600_000;
    world.wallOffsetMs += random.between(-farMs, farMs);
    // Where there are schedules, a wrong clock opens a window that is closed, or closes one that is open, until it is set.
    if (world.schedule === null) return;
    world.clockWrong = true;
    const wrong = world.windowWatts === null ? random.between(0, 4) : null;
    world.tellWindow(wrong, random.chance(0.5));
    world.after(random.between(1000, 200_000), () => {
      world.clockWrong = false;
      world.tellWindow(world.windowWatts, true);
    });
  },
  "controller dies": (world, _, random) => {
    world.controller.diesAfter = Math.floor(random.between(0, 8));
    // Whatever it was about to do, it dies within some seconds.
    world.after(random.between(0, 5000), () => world.kill());
    world.after(random.between(6000, 60_000), () => world.startController());
  },
  // Between the write and its proof, where what is begun is easiest forgotten.
  "controller dies switching": (world, _, random) => {
    const to = random.chance(0.7) ? "off" : "on";
    world.diesSwitching = { to, downMs: random.between(3000, 60_000) };
  },
  // While a Zero that is off waits for its turn, which nothing on the lines tells.
  "controller dies with one waiting": (world, _, random) => {
    const forMs = random.between(3000, 60_000);
    const waits = () =>
      world.controller.alive &&
      world.state.slots.some(({ phase, wanted }) => phase === "Off" && wanted === "on");
    lieInWait(world, random, 300_000, waits, () => {
      world.kill();
      world.after(forMs, () => world.startController());
    });
  },
  "card lies": (world, _, random) => {
    world.kill();
    const lost = world.store.loseLastWrite();
    if (lost !== null) {
      world.leftOff.add(lost);
      // That another hand switched it off may be what was lost.
      world.foreignOff.delete(lost);
    }
    world.after(random.between(1000, 30_000), () => world.startController());
  },
  "second controller": (world, _, random) => {
    const second = world.startController();
    if (second) {
      world.after(random.between(10_000, 400_000), () => world.endSecond());
      return;
    }
    // It waits for the lock, and has it the moment the first is gone: what that one sent and asked for is still under way.
    const until = world.now + WAITS_MS;
    const wait = () => {
      if (world.faultsOver || world.now > until || world.startController()) return;
      world.after(random.between(1, 300), wait);
    };
    wait();
    const isBusy = () => world.state.slots.some(({ intent }) => intent !== null);
    lieInWait(world, random, WAITS_MS / 2, isBusy, () => world.kill());
  },
  // A file that was half written when the power went: the store loses the last entry, or sets all of it aside.
  "torn write": (world, _, random) => {
    world.kill();
    if (random.chance(0.6)) {
      const lost = world.store.loseLastWrite();
      if (lost !== null) world.leftOff.add(lost);
    } else {
      world.store.setAside();
      // Jobs are numbered anew.
      world.sent.clear();
      // Nobody knows any more why a Zero is off, nor who holds it.
      for (const { slot, powered } of world.zeros) if (!powered) world.leftOff.add(slot);
      world.foreignOff.clear();
    }
    world.after(random.between(1000, 30_000), () => world.startController());
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
    180_000,
    (world, random) => {
      world.serverProved = false;
      world.serverDown = random.chance(0.5);
    },
    (world) => {
      world.serverProved = true;
      world.serverDown = false;
    },
  ),
};

/** Together they do what neither does alone. */
export const FAULTS_AT_ONCE: Readonly<Record<string, Fault>> = {
  // Whoever starts then is to shed Zeros that had no time to dial in.
  "controller dies in a sag": (world, _, random) => {
    world.underVoltage = true;
    world.kill();
    world.after(random.between(500, 8000), () => world.startController());
    world.after(random.between(9000, 40_000), () => {
      world.underVoltage = false;
    });
  },
};

export const POOL_FAULTS: Readonly<Record<string, Fault>> = {
  "pool refuses": rigFor(
    240_000,
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
    // A Stratum session makes its jobs itself, when it is asked.
    if (world.stratum !== null) return;
    if (world.state.seats.some(({ id, state }) => id === seat && state === "requested")) return;
    world.post({ type: "pool-job", seat, prefix: world.nextPrefix(), ...job });
  },
};

/** The finder names another node, or none. */
export const POOL_MOVES: Fault = rigFor(
  120_000,
  (world, random) => world.tellNode(random.chance(0.3) ? null : `pool-${world.now}`),
  (world) => world.tellNode("pool"),
);

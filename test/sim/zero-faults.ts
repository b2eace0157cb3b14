// What goes wrong with one Zero: its computer, its program, its work.

import { type Fault, zeroFor } from "./fault.ts";

export const ZERO_FAULTS: Readonly<Record<string, Fault>> = {
  hang: (_, zero) => {
    zero.hung = zero.powered;
  },
  "agent dies": (world, zero, random) => {
    if (!zero.linked || zero.hung) return;
    world.unlink(zero);
    const { life, bootId } = zero;
    // Mostly systemd brings it back soon; now and then it takes longer than anybody waits.
    const soon = random.chance(0.8);
    zero.program = soon ? "restarts" : "none";
    world.after(soon ? random.between(2000, 35_000) : 600_000, () => {
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
  "hangs after each boot": zeroFor(
    600_000,
    (zero) => {
      zero.hangsAfterBoot = true;
      zero.hung = zero.powered;
    },
    (zero) => {
      zero.hangsAfterBoot = false;
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

// What people, schedules and programs outside ask for, at times that suit nobody.

import { type Fault, lieInWait } from "./fault.ts";

export const PEOPLE: Readonly<Record<string, Fault>> = {
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
    const turn = (open: boolean) => {
      world.windowWatts = open ? watts : null;
      // What a wrong clock shows is another window, and knows nothing of this edge.
      if (!world.clockWrong) world.tellWindow(world.windowWatts, random.chance(0.8));
    };
    const forMs = random.between(15_000, 400_000);
    turn(true);
    world.after(forMs, () => turn(false));
  },
  demand: (world, zero, random) => {
    world.demand(zero.slot, random.between(1000, 600_000));
  },
  // Somebody asks for a Zero that is up on demand only: once, or for some time again and again, as a page that refreshes does.
  visitors: (world, _, random) => {
    const { onDemand } = world.policy;
    const slot = onDemand[Math.floor(random.next() * onDemand.length)];
    if (slot === undefined) return;
    const forMs = random.between(1000, 120_000);
    const visits = random.chance(0.5) ? 1 : Math.floor(random.between(2, 20));
    const come = (left: number) => {
      if (left === 0 || world.faultsOver) return;
      world.demand(slot, forMs, "sim");
      world.after(forMs * random.between(0.2, 1.4), () => come(left - 1));
    };
    come(visits);
  },
  // Somebody comes when one sleeps.
  "demand of a sleeper": (world, _, random) => {
    const sleeper = () =>
      world.state.slots.find(({ phase, shed }) => phase === "Off" && shed?.why === "idle");
    const forMs = random.between(60_000, 600_000);
    const comes = () => world.demand(sleeper()?.id ?? "p1", forMs);
    lieInWait(world, random, 600_000, () => sleeper() !== undefined, comes);
  },
};

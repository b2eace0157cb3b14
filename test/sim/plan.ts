// When which fault strikes: all of it follows from the seed, and each strike has a stream of its own, so that one can be left
// out and the others stay as they were.

import type { Policy } from "../../controller/core/policy.ts";
import type { Fault } from "./fault.ts";
import { FAULTS, OUR_SIDE } from "./faults.ts";
import { randomOf } from "./random.ts";
import type { World } from "./world.ts";

export interface Strike {
  /** `hang#3`: the fourth hang of this seed. */
  readonly id: string;
  readonly fault: string;
  readonly atMs: number;
}

/** A calm seed has nothing but faults of our own side: nothing may be switched in it. */
export function isCalm(seed: number): boolean {
  return seed % 10 === 7;
}

/** The Zeros of a seed that are up on demand only, and for how long; drawn apart, so that the other seeds stay as they were. */
export function onDemandOf(seed: number): Partial<Pick<Policy, "onDemand" | "onDemandIdleMs">> {
  const random = randomOf(seed, "services");
  if (isCalm(seed) || !random.chance(0.12)) return {};
  const count = 1 + Math.floor(random.next() * 3);
  const onDemand = (["p4", "p3", "p2"] as const).slice(0, count);
  return { onDemand, onDemandIdleMs: random.between(20_000, 300_000) };
}

/** Comes to all seeds in which some are up on demand only, and to no other. */
const VISITORS = "visitors";

/** Every strike of a seed, in the order of time. Which faults there are, and how often, is drawn too, so that seeds differ. */
export function planStrikes(seed: number, lengthMs: number): Strike[] {
  const swarm = randomOf(seed, "swarm");
  const names = Object.keys(FAULTS).filter((name) => name !== VISITORS);
  const drawn = names.filter(() => swarm.chance(0.3));
  const kinds = isCalm(seed) ? drawn.filter((name) => OUR_SIDE.includes(name)) : drawn;
  if (onDemandOf(seed).onDemand !== undefined) kinds.push(VISITORS);
  const strikes = kinds.flatMap((fault) => strikesOf(seed, fault, lengthMs));
  return strikes.sort((a, b) => a.atMs - b.atMs);
}

/** Nothing strikes before the rig is up. */
const WARM_UP_MS = 120_000;

function strikesOf(seed: number, fault: string, lengthMs: number): Strike[] {
  const random = randomOf(seed, `when ${fault}`);
  const meanMs = random.between(30_000, 1_500_000);
  const strikes: Strike[] = [];
  for (let atMs = WARM_UP_MS; ; ) {
    atMs += -Math.log(1 - random.next()) * meanMs;
    if (atMs >= lengthMs) return strikes;
    strikes.push({ id: `${fault}#${strikes.length}`, fault, atMs });
  }
}

/** Puts the strikes on the world's agenda. */
export function schedule(
  world: World,
  seed: number,
  strikes: readonly Strike[],
  tell: (strike: Strike, slot: string) => void = () => {},
): void {
  for (const each of strikes) {
    const { id, fault, atMs } = each;
    world.after(atMs, () => {
      const random = randomOf(seed, id);
      const zero = world.zeros[Math.floor(random.next() * world.zeros.length)];
      const strike = FAULTS[fault] as Fault;
      if (zero === undefined) return;
      tell(each, zero.slot);
      strike(world, zero, random);
    });
  }
}

// What a watchdog was worth in one seeded run, by what really happened: cuts, how long the dead were dead, mining lost.

import { type Core, REAL_CORE } from "./core.ts";
import { PEOPLE } from "./people.ts";
import { planStrikes, type Strike, schedule } from "./plan.ts";
import { randomOf } from "./random.ts";
import { worldOf } from "./rig.ts";
import { turnOn } from "./simulate.ts";
import type { World } from "./world.ts";
import type { SimZero } from "./zero.ts";

/** Sums over runs; times in ms. */
export interface Tally {
  rigMs: number;
  strikes: number;
  /** Zero-time in which a Zero searched for no share, out of all Zero-time. */
  idleMs: number;
  /** Of these: the controller had put it in quarantine, or off for heat or the supply. */
  quarantinedMs: number;
  shedMs: number;
  zeroMs: number;
  /** Every time that the controller really took a Zero's power. */
  cuts: number;
  /** Of these: its agent ran, its worker too. */
  wellCuts: number;
  /** Of these: it was heard in the last 10 s, not counting those in which the controller stood still and read nothing. */
  heardCuts: number;
  /** Of all: it was booting. */
  bootingCuts: number;
  /** Of all: by a rule for heat or the supply, after the Zero was asked to shut down. */
  sheds: number;
  longestIdleMs: number;
  /** From each death to mining again; for the last `unrecovered` of them to the end of the run. */
  recoveredMs: number[];
  unrecovered: number;
}

function emptyTally(): Tally {
  return {
    rigMs: 0,
    strikes: 0,
    idleMs: 0,
    quarantinedMs: 0,
    shedMs: 0,
    zeroMs: 0,
    cuts: 0,
    wellCuts: 0,
    heardCuts: 0,
    bootingCuts: 0,
    sheds: 0,
    longestIdleMs: 0,
    recoveredMs: [],
    unrecovered: 0,
  };
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = emptyTally();
  for (const { longestIdleMs, recoveredMs, ...counts } of tallies) {
    for (const [name, count] of Object.entries(counts)) sum[name as keyof typeof counts] += count;
    sum.longestIdleMs = Math.max(sum.longestIdleMs, longestIdleMs);
    sum.recoveredMs.push(...recoveredMs);
  }
  return sum;
}

/**
 * The strikes of a seed without people, and one in `thin` of them: what a person wants off is not lost, and nobody is there to
 * put right what a watchdog did.
 */
export function unpeopled(seed: number, lengthMs: number, thin = 1): Strike[] {
  const people = new Set([...Object.keys(PEOPLE), "foreign hand"]);
  const strikes = planStrikes(seed, lengthMs).filter(({ fault }) => !people.has(fault));
  const first = Math.floor(randomOf(seed, "thin").next() * thin);
  return strikes.filter((_, index) => index % thin === first);
}

const HEARD_MS = 10_000;
const LOOK_EVERY_MS = 500;

function isWell({ powered, hung, stuckWorker, program }: SimZero): boolean {
  return powered && !hung && !stuckWorker && program === "runs";
}

/** Whether only a power cycle, or a very long wait, brings it back. */
function isDead({ powered, hung, program }: SimZero): boolean {
  return powered && (hung || program === "none");
}

function hashes(zero: SimZero, now: number): boolean {
  return isWell(zero) && now < zero.searchesUntil;
}

/** Longer than a write to the board takes. */
const WRITTEN_MS = 25;

function countCuts(world: World, tally: Tally): void {
  const stalls: { readonly from: number; readonly to: number }[] = [];
  const standStill = world.standStill.bind(world);
  world.standStill = (ms) => {
    if (!world.controller.stalled) stalls.push({ from: world.now, to: world.now + ms });
    standStill(ms);
  };
  const wasHeard = ({ spokeAt }: SimZero) => {
    const stoodMs = stalls.map(({ from, to }) => Math.min(to, world.now) - Math.max(from, spokeAt));
    const missedMs = stoodMs.reduce((sum, ms) => sum + Math.max(0, ms), 0);
    return world.now - spokeAt - missedMs < HEARD_MS;
  };
  world.onPower = ({ to, by }, zero) => {
    if (to === "on" || !zero.powered) return;
    const { now } = world;
    const well = isWell(zero);
    const heard = wasHeard(zero);
    const booting = zero.program === "boots" && !zero.hung;
    // Told when it is decided: a moment later its power is really gone, or it is not.
    world.after(WRITTEN_MS, () => {
      if (zero.powered || zero.offAt < now) return;
      tally.cuts++;
      if (well) tally.wellCuts++;
      if (well && heard) tally.heardCuts++;
      if (booting) tally.bootingCuts++;
      if (by === "policy") tally.sheds++;
    });
  };
}

/** Looks at each Zero twice a second. */
function watchZeros(world: World, tally: Tally): () => void {
  const diedAt = new Map<SimZero, number>();
  const idleSince = new Map<SimZero, number>();
  let lookedAt = world.now;
  const look = () => {
    const { now } = world;
    for (const zero of world.zeros) {
      tally.zeroMs += now - lookedAt;
      if (isDead(zero) && !diedAt.has(zero)) diedAt.set(zero, now);
      if (!hashes(zero, now)) {
        const { phase, shed } = world.slot(zero.slot);
        tally.idleMs += now - lookedAt;
        if (phase === "Quarantined") tally.quarantinedMs += now - lookedAt;
        else if (shed !== null) tally.shedMs += now - lookedAt;
        const since = idleSince.get(zero) ?? lookedAt;
        idleSince.set(zero, since);
        tally.longestIdleMs = Math.max(tally.longestIdleMs, now - since);
        continue;
      }
      idleSince.delete(zero);
      const died = diedAt.get(zero);
      if (died !== undefined) tally.recoveredMs.push(now - died);
      diedAt.delete(zero);
    }
    tally.rigMs += now - lookedAt;
    lookedAt = now;
    world.after(LOOK_EVERY_MS, look);
  };
  look();
  return () => {
    for (const died of diedAt.values()) tally.recoveredMs.push(world.now - died);
    tally.unrecovered = diedAt.size;
  };
}

/** A core for one run, given what the clock on that world's wall shows. */
export type Contender = (wall: () => number) => Core;

/** Ours, but that no Zero is switched off for want of work: all are meant to mine. */
export const OURS: Contender = () => ({
  ...REAL_CORE,
  initialState: (shape, policy, remembered, now) =>
    REAL_CORE.initialState(shape, { ...policy, idleOffMs: null, onDemand: [] }, remembered, now),
});

/** Runs a seed's faults, people left out, for so long under this core. Deterministic. */
export function tallyOf(
  seed: number,
  lengthMs: number,
  contender: Contender,
  strikes: readonly Strike[] = unpeopled(seed, lengthMs),
): Tally {
  let wall = () => 0;
  const world = worldOf(
    seed,
    contender(() => wall()),
  );
  wall = () => world.now + world.wallOffsetMs;
  const tally = { ...emptyTally(), strikes: strikes.length };
  countCuts(world, tally);
  const end = watchZeros(world, tally);
  world.after(1000, () => turnOn(world));
  schedule(world, seed, strikes);
  world.run(lengthMs);
  end();
  return tally;
}

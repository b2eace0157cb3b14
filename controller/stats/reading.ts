// What the rig's counters show at one moment, by series: the rig, each slot, and the host's workers together. Read from the status that
// people see, and from the sums of the work figures.

import type { EnergyStatus, RigStatus, SlotStatus } from "../core/status.ts";
import type { WorkSums } from "../shell/work-figures.ts";
import type { Reasons, Summed } from "./sums.ts";

/** Counters that only rise, but for a controller that died and remembers an older one. */
export type Counter = Exclude<Summed, "ms" | "temp_ms" | "temp_sum">;

/** Those that go on over a restart of the controller; the others begin at 0 with it. */
export const LASTING = [
  "hashes",
  "fed_hashes",
  "accepted",
  "rejected",
  "unknown",
  "measured_mj",
  "modelled_mj",
  "fences",
  "boots",
] as const satisfies readonly Counter[];

type Lasting = (typeof LASTING)[number];

export interface Reading {
  readonly counters: Readonly<Record<Counter, number>>;
  readonly rejectedBy: Reasons;
  /** Thousandths of a degree. */
  readonly temp: number | null;
}

export const RIG = "rig";
export const HOST = "host";

const NO_WORK: WorkSums = {
  jobs: 0,
  job_waits: 0,
  job_wait_ms: 0,
  verdicts: 0,
  verdict_wait_ms: 0,
  up_ms: 0,
  busy_ms: 0,
  rejectedBy: {},
};

function addWork(all: readonly WorkSums[]): WorkSums {
  const total = { ...NO_WORK };
  const rejectedBy: Record<string, number> = {};
  for (const work of all) {
    for (const name of Object.keys(NO_WORK) as (keyof WorkSums)[]) {
      if (name !== "rejectedBy") total[name] += work[name];
    }
    for (const [reason, count] of Object.entries(work.rejectedBy)) {
      rejectedBy[reason] = (rejectedBy[reason] ?? 0) + count;
    }
  }
  return { ...total, rejectedBy };
}

function millijoules({ joules, measured_joules }: EnergyStatus) {
  const measured = Math.round(measured_joules * 1000);
  return { measured_mj: measured, modelled_mj: Math.round(joules * 1000) - measured };
}

function reading(
  lasting: Readonly<Record<Lasting, number>>,
  { rejectedBy, ...work }: WorkSums,
  temp: number | null,
): Reading {
  return { counters: { ...lasting, ...work }, rejectedBy, temp };
}

function slotReading(slot: SlotStatus, work: WorkSums): Reading {
  const { hashes, accepted, rejected, unknown, fences, boots, temp_c } = slot;
  const energy = millijoules(slot.energy);
  const lasting = { hashes, fed_hashes: hashes, accepted, rejected, unknown, fences, boots };
  return reading({ ...lasting, ...energy }, work, temp_c && Math.round(temp_c * 1000));
}

/** By series. `work` is by worker: slots, and the host's as h1, h2, ... */
export function readingsOf(
  { slots, host, totals }: RigStatus,
  work: Readonly<Record<string, WorkSums>>,
): ReadonlyMap<string, Reading> {
  const found = new Map<string, Reading>();
  const ofHost = Object.keys(work).filter((id) => id.startsWith("h"));
  const temps = slots.flatMap(({ temp_c }) => temp_c ?? []);
  const hottest = temps.length === 0 ? null : Math.round(Math.max(...temps) * 1000);
  const { hashes, accepted, rejected, unknown, fences } = totals;
  const ofRig = {
    hashes,
    fed_hashes: hashes - host.hashes,
    accepted,
    rejected,
    unknown,
    fences,
    boots: slots.reduce((sum, { boots }) => sum + boots, 0),
    ...millijoules(totals.energy),
  };
  found.set(RIG, reading(ofRig, addWork(Object.values(work)), hottest));
  for (const slot of slots) found.set(slot.slot, slotReading(slot, work[slot.slot] ?? NO_WORK));
  if (host.workers > 0) {
    const { workers: _, ...counted } = host;
    const none = { fed_hashes: 0, measured_mj: 0, modelled_mj: 0, fences: 0, boots: 0 };
    const works = addWork(ofHost.map((id) => work[id] ?? NO_WORK));
    found.set(HOST, reading({ ...counted, ...none }, works, null));
  }
  return found;
}

// One pool connection for the whole rig: the range of its job is divided over the free workers by their rates, the first answer
// wins, and the others stop.

import {
  type Candidate,
  freeWorkers,
  handOut,
  isAnyoneFree,
  isAsleep,
  isDegraded,
  wakeSlot,
} from "./candidate.ts";
import { copyJob, copyPiece } from "./copy.ts";
import { type Draft, ownSeat, seatOf } from "./draft.ts";
import { type Job, type Part, type Seat, SPLIT_SEAT } from "./seat.ts";
import { releaseHost, releaseSlot } from "./work.ts";

/** Those who failed the job before take part only if nobody else can. A degraded Zero takes part: it is given less. */
function fitWorkers(draft: Draft, tried: readonly string[]): Candidate[] {
  const free = freeWorkers(draft);
  const fit = free.filter(({ id }) => !tried.includes(id));
  return fit.length > 0 ? fit : free;
}

/** The part of the whole that a worker of unknown speed gets beside those of a known one: as if it were as fast as the mean. */
function weights(workers: readonly Candidate[]): number[] {
  const known = workers.map(({ worker }) => worker.rateHs).filter((rate) => rate > 0);
  const mean = known.reduce((sum, rate) => sum + rate, 0) / known.length;
  // Where nobody's is known there is no mean, and all get the same.
  return workers.map(({ worker }) => worker.rateHs || mean || 1);
}

/** Cuts 0..to into as many pieces as there are weights, in their proportion. All is covered once; what would be empty is left out. */
export function cutRange(
  to: number,
  shares: readonly number[],
): readonly (readonly [from: number, to: number])[] {
  const all = shares.reduce((sum, share) => sum + share, 0);
  let seen = 0;
  let from = 0;
  return shares.flatMap((share, index) => {
    seen += share;
    const last = index === shares.length - 1;
    const end = last ? to : Math.min(to, Math.floor(((to + 1) * seen) / all) - 1);
    if (end < from) return [];
    const piece = [from, end] as const;
    from = end + 1;
    return [piece];
  });
}

function begin(draft: Draft, seat: Seat, job: Job): void {
  const workers = fitWorkers(draft, job.tried);
  if (workers.length === 0) return;
  const ranges = cutRange(job.to, weights(workers));
  const given = copyJob(job);
  given.worker = SPLIT_SEAT;
  ownSeat(draft, seat).job = given;
  draft.rig.parts = ranges.map(([from, to], index) => {
    const worker = workers[index] as Candidate;
    const id = `${job.id}.${index + 1}`;
    const part: Part = { id, from, to, worker: worker.id, tried: [] };
    give(draft, seat, job, part, worker);
    return part;
  });
}

function give(
  draft: Draft,
  seat: Seat,
  { algorithm, prefix, target }: Job,
  { id, from, to }: Part,
  worker: Candidate,
): void {
  handOut(draft, worker, { id, seat: seat.id, algorithm, prefix, target, from, to });
}

/** Parts that their workers lost go to whoever is free; a degraded one takes none of another's. */
function giveLost(draft: Draft, seat: Seat, job: Job): void {
  for (const part of draft.rig.parts) {
    if (part.worker !== null) continue;
    const free = fitWorkers(draft, part.tried);
    const worker = free.find((each) => !isDegraded(each)) ?? free[0];
    if (worker === undefined) continue;
    const given = copyPiece(part);
    given.worker = worker.id;
    draft.rig.parts = draft.rig.parts.map((each) => (each === part ? given : each));
    give(draft, seat, job, given, worker);
  }
}

/** Gives the parts of the job out. Returns whether the seat is to take its next step towards a job: somebody could search it. */
export function dispatchSplit(draft: Draft, seat: Seat): boolean {
  const { job, state } = seat;
  const isAnyone = isAnyoneFree(draft);
  // Nobody is up: those that sleep for want of work are wanted.
  const sleepers = isAnyone ? [] : draft.rig.slots.filter(isAsleep);
  const rests = state === "idle" || state === "down";
  if (job?.worker === null && state === "working") begin(draft, seat, job);
  else if (job !== null && state === "working") giveLost(draft, seat, job);
  if (state !== "down") for (const slot of sleepers) wakeSlot(draft, slot);
  return rests && (isAnyone || sleepers.length > 0);
}

/** Takes the parts back from all who still search one. */
export function stopParts(draft: Draft): void {
  draft.rig.parts = [];
  for (const slot of draft.rig.slots) {
    if (slot.task?.seat === SPLIT_SEAT) releaseSlot(draft, slot, false);
  }
  for (const host of draft.rig.hosts) {
    if (host.task?.seat === SPLIT_SEAT) releaseHost(draft, host, host.task, false);
  }
}

/** What the end of a part means for the job: the whole of it is answered, or searched in vain, or goes on. */
export type PartEnd = { readonly jobId: string; readonly rateHs: number } | "in-vain" | null;

/** A worker's result on its part. Stops the others when it found the nonce. */
export function endPart(draft: Draft, partId: string, nonce: number | null): PartEnd {
  const { parts } = draft.rig;
  const job = seatOf(draft, SPLIT_SEAT)?.job;
  if (job == null || !parts.some(({ id }) => id === partId)) return null;
  if (nonce === null) {
    draft.rig.parts = parts.filter(({ id }) => id !== partId);
    return draft.rig.parts.length === 0 ? "in-vain" : null;
  }
  // What the pool sees is the speed of all of them together.
  const names = new Set(parts.map(({ worker }) => worker));
  const all = [...draft.rig.slots, ...draft.rig.hosts].filter(({ id }) => names.has(id));
  const rateHs = all.reduce((sum, worker) => sum + worker.rateHs, 0);
  stopParts(draft);
  return { jobId: job.id, rateHs };
}

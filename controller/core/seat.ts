// A seat is one pool connection: one miner in the pool's eyes. It belongs to a slot (p1; its second one is p1.2) or a host
// worker (h1), but its job may be finished by any worker, so that a Zero's reboot costs the pool session nothing.

import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import type { Slot } from "./slot.ts";

/** What is searched for, and whom what is found belongs to. */
export interface Puzzle {
  readonly algorithm: Algorithm;
  /** What is hashed in front of the nonce: a block's hash, or the header less its nonce. */
  readonly prefix: string;
  /** What the worker looks for. */
  readonly target: string;
  /** What the pool takes; easier to meet for the worker's sake, `target` may find what is only proof of its work. */
  readonly poolTarget: string;
  readonly difficulty: number;
  /** The node that it came from, and what its session knows it by: what solves it goes nowhere else. */
  readonly node: string | null;
  readonly ref: string;
}

export interface Job extends Puzzle {
  readonly id: string;
  /** The highest nonce that can solve it. */
  readonly to: number;
  readonly receivedAt: number;
  readonly worker: string | null;
  /** Workers that had it and did not solve it. */
  readonly tried: readonly string[];
  /** Those of them that searched all of it. */
  readonly missed: readonly string[];
}

/** The one seat of a rig that divides each job over its workers. */
export const SPLIT_SEAT = "all";

/** A piece of the range of the job that is divided. One that nobody holds waits for a free worker. */
export interface Part {
  readonly id: string;
  /** Both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly worker: string | null;
  /** Workers that had it and lost it. */
  readonly tried: readonly string[];
}

export interface Share extends Puzzle {
  readonly id: number;
  readonly seat: string;
  readonly jobId: string;
  readonly worker: string;
  readonly nonce: number;
  readonly hashrateHs: number;
}

/**
 * down -> connecting -> idle -> requested -> working -> securing (verify, write down) -> submitting -> idle.
 * The pool's protocol is lock-step, so a seat is never in two of these at once.
 */
export type SeatState =
  | "down"
  | "connecting"
  | "idle"
  | "requested"
  | "working"
  | "securing"
  | "submitting";

export interface Seat {
  readonly id: string;
  /** Where it stands in the list of seats: the first of each slot, in their order, then the second of each, then the hosts'. */
  readonly index: number;
  readonly state: SeatState;
  /** The node that its session is with, or was last; null when it was asked to leave it. */
  readonly node: string | null;
  /** What its session is for, by its place in the list of goals; 0 where nothing is split. */
  readonly goal: number;
  /** What it was chosen to work for next; null while it is not. */
  readonly nextGoal: number | null;
  readonly since: number;
  readonly job: Job | null;
  readonly share: Share | null;
  readonly retryAt: number;
  readonly failures: number;
  readonly error: string | null;
  readonly accepted: number;
  readonly rejected: number;
  readonly unknown: number;
}

/** What a worker found of the job. Written out, as copies are: it comes with each job. */
export function shareOf(
  job: Job,
  found: Pick<Share, "id" | "seat" | "worker" | "nonce" | "hashrateHs">,
): Share {
  return {
    id: found.id,
    seat: found.seat,
    jobId: job.id,
    worker: found.worker,
    algorithm: job.algorithm,
    prefix: job.prefix,
    target: job.target,
    poolTarget: job.poolTarget,
    difficulty: job.difficulty,
    node: job.node,
    ref: job.ref,
    nonce: found.nonce,
    hashrateHs: found.hashrateHs,
  };
}

/** Whether its range is one of many of the same work, so that nothing is wrong when it is searched in vain or grows old. */
export function isPiece({ algorithm }: Pick<Puzzle, "algorithm">): boolean {
  return algorithm !== "duco-s1";
}

/** The names of the seats of such a rig, in the order of their index. */
export function seatIds(
  slots: readonly string[],
  connectionsPerZero: number,
  hosts: readonly string[],
): string[] {
  const more = Array.from({ length: connectionsPerZero - 1 }, (_, index) =>
    slots.map((slot) => `${slot}.${index + 2}`),
  );
  return [...slots, ...more.flat(), ...hosts];
}

/** The index of the host that a seat belongs to; negative for a seat of a slot, or of all. */
export function hostIndexOf(rig: Seating, { id, index }: Seat): number {
  return id === SPLIT_SEAT ? -1 : index - (rig.seats.length - rig.hosts.length);
}

/** The slot that a seat belongs to; undefined for a host worker's, and for one that is everybody's. */
export function slotOfSeat(rig: Seating, seat: Seat): Slot | undefined {
  return seat.id === SPLIT_SEAT || hostIndexOf(rig, seat) >= 0
    ? undefined
    : rig.slots[seat.index % rig.slots.length];
}

interface Seating {
  readonly slots: readonly Slot[];
  readonly seats: readonly Seat[];
  readonly hosts: readonly Host[];
}

export interface HostTask {
  readonly jobId: string;
  readonly seat: string;
  readonly until: number;
}

/** A worker thread of the controller's own CPU. */
export interface Host {
  readonly id: string;
  readonly index: number;
  readonly epoch: number;
  readonly task: HostTask | null;
  readonly rateHs: number;
  readonly rateWeightMs: number;
  readonly hashes: number;
}

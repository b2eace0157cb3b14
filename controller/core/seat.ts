// A seat is one pool connection: one miner in the pool's eyes. It belongs to a slot (p1) or a host worker (h1), but its
// job may be finished by any worker, so that a Zero's reboot costs the pool session nothing.

export interface Job {
  readonly id: string;
  readonly prefix: string;
  readonly target: string;
  readonly difficulty: number;
  /** The highest nonce that can solve it. */
  readonly to: number;
  readonly receivedAt: number;
  readonly worker: string | null;
  /** Workers that had it and did not solve it. */
  readonly tried: readonly string[];
  /** Those of them that searched all of it. */
  readonly missed: readonly string[];
}

export interface Share {
  readonly id: number;
  readonly seat: string;
  readonly jobId: string;
  readonly worker: string;
  readonly prefix: string;
  readonly target: string;
  readonly difficulty: number;
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
  /** Where it stands in the list of seats: those of the slots first, in their order, then those of the hosts. */
  readonly index: number;
  readonly state: SeatState;
  /** The node that its session is with, or was last; null when it was asked to leave it. */
  readonly node: string | null;
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

// How long each side of a Duino-Coin connection waits: ours, and the pool's own (read in its public node code).

export interface SessionLimits {
  readonly connectMs: number;
  readonly bannerMs: number;
  readonly jobReplyMs: number;
  readonly verdictMs: number;
  /** A reply without newline counts as whole after this much silence. */
  readonly settleMs: number;
  /** The node hangs up on a connection that has not asked for a job by then (measured: 30.1 s). */
  readonly firstJobMs: number;
  /** The node hangs up after this much silence, hashing time included (measured: 90.1 s). */
  readonly idleMs: number;
  /** How long after that we wait to see it hang up, before we take the connection for half open. */
  readonly idleGraceMs: number;
}

export const DEFAULT_LIMITS: SessionLimits = {
  connectMs: 10_000,
  bannerMs: 10_000,
  jobReplyMs: 15_000,
  verdictMs: 30_000,
  settleMs: 1000,
  firstJobMs: 30_000,
  idleMs: 90_000,
  idleGraceMs: 2000,
};

// How long a Stratum connection waits.

export interface SessionLimits {
  readonly connectMs: number;
  /** For the answer to the subscription, and to the authorization. */
  readonly answerMs: number;
  readonly verdictMs: number;
  /** Without new work for so long the pool is as good as gone, whatever its connection says. Pools send some every minute. */
  readonly workAgeMs: number;
  /** A pool that does not know us is not asked again sooner. */
  readonly deniedMs: number;
}

export const DEFAULT_LIMITS: SessionLimits = {
  connectMs: 10_000,
  answerMs: 15_000,
  verdictMs: 30_000,
  workAgeMs: 90_000,
  deniedMs: 300_000,
};

// How the practice pool's network behaves: what may go wrong between it and its miners, and how often. The fault injector.

export interface Weather {
  /** How long a message takes, each way; and up to how much longer one may. Order is kept. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** The odds of what follows are from 0 to 1, and drawn for each message. */
  /** What the pool says arrives in two segments, cut anywhere; or in one with what it says next, if that comes soon. */
  readonly split: number;
  readonly coalesce: number;
  /** The connection is reset: before the miner's message is read, or just after. */
  readonly reset: number;
  /** A job request that is never answered. */
  readonly silentJob: number;
  /** A message of either side is lost. */
  readonly drop: number;
  /** From then on nothing arrives, nothing is said, and nobody hangs up. */
  readonly halfOpen: number;
}

export const FAIR_WEATHER: Weather = {
  latencyMs: 0,
  jitterMs: 0,
  split: 0,
  coalesce: 0,
  reset: 0,
  silentJob: 0,
  drop: 0,
  halfOpen: 0,
};

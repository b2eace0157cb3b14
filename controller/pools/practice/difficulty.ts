// How hard the practice pool's jobs are: tiers to start from, and the rule that adapts to a miner's rate.

/** Prefix (40) and nonce (at most 8 digits) of a job must fit one SHA-1 block, as they do at the real pool. */
const MAX_DIFFICULTY = 999_999;

export interface Tier {
  readonly difficulty: number;
  /** The node adapts the tiers of PCs only. */
  readonly adapts: boolean;
}

/** duino-coin-pools@6d309ed config/poolRewards.json, of 2021: the only public copy. */
export const PUBLIC_TIERS: ReadonlyMap<string, Tier> = new Map([
  ["AVR", { difficulty: 6, adapts: false }],
  ["MEGA", { difficulty: 16, adapts: false }],
  ["ARM", { difficulty: 100, adapts: false }],
  ["DUE", { difficulty: 500, adapts: false }],
  ["ESP8266", { difficulty: 1000, adapts: false }],
  ["ESP32", { difficulty: 1500, adapts: false }],
  ["LOW", { difficulty: 7500, adapts: true }],
  ["MEDIUM", { difficulty: 75_000, adapts: true }],
  ["NET", { difficulty: 100_000, adapts: true }],
  ["EXTREME", { difficulty: 950_000, adapts: true }],
]);

/** What the node takes a tier for that it does not know. */
export const FALLBACK_TIER: Tier = { difficulty: 100_000, adapts: true };

/** Mean work of a job in hashes: its nonce is uniform in 1..100*difficulty. */
export function meanHashes(difficulty: number): number {
  return 50 * difficulty;
}

/**
 * The difficulty at which the mean job takes `expectedShareMs` at `rateHs`:
 *   difficulty = rate * expected seconds / 50, not below the floor.
 * POOL24 uses rate * seconds / 100 and then 1.28 or 0.72 of it by past share times, which wanders about the same goal.
 */
export function fairDifficulty(rateHs: number, expectedShareMs: number, floor: number): number {
  const fair = Math.floor((rateHs * expectedShareMs) / 1000 / meanHashes(1));
  return validDifficulty(Math.max(floor, fair));
}

/** The nearest difficulty that a job can have. */
export function validDifficulty(difficulty: number): number {
  return Math.min(MAX_DIFFICULTY, Math.max(1, Math.floor(difficulty)));
}

/**
 * POOL24's rule of when to adapt: once after the 4th accepted share, then whenever the rate is more than 15 % off the
 * one that the difficulty was made for. `rememberedHs`: that one, null before.
 */
export function mustAdapt(accepted: number, rateHs: number, rememberedHs: number | null): boolean {
  if (accepted < 4) return false;
  if (rememberedHs === null) return true;
  return Math.abs(rateHs - rememberedHs) / ((rateHs + rememberedHs) / 2) > 0.15;
}

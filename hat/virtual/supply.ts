// The 5 V supply of the virtual rig: what each Zero draws, and which ones a dip takes down.
//
// Idle 130 mA: MagPi's review of the ClusterHAT (four idle Zeros: 2.6 W at 5 V). Hashing 150 mA: Raspberry Pi's table of typical
// currents, Zero W. No source gives the starting current or the supply's limit: 600 mA for 1 s and
// 1500 mA are assumed, so that two may start together and three bring a 2 A supply with a Pi on it down.

export const IDLE_MA = 130;
export const HASHING_MA = 150;
export const STARTING_MA = 600;
const STARTING_FOR_MS = 1000;
const STARTING_LIMIT_MA = 1500;
/** How long the under-voltage bit stays set by a dip. */
export const DIP_MS = 3000;

export interface Load {
  /** Null while off. */
  readonly poweredSinceMs: number | null;
  readonly hashing: boolean;
}

/** The current that one Zero draws. */
export function currentMa(load: Load, nowMs: number): number {
  if (load.poweredSinceMs === null) return 0;
  if (isStarting(load, nowMs)) return STARTING_MA;
  return load.hashing ? HASHING_MA : IDLE_MA;
}

/** The indexes of the Zeros that a dip takes down: the newest starts, until the others are within the limit. */
export function shedByDip(loads: readonly Load[], nowMs: number): readonly number[] {
  const starting = loads
    .map((load, index) => ({ index, load }))
    .filter(({ load }) => isStarting(load, nowMs))
    .sort((left, right) => (left.load.poweredSinceMs ?? 0) - (right.load.poweredSinceMs ?? 0));
  return starting.slice(Math.floor(STARTING_LIMIT_MA / STARTING_MA)).map(({ index }) => index);
}

function isStarting(load: Load, nowMs: number): boolean {
  return load.poweredSinceMs !== null && nowMs - load.poweredSinceMs < STARTING_FOR_MS;
}

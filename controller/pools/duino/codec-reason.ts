// The reasons with which a pool says BAD, and what each asks of us. They are words for people; unknown ones count as such.

/** The tiers that a Zero or its host may honestly ask for, the easiest first. Those of microcontrollers are not among them (ToS 9). */
export const TIERS = ["LOW", "MEDIUM", "NET", "EXTREME"] as const;
export type Tier = (typeof TIERS)[number];

export type ReasonKind =
  /** The nonce is called wrong. It was verified here, so twice in a row means that the pool is out of step with us. */
  | "incorrect"
  /** What it read is not what we wrote: question and answer do not belong together any more. */
  | "garbled"
  /** This account or address has too many connections, perhaps some that died a moment ago. No share of this one will count. */
  | "crowded"
  /** Shares come too fast for the pool: it wants a pause. */
  | "paced"
  /** The rate is above or below what the tier is for; the pool moves this connection up or down by itself. */
  | "tier-up"
  | "tier-down"
  | "banned"
  /** The user, or mining here at all: nothing that trying again soon would mend. */
  | "unwelcome"
  | "other";

const REASONS: readonly (readonly [pattern: RegExp, kind: ReasonKind])[] = [
  [/\bbanned\b/i, "banned"],
  [/^incorrect result\b/i, "incorrect"],
  [/^(invalid|incorrect) data\b/i, "garbled"],
  [/^too many workers\b/i, "crowded"],
  [/^too low starting difficulty\b/i, "tier-up"],
  [/^too high starting difficulty\b/i, "tier-down"],
  [/^too low difficulty\b/i, "paced"],
  [/^(user doesn't exist|no username|please mine on the pool|pc mining is disabled)/i, "unwelcome"],
];

/** What a reason is about; null is a BAD without one. */
export function kindOf(reason: string | null): ReasonKind {
  return REASONS.find(([pattern]) => pattern.test(reason ?? ""))?.[1] ?? "other";
}

const MINUTE_MS = 60_000;

/** How long to stay away after a session that ended for this. Without one the owner's own back-off does. */
export const RETRY_MS: Readonly<Partial<Record<ReasonKind, number>>> = {
  // The pool forgets dead connections after 90 s.
  crowded: 2 * MINUTE_MS,
  unwelcome: 10 * MINUTE_MS,
  banned: 60 * MINUTE_MS,
  "tier-up": 2 * MINUTE_MS,
  "tier-down": 2 * MINUTE_MS,
  other: 2 * MINUTE_MS,
};

/** The pool counts shares in windows of a minute; a sixth of one lets about as many of them lapse. */
export const PACE_MS = 10_000;

/** The tier to ask for next time, after the pool moved us; the ends are ends. */
export function movedTier(tier: Tier, kind: ReasonKind): Tier {
  const by = kind === "tier-up" ? 1 : kind === "tier-down" ? -1 : 0;
  return TIERS[TIERS.indexOf(tier) + by] ?? tier;
}

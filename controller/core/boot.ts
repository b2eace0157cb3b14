// How long a boot may take: what is configured, or what the slot's own boots have taught.

import type { Policy } from "./policy.ts";
import type { Slot } from "./slot.ts";

/** The boot grace of a slot: what is configured, or 1.5 x the slowest of its last twenty boots if that is more. */
export function bootGraceMs(slot: Slot, configuredMs: number): number {
  const slowest = Math.max(0, ...slot.bootMs);
  return Math.max(configuredMs, 1.5 * slowest);
}

/** Whether it was switched on, or found on at the start, and was not heard since, so lately that it may boot still. */
export function bootsInGrace(
  slot: Slot,
  { bootGraceMs: configuredMs }: Policy,
  now: number,
): boolean {
  const { bootPending, heardAt, onAt } = slot;
  if (heardAt === Number.NEGATIVE_INFINITY && !bootPending) return now < onAt + configuredMs;
  return bootPending && heardAt < onAt && now < onAt + bootGraceMs(slot, configuredMs);
}

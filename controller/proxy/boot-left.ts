// How long a Zero that is woken takes yet, at a guess: by its own boots, as far as they are known.

import type { Slot } from "../core/slot.ts";

/** A Zero with a system of the usual size boots in 30 to 60 s. */
const UNKNOWN_BOOT_MS = 40_000;
/** It takes longer than it ever did: it may come any moment. */
const OVERDUE_MS = 5000;

export function bootLeftMs(
  { phase, bootMs, since, onAt }: Pick<Slot, "phase" | "bootMs" | "since" | "onAt">,
  now: number,
): number {
  const sorted = bootMs.toSorted((a, b) => a - b);
  const usualMs = sorted[Math.floor(sorted.length / 2)] ?? UNKNOWN_BOOT_MS;
  if (phase === "PoweringOn") return Math.max(OVERDUE_MS, since + usualMs - now);
  if (phase === "Booting") return Math.max(OVERDUE_MS, onAt + usualMs - now);
  return phase === "Off" || phase === "PoweringOff" ? usualMs : OVERDUE_MS;
}

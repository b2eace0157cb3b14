// What can be made to go wrong on a virtual ClusterHAT.

import type { SlotId } from "../slots.ts";

export const FAULT_KINDS = [
  "hang", // the Zero freezes; its USB port stays; only a power cut helps
  "kill", // kernel panic: its program and its USB port are gone, nothing restarts it; only a power cut helps
  "crash", // the program dies; its service manager starts it again after 2 s
  "slow", // the program gets a fiftieth of the time
  "no-boot", // the Zero reboots by itself and that boot never ends; a power cycle helps
  "link-loss", // nothing passes its link until its power is cut
  "hub-loss", // the USB hub is gone for the whole rig; the Zeros keep their power
  "brownout", // the supply dips for 3 s and this Zero freezes; only a power cut helps
  "stuck-on", // the Zero hangs and its power line is stuck high, whatever the latch says
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Needed by every kind but hub-loss, which hits them all. */
  readonly slot?: SlotId | undefined;
  /** How long it lasts. Without it: 20 s for slow and hub-loss; the others last until what the kind says. */
  readonly durationMs?: number | undefined;
}

export const DEFAULT_SLOW_MS = 20_000;
export const DEFAULT_HUB_LOSS_MS = 20_000;

/** Whether a text names a kind of fault. */
export function isFaultKind(text: string): text is FaultKind {
  return (FAULT_KINDS as readonly string[]).includes(text);
}

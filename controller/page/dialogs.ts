// Which dialog is open: one at a time.

import { signal } from "@preact/signals";
import type { Act } from "./acts.ts";

/** An act on these slots, waiting for a person's word. */
export const actDialog = signal<{ readonly act: Act; readonly slots: readonly string[] } | null>(
  null,
);
export type RigAct = "pause" | "resume" | "override" | "end-override";
/** An act on the rig as a whole. */
export const rigDialog = signal<RigAct | null>(null);
/** The slots that a person has chosen for a common act. */
export const selected = signal<ReadonlySet<string>>(new Set());

export function toggle(slot: string): void {
  const next = new Set(selected.value);
  if (!next.delete(slot)) next.add(slot);
  selected.value = next;
}

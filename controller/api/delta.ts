// What changed between two states of the rig: only that goes over the wire each second.

import type { RigStatus, SlotStatus } from "../core/status.ts";

/** Of the rig, what is not as it was; of the slots, those that are not. */
export type StatusDelta = Partial<Omit<RigStatus, "slots">> & { readonly slots?: SlotStatus[] };

/** Ages grow all the time: they alone are no news, for who reads can count on. */
const AGES: ReadonlySet<string> = new Set(["for_ms", "uptime_ms"]);

function text(value: unknown): string | undefined {
  return JSON.stringify(value, (key, part: unknown) => (AGES.has(key) ? undefined : part));
}

/** Null if nothing changed but ages. Slots are told whole. */
export function deltaOf(before: RigStatus, after: RigStatus): StatusDelta | null {
  const changed = Object.entries(after).filter(
    ([key, value]) =>
      key !== "slots" && !AGES.has(key) && text(value) !== text(before[key as keyof RigStatus]),
  );
  const slots = after.slots.filter((slot, index) => text(slot) !== text(before.slots[index]));
  if (changed.length === 0 && slots.length === 0) return null;
  return { ...Object.fromEntries(changed), ...(slots.length > 0 ? { slots } : {}) };
}

// What is told to whoever asked something for some slots: where these stand, not the others.

import type { SlotId } from "../../hat/slots.ts";
import type { RigStatus } from "../core/status.ts";

/** The status without the rig's other slots; what is no slot's, such as the work of this machine's own threads, stays. */
export function ofSlots(status: RigStatus, named: readonly SlotId[]): RigStatus {
  const slots = status.slots.filter(({ slot }) => named.includes(slot));
  if (status.work === undefined) return { ...status, slots };
  const others = new Set<string>(status.slots.map(({ slot }) => slot));
  for (const { slot } of slots) others.delete(slot);
  const work = Object.entries(status.work).filter(([worker]) => !others.has(worker));
  return { ...status, slots, work: Object.fromEntries(work) };
}

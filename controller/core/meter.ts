// Keeps the energy figures of the slots up to date, and takes in what a meter says.

import { type Draft, ownSlot, patchSlot, slotOf } from "./draft.ts";
import { energyUntil } from "./energy.ts";
import type { EventOf } from "./event.ts";

/** No figure is older than this. */
const ACCOUNT_EVERY_MS = 5000;

/** Adds what was drawn since the last time. Part of a tick; a slot that changes its state is accounted for then. */
export function accountEnergy(draft: Draft): void {
  const { rig, now } = draft;
  for (const slot of rig.slots) {
    if (now - slot.energy.at < ACCOUNT_EVERY_MS) continue;
    ownSlot(draft, slot).energy = energyUntil(slot, rig.policy.model, now);
  }
}

export function onMetered(draft: Draft, { slot: id, watts, forMs }: EventOf<"metered">): void {
  const slot = slotOf(draft, id);
  if (slot === undefined) return;
  const energy = energyUntil(slot, draft.rig.policy.model, draft.now);
  patchSlot(draft, slot, { energy, meter: { watts, until: draft.now + forMs } });
}

// Demand: somebody needs a Zero up for some time, whatever there is to mine. Some Zeros are up for nothing else.

import { type Draft, patchSlot, report, save, slotOf } from "./draft.ts";
import type { EventOf } from "./event.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

type Rig = Pick<RigState, "policy">;
type Sleep = "idle" | "no-demand";

/** Whether the Zero is up only while somebody asks for it. */
export function isOnDemand({ policy }: Rig, { id }: Pick<Slot, "id">): boolean {
  return policy.onDemand.includes(id);
}

/** Why the slot sleeps, for want of work or of anybody who asks for it; null if it does not, or is asked for. */
export function sleepsFor(rig: Rig, slot: Slot, now: number): Sleep | null {
  if (now < slot.demandUntil) return null;
  // What was begun, and what a person asked for, is done all the same.
  if (isOnDemand(rig, slot)) {
    const isBegun = slot.intent !== null && slot.intent.kind !== "off";
    return isBegun || slot.onAsked !== null ? null : "no-demand";
  }
  return slot.shed?.why === "idle" ? "idle" : null;
}

/** Whether a Zero that is up on demand only has been asked for by nobody for its time. Work does not count, nor an older demand. */
export function isUndemanded(rig: Rig, slot: Slot, now: number): boolean {
  if (!isOnDemand(rig, slot) || now < slot.demandUntil) return false;
  return now - slot.onAt >= rig.policy.onDemandIdleMs;
}

/** Who asked for a slot that comes on because of that, and would have slept on; null if none did. */
export function askerOf({ rig, now }: Draft, slot: Slot): string | null {
  if (now >= slot.demandUntil) return null;
  if (!isOnDemand(rig, slot) && slot.shed?.why !== "idle") return null;
  return slot.demandBy ?? "a person's `wake`";
}

/** Somebody needs these Zeros: those that sleep are woken, and none goes to sleep for so long. */
export function onDemand(draft: Draft, { slots, forMs, by }: EventOf<"demand">): void {
  for (const id of slots) {
    const slot = slotOf(draft, id);
    if (slot === undefined) continue;
    if (isWoken(draft, slot)) {
      report(draft, "info", "slot.woken", id, "demand", by === undefined ? {} : { by });
    }
    const demandUntil = Math.max(slot.demandUntil, draft.now + forMs);
    save(draft, patchSlot(draft, slot, { demandUntil, demandBy: by ?? null }));
  }
}

/** Whether a demand ends its sleep; of one that is off on a person's word it ends nothing. */
function isWoken({ rig, now }: Draft, slot: Slot): boolean {
  if (slot.wanted === "off") return false;
  const isDown = slot.phase === "Off" || slot.phase === "PoweringOff";
  return slot.shed?.why === "idle" || (isDown && sleepsFor(rig, slot, now) === "no-demand");
}

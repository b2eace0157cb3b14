// What a controller that starts makes of the lines as it finds them: nothing is switched, what is found is adopted.

import type { Line } from "../../hat/board.ts";
import { isOnDemand } from "./demand.ts";
import { type Draft, enter, patchSlot, save } from "./draft.ts";
import { closeIntent, concludeOff, readsOff } from "./power.ts";
import { type Slot, UNREMEDIED } from "./slot.ts";

/** A cycle that was begun is completed, whatever the policy: the slot is not off because anyone wanted it off. */
function isResumed(slot: Slot): boolean {
  return slot.intent !== null && slot.intent.kind !== "off" && slot.intent.kind !== "quarantine";
}

/** Whether the slot was found off for a reason that we remember, and that is not a person's word. */
function isOffForNow(slot: Slot): boolean {
  return slot.shed !== null || slot.wasWaiting;
}

/** What `adopt` makes of a slot: as it was found, but for what an earlier run had begun or remembers. */
function foundWanted(rig: Draft["rig"], slot: Slot): Line {
  if (isResumed(slot)) return "on";
  // What was begun was a person's word, or a quarantine that is nobody's wish: what is remembered as wanted is never older.
  if (slot.intent?.kind === "off" && slot.intent.by === "operator") return slot.wanted;
  if (slot.intent?.kind === "quarantine") return slot.wanted;
  if (slot.line === "on" || isOffForNow(slot)) return "on";
  // One that is up on demand only is off as a rule: only what is remembered as off is a wish.
  return isOnDemand(rig, slot) ? slot.wanted : "off";
}

/**
 * The first reading after a start in which line and port agree decides what is wanted from now on: a line that reads off
 * while the Zero still shows on USB tells nothing.
 */
export function adoptWanted(draft: Draft, slot: Slot): Slot {
  if (slot.wantedKnown || (slot.line === "off" && !readsOff(slot))) return slot;
  const wanted = {
    adopt: foundWanted(draft.rig, slot),
    restore: slot.wanted,
    "all-on": "on",
    "all-off": "off",
  } as const;
  return patchSlot(draft, slot, {
    wanted: wanted[draft.rig.policy.powerRestore],
    wantedKnown: true,
  });
}

/** After a start nothing is switched: what is found is adopted. */
export function adopt(draft: Draft, given: Slot): void {
  let slot = given;
  if (slot.line === "off" && slot.intent?.kind === "quarantine") {
    concludeOff(draft, slot);
    return;
  }
  const resumed = slot.line === "off" && isResumed(slot);
  if (slot.line === "on") slot = patchSlot(draft, slot, { shed: null });
  if (!resumed) slot = closeIntent(draft, slot, "found so");
  if (slot.line === "on") {
    const until = draft.now + draft.rig.policy.bootGraceMs;
    slot = enter(draft, slot, "Unknown", "found-on", { until });
  } else {
    const why = resumed ? "intent-resumed" : "found-off";
    slot = enter(draft, slot, "Off", why, { offAt: draft.now, ...UNREMEDIED });
  }
  // Only now: that it waits for its turn is part of what is remembered.
  save(draft, slot);
}

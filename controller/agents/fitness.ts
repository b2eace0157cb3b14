// Whether a Zero may get another program now, and how it is doing: from the rig's state.

import type { SlotId } from "../../hat/slots.ts";
import type { BundleMessage } from "../../zero-agent/protocol/messages.ts";
import { holdsLane, isUp, type Slot } from "../core/slot.ts";
import type { RigState } from "../core/state.ts";
import type { Seen } from "./rollout.ts";

/** An agent that is linked, and what it said on this link. */
export interface Linked {
  readonly link: number;
  readonly at: number;
  readonly version: string;
  readonly protocol: number;
  readonly bundle: BundleMessage | null;
}

/** Why its program is not to be exchanged now; null where it may. Never under a person's hold, and never while any Zero is fenced. */
function hindranceOf(rig: RigState, slot: Slot): Seen["hindrance"] {
  const { hold, phase, wanted, id } = slot;
  if (hold !== null) return { why: `held: ${hold.kind}`, lasts: true };
  if (phase === "Quarantined" || phase === "Fault")
    return { why: `it is in ${phase}`, lasts: true };
  if (phase === "Off" && wanted === "off") return { why: "it is off", lasts: true };
  if (!isUp(slot)) return { why: `it is ${phase}`, lasts: false };
  if (rig.storm.state !== "normal") return { why: "a storm", lasts: false };
  const fenced = rig.slots.find((other) => other.id !== id && isFenced(other));
  if (fenced !== undefined) return { why: `${fenced.id} is being fenced`, lasts: false };
  return rig.quiescing ? { why: "the controller stops", lasts: false } : null;
}

function isFenced(slot: Slot): boolean {
  return holdsLane(slot) || slot.phase === "PoweringOff" || slot.stage === "power-cycle";
}

/** What is wrong with it; null for one that is heard, has passed its self-test and may mine. */
function ailmentOf(rig: RigState, slot: Slot, now: number): string | null {
  const { phase, link, heardAt } = slot;
  if (!isUp(slot)) return `it is ${phase}`;
  if (link === null) return "not linked";
  if (!link.tested) return "its self-test is not passed";
  return now - heardAt < rig.policy.livenessMs ? null : "it is silent";
}

const LOST: ReadonlySet<Slot["phase"]> = new Set<Slot["phase"]>([
  "Off",
  "PoweringOff",
  "Quarantined",
  "Fault",
]);

/** Whether nobody waits for it any more. */
function isLost({ phase }: Slot): boolean {
  return LOST.has(phase);
}

/** All that a roll-out goes by. */
export function seenOf(
  rig: RigState,
  id: SlotId,
  now: number,
  linked: Linked | null,
  results: number,
): Seen {
  const link = {
    link: linked?.link ?? null,
    linkedMs: linked === null ? 0 : now - linked.at,
    bundle: linked?.bundle ?? null,
  };
  const slot = rig.slots.find((each) => each.id === id);
  if (slot === undefined) {
    const hindrance = { why: "there is no such slot", lasts: true };
    return { ...link, hindrance, ailment: null, isLost: true, results, works: false };
  }
  return {
    ...link,
    hindrance: hindranceOf(rig, slot),
    ailment: ailmentOf(rig, slot, now),
    isLost: isLost(slot),
    results,
    works: slot.task !== null && slot.link?.tested === true,
  };
}

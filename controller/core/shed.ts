// Standing rules that switch a Zero off although it is wanted on: too hot, a failing supply, a ceiling, nothing to do.

import { ceilingOf } from "./ceiling.ts";
import { type Draft, patchSlot } from "./draft.ts";
import { seconds } from "./evidence-text.ts";
import { beginCut } from "./power.ts";
import { idler, overCeiling, type Surplus, tooHot, undemanded } from "./surplus.ts";

function shed(draft: Draft, surplus: Surplus | null): void {
  if (surplus === null || surplus.waitsFor !== null) return;
  const { slot, why } = surplus;
  const reason = reasonOf(draft, surplus);
  const marked = patchSlot(draft, slot, { shed: { why, at: draft.now } });
  beginCut(draft, marked, { kind: "off", by: "policy", why, reason, hard: false });
}

/** What the rule went by: which ceiling, how hot, how long without work. */
function reasonOf({ rig, now }: Draft, { slot, why }: Surplus): string {
  const { watts, wattsBy, zeros } = ceilingOf(rig);
  switch (why) {
    case "ceiling":
      return `${wattsBy}: ${watts} W at most`;
    case "brown-out":
      return `the supply sagged: ${zeros} at most`;
    case "hot":
      return `last read ${slot.vitals?.tempC ?? "no"} C`;
    case "idle":
      return `nothing to do for ${seconds(now - slot.busyAt)}`;
    case "no-demand":
      return slot.demandBy === null ? "nobody asks for it" : `${slot.demandBy} asked last`;
  }
}

/** Begins what the standing rules ask for: at most one Zero for each of them in a pass. */
export function shedPower(draft: Draft): void {
  const { rig, now } = draft;
  shed(draft, tooHot(rig, now));
  shed(draft, overCeiling(rig, now));
  shed(draft, undemanded(rig, now));
  shed(draft, idler(rig, now));
}

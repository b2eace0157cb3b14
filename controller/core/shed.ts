// Standing rules that switch a Zero off although it is wanted on: too hot, a failing supply, a ceiling, nothing to do.

import { type Draft, patchSlot } from "./draft.ts";
import { beginCut } from "./power.ts";
import { idler, overCeiling, type Surplus, tooHot } from "./surplus.ts";

function shed(draft: Draft, surplus: Surplus | null): void {
  if (surplus === null || surplus.waitsFor !== null) return;
  const { slot, why } = surplus;
  const marked = patchSlot(draft, slot, { shed: { why, at: draft.now } });
  beginCut(draft, marked, { kind: "off", by: "policy", why, reason: why, hard: false });
}

/** Begins what the standing rules ask for: at most one Zero for each of them in a pass. */
export function shedPower(draft: Draft): void {
  const { rig, now } = draft;
  shed(draft, tooHot(rig, now));
  shed(draft, overCeiling(rig, now));
  shed(draft, idler(rig, now));
}

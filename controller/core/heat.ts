// Heat of a Zero, in steps with hysteresis: half the work, no work, off. Each step is taken at once and left slowly.

import { type Draft, patchSlot, report } from "./draft.ts";
import type { Policy } from "./policy.ts";
import type { HeatStep, Slot } from "./slot.ts";

type Thresholds = Pick<Policy, "heatDutyC" | "heatStopC" | "heatOffC">;

/** The temperature that begins a step; none begins the step without heat. */
const BEGINS = { 1: "heatDutyC", 2: "heatStopC", 3: "heatOffC" } as const;

/** The step that this temperature asks for by itself. */
function heatStepAt(tempC: number, policy: Thresholds): HeatStep {
  if (tempC >= policy.heatOffC) return 3;
  if (tempC >= policy.heatStopC) return 2;
  return tempC >= policy.heatDutyC ? 1 : 0;
}

/** Takes in a temperature. A slot without a sensor has no heat; one whose sensor went away cools by the clock. */
export function judgeHeat(draft: Draft, slot: Slot, tempC: number | null): Slot {
  const { now } = draft;
  const { policy } = draft.rig;
  if (tempC === null) {
    if (slot.heat === 0 || now - slot.heatAt < policy.heatOffMs) return slot;
    return stepTo(draft, slot, (slot.heat - 1) as HeatStep, null);
  }
  const asked = heatStepAt(tempC, policy);
  if (asked > slot.heat) return stepTo(draft, slot, asked, tempC);
  if (slot.heat === 0) return slot;
  if (tempC >= policy[BEGINS[slot.heat]] - policy.heatHysteresisC) {
    return patchSlot(draft, slot, { heatAt: now });
  }
  if (now - slot.heatAt < policy.heatHoldMs) return slot;
  return stepTo(draft, slot, (slot.heat - 1) as HeatStep, tempC);
}

function stepTo(draft: Draft, slot: Slot, heat: HeatStep, tempC: number | null): Slot {
  report(draft, heat > slot.heat ? "warn" : "info", "slot.heat", slot.id, null, {
    step: heat,
    temp_c: tempC,
  });
  draft.stirred = true;
  return patchSlot(draft, slot, { heat, heatAt: draft.now });
}

/** A Zero that works half the time rests as long as it worked. */
export function restAfter(slot: Slot, elapsedMs: number, now: number): number {
  return slot.heat === 1 ? now + elapsedMs : slot.restUntil;
}

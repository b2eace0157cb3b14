// Standing rules that switch a Zero off although it is wanted on: too hot, a failing supply, a ceiling, nothing to do.

import { ceilingOf, isUnlimited } from "./ceiling.ts";
import { type Draft, patchSlot } from "./draft.ts";
import { mayShed } from "./permit.ts";
import { beginCut } from "./power.ts";
import type { Slot } from "./slot.ts";
import { exceedsCeiling } from "./watts.ts";
import type { ShedWhy } from "./why.ts";

/** Whether the slot has power and is not on its way off. */
function keepsPower(slot: Slot): boolean {
  return slot.line === "on" && slot.phase !== "PoweringOff";
}

/** Whether there is a running Zero here that can be asked to leave: neither under a remedy nor without a known state. */
function isRunning(slot: Slot): boolean {
  return slot.phase === "Ready" || slot.phase === "Degraded";
}

/** A failing supply takes also those that are on their way up, or silent: what draws is what harms. */
function isSheddable(slot: Slot, why: ShedWhy): boolean {
  if (slot.action !== null) return false;
  if (why === "hot" || why === "brown-out") return keepsPower(slot);
  return isRunning(slot) && slot.hold === null;
}

function shed(draft: Draft, slot: Slot, why: ShedWhy): void {
  const marked = patchSlot(draft, slot, { shed: { why, at: draft.now } });
  beginCut(draft, marked, { kind: "off", by: "policy", why, reason: why, hard: false });
}

/** The one of these that was switched on last. */
function newest(slots: readonly Slot[]): Slot | undefined {
  return slots.reduce<Slot | undefined>(
    (best, slot) => (best === undefined || slot.onAt >= best.onAt ? slot : best),
    undefined,
  );
}

/** Whether the slot has had nothing to do for so long that it may sleep. */
function isIdle({ rig, now }: Draft, slot: Slot): boolean {
  const { idleOffMs } = rig.policy;
  if (idleOffMs === null || slot.task !== null || now < slot.demandUntil) return false;
  // One that may not work for its heat does not lack work.
  if (slot.heat >= 2) return false;
  return now - Math.max(slot.busyAt, slot.since) >= idleOffMs;
}

function overCeiling(draft: Draft): void {
  const { rig } = draft;
  const ceiling = ceilingOf(rig);
  if (isUnlimited(ceiling)) return;
  const kept = rig.slots.filter(keepsPower);
  if (!exceedsCeiling(kept, rig.policy.model, ceiling)) return;
  const why = kept.length > ceiling.zeros ? "brown-out" : "ceiling";
  const slot = newest(kept.filter((each) => isSheddable(each, why) && mayShed(draft, each, why)));
  if (slot !== undefined) shed(draft, slot, why);
}

function putToSleep(draft: Draft): void {
  const up = draft.rig.slots.filter(isRunning);
  if (up.length <= draft.rig.policy.keepUp) return;
  const slot = newest(
    up.filter(
      (each) => isIdle(draft, each) && isSheddable(each, "idle") && mayShed(draft, each, "idle"),
    ),
  );
  if (slot !== undefined) shed(draft, slot, "idle");
}

/** Begins what the standing rules ask for: at most one Zero for each of them in a pass. */
export function shedPower(draft: Draft): void {
  const hot = draft.rig.slots.find((slot) => slot.heat === 3 && isSheddable(slot, "hot"));
  if (hot !== undefined && mayShed(draft, hot, "hot")) shed(draft, hot, "hot");
  overCeiling(draft);
  if (draft.rig.policy.idleOffMs !== null) putToSleep(draft);
}

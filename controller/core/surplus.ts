// Who is too much: the Zero that a standing rule would switch off next, and what that waits for.

import { ceilingOf, isUnlimited } from "./ceiling.ts";
import { isOnDemand, isUndemanded } from "./demand.ts";
import { isJustBack } from "./evidence.ts";
import { isPressing, maySwitch } from "./permit.ts";
import { isUp, type Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import { exceedsCeiling } from "./watts.ts";
import type { ShedHindrance, ShedWhy } from "./why.ts";

type Rig = Omit<RigState, "hosts" | "seats">;

export interface Surplus {
  readonly slot: Slot;
  readonly why: ShedWhy;
  /** What stands in the way of switching it off; null if nothing does. */
  readonly waitsFor: ShedHindrance | null;
}

function isFree({ waitsFor }: Surplus): boolean {
  return waitsFor === null;
}

/** Whether the slot has power and is not on its way off. */
function keepsPower(slot: Slot): boolean {
  return slot.line === "on" && slot.phase !== "PoweringOff";
}

function without(slots: readonly Slot[], gone: readonly Slot[]): readonly Slot[] {
  return slots.filter((slot) => !gone.includes(slot));
}

/** Whether its way off is not begun yet: one whose cut stands as a fault is tried again when the fault is looked at. */
function mayBegin({ intent }: Slot): boolean {
  return intent?.kind !== "off" && intent?.kind !== "quarantine";
}

/** What stands in the way. A person's pause or hold does not outrank heat and a failing supply, which take also what only boots. */
function hindrance(rig: Rig, slot: Slot, why: ShedWhy, now: number): ShedHindrance | null {
  if (rig.halted !== null) return "automation-halted";
  if (slot.action !== null) return "power-action";
  // Who would be asked to leave is not who would be cut.
  if (rig.wrongCards.includes(slot.id)) return "wrong-card";
  // Just after a start or a standstill it had no time to dial in, and would be cut without being asked.
  const sinceAt = Math.max(rig.startedAt, rig.resumedAt);
  if (slot.link === null && slot.onAt <= sinceAt && isJustBack(rig, sinceAt, now)) {
    return "just-resumed";
  }
  if (isPressing(why)) return null;
  if (rig.pause !== null) return "paused";
  if (slot.hold !== null) return "hold";
  // Under a remedy, or without a known state, there is no Zero that could be asked to leave.
  if (!isUp(slot)) return "not-running";
  if (why === "ceiling" && now - slot.movedAt < rig.policy.ceilingDwellMs) return "ceiling-dwell";
  return maySwitch(rig, now) ? null : "switch-rate";
}

/** Of these, the one that was switched on last and may go; if none may, the one that was switched on last. */
function choose(rig: Rig, slots: readonly Slot[], why: ShedWhy, now: number): Surplus | null {
  let best: Surplus | null = null;
  for (const slot of slots) {
    const next = { slot, why, waitsFor: hindrance(rig, slot, why, now) };
    const may = next.waitsFor === null;
    const bestMay = best?.waitsFor === null;
    const newer = best === null || slot.onAt >= best.slot.onAt;
    if (may === bestMay || best === null ? newer : may) best = next;
  }
  return best;
}

/** Whether the slot has had nothing to do for so long that it may sleep. */
function isIdle(idleOffMs: number, slot: Slot, now: number): boolean {
  if (slot.task !== null || now < slot.demandUntil) return false;
  // One that may not work for its heat does not lack work.
  if (slot.heat >= 2) return false;
  return now - Math.max(slot.busyAt, slot.since) >= idleOffMs;
}

/** A rule: who is too much, besides those that are gone already. */
type Rule = (rig: Rig, now: number, gone?: readonly Slot[]) => Surplus | null;

/** A Zero that is too hot. */
export const tooHot: Rule = (rig, now, gone = []) => {
  const hot = rig.slots.filter((slot) => slot.heat === 3 && keepsPower(slot) && mayBegin(slot));
  return choose(rig, without(hot, gone), "hot", now);
};

/** The Zero that is above the ceiling. */
export const overCeiling: Rule = (rig, now, gone = []) => {
  const ceiling = ceilingOf(rig);
  if (isUnlimited(ceiling)) return null;
  const kept = without(rig.slots.filter(keepsPower), gone);
  if (!exceedsCeiling(kept, rig.policy.model, ceiling)) return null;
  return choose(
    rig,
    kept.filter(mayBegin),
    kept.length > ceiling.zeros ? "brown-out" : "ceiling",
    now,
  );
};

/** A Zero that has nothing to do, as long as enough others stay up. */
export const idler: Rule = (rig, now, gone = []) => {
  const { idleOffMs, keepUp } = rig.policy;
  if (idleOffMs === null) return null;
  const up = without(rig.slots.filter(isUp), gone);
  if (up.length <= keepUp) return null;
  const idle = up.filter((slot) => !isOnDemand(rig, slot) && isIdle(idleOffMs, slot, now));
  return choose(rig, idle, "idle", now);
};

/** A Zero that is up on demand only, and that nobody asked for in its time. Work does not keep it up. */
export const undemanded: Rule = (rig, now, gone = []) => {
  const left = rig.slots.filter((slot) => isUp(slot) && isUndemanded(rig, slot, now));
  return choose(rig, without(left, gone), "no-demand", now);
};

/** All that are too much, each once, in the order in which each rule lets them go. For people; a pass needs the first only. */
export function surpluses(rig: Rig, now: number): Surplus[] {
  const found = new Map<Slot, Surplus>();
  for (const rule of [tooHot, overCeiling, undemanded, idler]) {
    // Whoever waits keeps its power, and is not gone for the other rules.
    const gone = [...found.values()].filter(isFree).map(({ slot }) => slot);
    for (let next = rule(rig, now, gone); next !== null; next = rule(rig, now, gone)) {
      gone.push(next.slot);
      const known = found.get(next.slot);
      if (known !== undefined && !isFree(next)) continue;
      found.delete(next.slot);
      found.set(next.slot, next);
    }
  }
  return [...found.values()];
}

// Who is too much: the Zero that a standing rule would switch off next, and what that waits for.

import { ceilingOf, isUnlimited } from "./ceiling.ts";
import { maySwitch } from "./permit.ts";
import type { Slot } from "./slot.ts";
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

/** Whether the slot has power and is not on its way off. */
function keepsPower(slot: Slot): boolean {
  return slot.line === "on" && slot.phase !== "PoweringOff";
}

/** Whether its way off is not begun yet: one whose cut stands as a fault is tried again when the fault is looked at. */
function mayBegin({ intent }: Slot): boolean {
  return intent?.kind !== "off" && intent?.kind !== "quarantine";
}

/** Whether there is a running Zero here that can be asked to leave: neither under a remedy nor without a known state. */
function isRunning(slot: Slot): boolean {
  return slot.phase === "Ready" || slot.phase === "Degraded";
}

/** What stands in the way. A person's pause or hold does not outrank heat and a failing supply, which take also what only boots. */
function hindrance(rig: Rig, slot: Slot, why: ShedWhy, now: number): ShedHindrance | null {
  if (rig.halted !== null) return "automation-halted";
  if (slot.action !== null) return "power-action";
  // Who would be asked to leave is not who would be cut.
  if (rig.wrongCards.includes(slot.id)) return "wrong-card";
  if (why === "hot" || why === "brown-out") return null;
  if (rig.pause !== null) return "paused";
  if (slot.hold !== null) return "hold";
  if (!isRunning(slot)) return "not-running";
  if (now - slot.onAt < rig.policy.ceilingDwellMs) return "ceiling-dwell";
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

/** A Zero that is too hot. */
export function tooHot(rig: Rig, now: number): Surplus | null {
  const hot = rig.slots.filter((slot) => slot.heat === 3 && keepsPower(slot) && mayBegin(slot));
  return choose(rig, hot, "hot", now);
}

/** The Zero that is above the ceiling. */
export function overCeiling(rig: Rig, now: number): Surplus | null {
  const ceiling = ceilingOf(rig);
  if (isUnlimited(ceiling)) return null;
  const kept = rig.slots.filter(keepsPower);
  if (!exceedsCeiling(kept, rig.policy.model, ceiling)) return null;
  return choose(
    rig,
    kept.filter(mayBegin),
    kept.length > ceiling.zeros ? "brown-out" : "ceiling",
    now,
  );
}

/** A Zero that has nothing to do, as long as enough others stay up. */
export function idler(rig: Rig, now: number): Surplus | null {
  const { idleOffMs, keepUp } = rig.policy;
  if (idleOffMs === null) return null;
  const up = rig.slots.filter(isRunning);
  if (up.length <= keepUp) return null;
  const idle = up.filter((slot) => isIdle(idleOffMs, slot, now));
  return choose(rig, idle, "idle", now);
}

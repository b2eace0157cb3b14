// May automation act now? Each answer names what stands in the way, for `why`.

import { bootsInGrace } from "./boot.ts";
import { tokensAt } from "./bucket.ts";
import { ceilingOf } from "./ceiling.ts";
import { sleepsFor } from "./demand.ts";
import { isFreshlyRead, isJustBack, isProvedSince, kernelAnswers } from "./evidence.ts";
import { holdsLane, type Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import { census } from "./storm.ts";
import { fitsCeiling } from "./watts.ts";
import type { Hindrance, OnHindrance } from "./why.ts";

type Rig = Omit<RigState, "hosts" | "seats">;

const HOUR_MS = 3_600_000;
/** No start this soon after under-voltage was seen. */
export const SUPPLY_QUIET_MS = 10_000;

function within(times: readonly number[], now: number, windowMs: number): number {
  return times.filter((at) => now - at < windowMs).length;
}

/** Within 20 % either way, fixed for a slot and a strike, so that slots do not move in step and a replay decides the same. */
function jitter(slot: Slot): number {
  return 0.8 + 0.4 * (((slot.index * 7 + slot.strikes * 3) % 10) / 10);
}

/** When the back-off lets the slot be cut again. */
export function backoffUntil(slot: Slot, policy: RigState["policy"]): number {
  const last = slot.cuts.at(-1);
  if (last === undefined || slot.strikes === 0) return Number.NEGATIVE_INFINITY;
  const pauseMs = policy.backoffBaseMs * 2 ** (slot.strikes - 1);
  // After the cap, or those that have reached it would move in step.
  return last + Math.min(policy.backoffMaxMs, pauseMs) * jitter(slot);
}

export function laneFree(slots: readonly Slot[], laneWidth: number): boolean {
  return slots.filter(holdsLane).length < laneWidth;
}

/** One silent Zero among healthy ones may always be fenced, however few they are. */
function belowFloor(rig: Rig, now: number): boolean {
  const { healthy, floor, meant } = census(rig, now);
  return healthy < floor && meant - healthy > 1;
}

/** What forbids any automatic cut of this slot, also one that was decided and not yet written; null if nothing does. */
export function cutBan(rig: Rig, slot: Slot, now: number): Hindrance | null {
  const longStorm = isLong(rig.storm);
  if (rig.halted !== null) return "automation-halted";
  if (rig.pause !== null) return "paused";
  if (slot.hold !== null) return "hold";
  if (rig.resumedAt > rig.startedAt && isJustBack(rig, rig.resumedAt, now)) return "just-resumed";
  if (rig.wrongCards.includes(slot.id)) return "wrong-card";
  if (rig.hub === "lost") return "hub-lost";
  if (isJustBack(rig, rig.linkServerBackAt, now)) return "link-server-unproved";
  if (!isProvedSince(rig, slot, now)) return "link-server-unproved";
  if (rig.storm.state !== "normal" && !longStorm) return "storm";
  return !longStorm && belowFloor(rig, now) ? "below-floor" : null;
}

/** What stands in the way of an automatic cut of this slot; null if nothing does. */
export function cutHindrance(rig: Rig, slot: Slot, now: number): Hindrance | null {
  const { policy } = rig;
  const ban = cutBan(rig, slot, now);
  if (ban !== null) return ban;
  // Another hand may have been at the line, and nobody could see it.
  if (!isFreshlyRead(rig, now)) return "board-unread";
  // Its start showed nothing, and was given up before its time to boot was over.
  if (bootsInGrace(slot, policy, now)) return "boots";
  const silentMs = now - Math.max(slot.heardAt, rig.resumedAt);
  const hasLeave = silentMs < policy.agentGraceMs || now < slot.restartUntil;
  if (kernelAnswers(slot, now) && hasLeave) return "kernel-answers";
  if (!laneFree(rig.slots, policy.laneWidth)) return "lane-busy";
  if (now < backoffUntil(slot, policy)) return "backoff";
  return capReached(rig, slot, now) ?? (maySwitch(rig, now) ? null : "switch-rate");
}

/** Heat and a failing supply wait neither for a person's hold nor for a token, and give a Zero less time to go. */
export function isPressing(why: string): boolean {
  return why === "hot" || why === "brown-out";
}

/** Whether automation has a power action left in its bucket. */
export function maySwitch({ switches, policy }: Rig, now: number): boolean {
  return tokensAt(switches, policy.switchBurst, policy.switchesPerMinute, now) >= 1;
}

/** How many power cycles the slot may still be given before quarantine. */
export function cyclesLeft(slot: Slot, policy: RigState["policy"], now: number): number {
  const recent = within(slot.cuts, now, policy.quarantineWindowMs);
  return policy.quarantineCycles - Math.min(slot.strikes, recent);
}

/** A storm that lasted long enough to fall back to one at a time. */
function isLong(storm: RigState["storm"]): boolean {
  return storm.state === "storm" && storm.alerted;
}

/** Whether the slot, or the rig, was cut automatically as often as any hour allows. */
export function capReached(
  rig: Rig,
  slot: Slot,
  now: number,
): "slot-cut-cap" | "rig-cut-cap" | null {
  const { policy } = rig;
  if (within(slot.cuts, now, HOUR_MS) >= policy.cutsPerSlotHour) return "slot-cut-cap";
  return cutsInHour(rig, now) >= policy.cutsPerRigHour ? "rig-cut-cap" : null;
}

function cutsInHour({ slots }: Rig, now: number): number {
  return slots.reduce((sum, { cuts }) => sum + within(cuts, now, HOUR_MS), 0);
}

/** Whether there were more automatic cuts than that, with one that is decided and counted already. */
export function capExceeded(rig: Rig, slot: Slot, now: number): boolean {
  const { cutsPerSlotHour, cutsPerRigHour } = rig.policy;
  if (within(slot.cuts, now, HOUR_MS) > cutsPerSlotHour) return true;
  return cutsInHour(rig, now) > cutsPerRigHour;
}

/** Whether off and on again, for a slot that never showed up on USB, may be tried now. It holds the lane in a long storm too. */
export function mayRetryEnumeration({ halted, hub, storm }: Rig): boolean {
  return halted === null && hub !== "lost" && (storm.state === "normal" || isLong(storm));
}

/** Whether a slot that was switched off for heat has not cooled for long enough. */
function isTooHot(slot: Slot, policy: RigState["policy"], now: number): boolean {
  return slot.shed?.why === "hot" && now < slot.offAt + policy.heatOffMs;
}

/** What forbids switching this slot on, also when that was decided and not yet written; null if nothing does. */
export function onBan(rig: Rig, slot: Slot, now: number): OnHindrance | null {
  if (slot.hold?.kind === "maintenance") return "hold";
  if (now < rig.underVoltageAt + SUPPLY_QUIET_MS) return "under-voltage";
  const others = rig.slots.filter((other) => other.id !== slot.id);
  return fitsCeiling(others, rig.policy.model, ceilingOf(rig)) ? null : "ceiling";
}

/** Whether another Zero was switched on so lately that both would draw their inrush together. */
export function startsTooSoon({ slots, policy }: Rig, slot: Slot, now: number): boolean {
  return slots.some((other) => other.id !== slot.id && now < other.onAt + policy.staggerMs);
}

/**
 * What stands in the way of switching this slot on, the first that lasts longest; null if nothing does. What was begun is
 * completed even in a pause.
 */
export function onHindrance(rig: Rig, slot: Slot, now: number): OnHindrance | null {
  const { policy } = rig;
  const byPerson = slot.onAsked !== null || slot.intent?.by === "operator";
  if (rig.halted !== null && !byPerson) return "automation-halted";
  const begun = slot.intent !== null || byPerson;
  if (rig.pause !== null && !begun) return "paused";
  const ban = onBan(rig, slot, now);
  if (ban === "hold") return ban;
  if (isTooHot(slot, policy, now)) return "heat";
  const sleeps = sleepsFor(rig, slot, now);
  if (sleeps !== null) return sleeps;
  if (ban !== null) return ban;
  if (slot.shed?.why === "ceiling" && now < slot.offAt + policy.ceilingDwellMs)
    return "ceiling-dwell";
  if (now < slot.offAt + policy.offDwellMs) return "off-dwell";
  if (rig.slots.some((other) => other.phase === "PoweringOn")) return "another-starts";
  if (now < rig.lastOnAt + policy.staggerMs) return "stagger";
  return begun || maySwitch(rig, now) ? null : "switch-rate";
}

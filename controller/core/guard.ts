// The invariants (docs/architecture.md) as assertions on what a step is about to do. An effect that would break one is not
// let out; automation stops itself, says so, and the mining goes on.

import { bootsInGrace } from "./boot.ts";
import type { Effect } from "./effect.ts";
import { capExceeded, cutBan, cyclesLeft, isPressing, onBan, startsTooSoon } from "./permit.ts";
import { SELF_TEST_SEAT } from "./self-test.ts";
import {
  type By,
  holdsLane,
  type Intent,
  isFurtherTry,
  isKeptFromWork,
  isUp,
  type Slot,
} from "./slot.ts";
import type { RigState } from "./state.ts";
import type { Hindrance } from "./why.ts";

type PowerEffect = Extract<Effect, { readonly type: "power" }>;

/** The invariant that a ban stands for, where it is not the third. */
const BANNED_BY: Readonly<Partial<Record<Hindrance, number>>> = { paused: 13, hold: 13 };

/** A standing rule may cut what runs, but it asks first, and waits for the answer or its time. */
function guardShed({ policy, pause }: RigState, slot: Slot, now: number): string | null {
  if (slot.shed === null) return "13: a shed that no rule asks for";
  const { why, at } = slot.shed;
  // What was begun before a person said so is carried through.
  const stops = [slot.hold, pause].some((stop) => stop !== null && stop.since < at);
  if (stops && !isPressing(why)) return "13: shed against a pause or a hold";
  if (slot.link === null || now - slot.heardAt >= policy.livenessMs) return null;
  const { asking, usb } = slot;
  const asked = asking !== null && asking.at !== null && now >= asking.at + asking.limitMs;
  return asked || usb === "absent" ? null : "1: shed of a Zero that was not asked first";
}

function guardCut(
  state: RigState,
  slot: Slot,
  { id, kind }: Intent,
  by: By,
  now: number,
): string | null {
  if (by === "operator") return null;
  if (by === "policy") return guardShed(state, slot, now);
  if (now - slot.heardAt < state.policy.livenessMs) return "1: cut of a Zero that was heard";
  const first = !isFurtherTry(slot);
  if (first && slot.line === "on") {
    const ban = cutBan(state, slot, now);
    if (ban !== null) return `${BANNED_BY[ban] ?? 3}: cut although ${ban}`;
  }
  // What was begun by other numbers is carried through.
  if (id < state.policyFrom) return null;
  if (first && slot.line === "on" && bootsInGrace(slot, state.policy, now)) {
    return "1: cut of a Zero that boots in its grace";
  }
  if (kind === "cycle" && first && cyclesLeft(slot, state.policy, now) < 0) {
    return "16: another cycle instead of quarantine";
  }
  if (capExceeded(state, slot, now)) return "2: more cuts in an hour than are allowed";
  const between = state.slots.filter(holdsLane);
  return between.length > state.policy.laneWidth ? "2: too many Zeros between cut and beat" : null;
}

function guardOn(state: RigState, slot: Slot, now: number): string | null {
  if (slot.line !== "off" || slot.usb === "present") return "4: on before off is proved";
  if (now < slot.offAt + state.policy.offDwellMs) return "4: on within the off dwell";
  if (startsTooSoon(state, slot, now)) return "14: two starts within the stagger";
  const ban = onBan(state, slot, now);
  return ban === null ? null : `${ban === "hold" ? 13 : 14}: on although ${ban}`;
}

function guardPower(state: RigState, effect: PowerEffect, now: number): string | null {
  const slot = state.slots.find(({ id }) => id === effect.slot);
  if (slot === undefined) return "10: power effect for no slot";
  if (slot.refused) return "10: another hand was at the line, and it was not read since";
  const { intent } = slot;
  if (intent?.durable !== true) return "6: power effect before its intent is on disk";
  return effect.to === "off"
    ? guardCut(state, slot, intent, effect.by, now)
    : guardOn(state, slot, now);
}

function guardJob({ slots, seats }: RigState, id: string, epoch: number): string | null {
  const slot = slots.find((each) => each.id === id);
  if (slot?.epoch !== epoch) return "11: work for a closed epoch";
  // The known answer may be asked of any Zero.
  if (slot.task?.seat === SELF_TEST_SEAT) return null;
  const seat = seats.find((each) => each.id === slot.task?.seat);
  if (seat?.job != null && seat.job.node !== seat.node) return "11: work of a pool that was left";
  if (!isUp(slot)) return "11: work for a Zero that is not up";
  return isKeptFromWork(slot) ? "13: work for a slot that a person holds" : null;
}

/** Which invariant this effect would break in this state; null if none. */
export function violation(state: RigState, effect: Effect, now: number): string | null {
  if (effect.type === "power") return guardPower(state, effect, now);
  if (effect.type === "send" && effect.message.type === "job") {
    return guardJob(state, effect.slot, effect.message.epoch);
  }
  if (effect.type === "submit-share") {
    const { share } = effect;
    const seat = state.seats.find(({ id }) => id === share.seat);
    if (seat?.state !== "submitting" || seat.share?.id !== share.id) {
      return "12: a share that is not secured";
    }
    return share.node === seat.node ? null : "12: a share for a pool that its job is not of";
  }
  return null;
}

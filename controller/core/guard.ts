// The invariants (docs/architecture.md) as assertions on what a step is about to do. An effect that would break one is not
// let out; automation stops itself, says so, and the mining goes on.

import type { Effect } from "./effect.ts";
import { cutBan, cyclesLeft, onBan } from "./permit.ts";
import { holdsLane, isFurtherTry, type Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import type { Hindrance } from "./why.ts";

type PowerEffect = Extract<Effect, { readonly type: "power" }>;

/** The invariant that a ban stands for, where it is not the third. */
const BANNED_BY: Readonly<Partial<Record<Hindrance, number>>> = { paused: 13, hold: 13 };

/** A standing rule may cut what runs, but it asks first, and waits for the answer or its time. */
function guardShed({ policy }: RigState, slot: Slot, now: number): string | null {
  if (slot.shed === null) return "13: a shed that no rule asks for";
  if (slot.link === null || now - slot.heardAt >= policy.livenessMs) return null;
  const { asking, usb } = slot;
  const asked = asking !== null && asking.at !== null && now >= asking.at + asking.limitMs;
  return asked || usb === "absent" ? null : "1: shed of a Zero that was not asked first";
}

function guardCut(state: RigState, slot: Slot, effect: PowerEffect, now: number): string | null {
  if (effect.by === "operator") return null;
  if (effect.by === "policy") return guardShed(state, slot, now);
  if (now - slot.heardAt < state.policy.livenessMs) return "1: cut of a Zero that was heard";
  const first = !isFurtherTry(slot);
  if (first && slot.line === "on") {
    const ban = cutBan(state, slot, now);
    if (ban !== null) return `${BANNED_BY[ban] ?? 3}: cut although ${ban}`;
  }
  if (slot.intent?.kind === "cycle" && first && cyclesLeft(slot, state.policy, now) < 0) {
    return "16: another cycle instead of quarantine";
  }
  const between = state.slots.filter(holdsLane);
  return between.length > state.policy.laneWidth ? "2: too many Zeros between cut and beat" : null;
}

function guardOn(state: RigState, slot: Slot, now: number): string | null {
  if (slot.line !== "off" || slot.usb === "present") return "4: on before off is proved";
  if (now < slot.offAt + state.policy.offDwellMs) return "4: on within the off dwell";
  const ban = onBan(state, slot, now);
  return ban === null ? null : `${ban === "hold" ? 13 : 14}: on although ${ban}`;
}

function guardPower(state: RigState, effect: PowerEffect, now: number): string | null {
  const slot = state.slots.find(({ id }) => id === effect.slot);
  if (slot === undefined) return "10: power effect for no slot";
  if (slot.intent?.durable !== true) return "6: power effect before its intent is on disk";
  return effect.to === "off" ? guardCut(state, slot, effect, now) : guardOn(state, slot, now);
}

/** Which invariant this effect would break in this state; null if none. */
export function violation(state: RigState, effect: Effect, now: number): string | null {
  if (effect.type === "power") return guardPower(state, effect, now);
  if (effect.type === "send" && effect.message.type === "job") {
    const { epoch } = effect.message;
    const slot = state.slots.find(({ id }) => id === effect.slot);
    return slot?.epoch === epoch ? null : "11: work for a closed epoch";
  }
  if (effect.type === "submit-share") {
    const seat = state.seats.find(({ id }) => id === effect.share.seat);
    return seat?.state === "submitting" && seat.share?.id === effect.share.id
      ? null
      : "12: a share that is not secured";
  }
  return null;
}

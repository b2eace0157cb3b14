// The working copy of one step: the state it starts from is never touched; what it changes is copied first.

import type { SlotId } from "../../hat/slots.ts";
import type { Effect, EffectOf } from "./effect.ts";
import { memoryOf } from "./memory.ts";
import type { Host, Seat } from "./seat.ts";
import type { Phase, Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import type { Why } from "./why.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface Draft {
  readonly now: number;
  readonly rig: Mutable<Omit<RigState, "slots" | "seats" | "hosts">> & {
    slots: Slot[];
    seats: Seat[];
    hosts: Host[];
  };
  readonly effects: Effect[];
}

export function draftOf(state: RigState, now: number): Draft {
  const rig = {
    ...state,
    slots: state.slots.slice(),
    seats: state.seats.slice(),
    hosts: state.hosts.slice(),
  };
  return { now, rig, effects: [] };
}

export function slotOf(draft: Draft, id: string): Slot | undefined {
  return draft.rig.slots.find((slot) => slot.id === id);
}

export function seatOf(draft: Draft, id: string): Seat | undefined {
  return draft.rig.seats.find((seat) => seat.id === id);
}

/** Changes a slot and returns it as it is now. Always go on with what is returned. */
export function patchSlot(draft: Draft, slot: Slot, changes: Partial<Slot>): Slot {
  const changed = { ...slot, ...changes };
  draft.rig.slots[slot.index] = changed;
  return changed;
}

export function patchSeat(draft: Draft, seat: Seat, changes: Partial<Seat>): Seat {
  const changed = { ...seat, ...changes };
  draft.rig.seats = draft.rig.seats.map((other) => (other.id === seat.id ? changed : other));
  return changed;
}

export function patchHost(draft: Draft, host: Host, changes: Partial<Host>): Host {
  const changed = { ...host, ...changes };
  draft.rig.hosts = draft.rig.hosts.map((other) => (other.id === host.id ? changed : other));
  return changed;
}

export function takeId(draft: Draft): number {
  return draft.rig.nextId++;
}

export function emit(draft: Draft, effect: Effect): void {
  draft.effects.push(effect);
}

export function report(
  draft: Draft,
  level: EffectOf<"report">["level"],
  ev: string,
  slot: SlotId | null,
  why: string | null = null,
  detail: EffectOf<"report">["detail"] = {},
): void {
  emit(draft, { type: "report", level, ev, slot, why, detail });
}

export function save(draft: Draft, slot: Slot): void {
  emit(draft, { type: "save-slot", slot: slot.id, memory: memoryOf(slot, draft.now) });
}

const TROUBLE: ReadonlySet<Phase> = new Set<Phase>(["Suspect", "Remediating", "Quarantined"]);

/** Moves a slot into a phase: the one place where phases change. Without `until` the phase has no deadline. */
export function enter(
  draft: Draft,
  slot: Slot,
  phase: Phase,
  why: Why,
  changes: Partial<Slot> = {},
): Slot {
  const level = phase === "Fault" ? "error" : TROUBLE.has(phase) ? "warn" : "info";
  report(draft, level, "slot.state", slot.id, why, { from: slot.phase, to: phase });
  return patchSlot(draft, slot, {
    phase,
    why,
    since: draft.now,
    until: Number.POSITIVE_INFINITY,
    stage: null,
    ...changes,
  });
}

// The working copy of one step: the state it starts from is never touched; what it changes is copied first.

import type { SlotId } from "../../hat/slots.ts";
import { copyHost, copyRig, copySeat, copySlot } from "./copy.ts";
import type { Effect, EffectOf } from "./effect.ts";
import { energyUntil } from "./energy.ts";
import { memoryOf, rigMemoryOf } from "./memory.ts";
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
  /** Which items of each list were copied already, as bits by index: a step copies an item once, then writes on. */
  readonly copied: { slots: number; seats: number; hosts: number };
}

export function draftOf(state: RigState, now: number): Draft {
  const rig = copyRig(state) as Draft["rig"];
  rig.slots = state.slots.slice();
  rig.seats = state.seats.slice();
  rig.hosts = state.hosts.slice();
  return { now, rig, effects: [], copied: { slots: 0, seats: 0, hosts: 0 } };
}

/** The item as the step's own copy, with the changes in it. */
function patch<T extends { readonly index: number }>(
  { copied }: Draft,
  list: keyof Draft["copied"],
  items: T[],
  item: T,
  copy: (item: T) => T,
  changes: Partial<T>,
): T {
  const bit = 1 << item.index;
  if ((copied[list] & bit) === 0) {
    copied[list] |= bit;
    items[item.index] = copy(items[item.index] as T);
  }
  return Object.assign(items[item.index] as T, changes);
}

function byId<T extends { readonly id: string }>(items: readonly T[], id: string): T | undefined {
  for (const item of items) if (item.id === id) return item;
  return undefined;
}

export function slotOf(draft: Draft, id: string): Slot | undefined {
  return byId(draft.rig.slots, id);
}

export function seatOf(draft: Draft, id: string): Seat | undefined {
  return byId(draft.rig.seats, id);
}

/** Changes a slot and returns it as it is now. Always go on with what is returned. */
export function patchSlot(draft: Draft, slot: Slot, changes: Partial<Slot>): Slot {
  return patch(draft, "slots", draft.rig.slots, slot, copySlot, changes);
}

export function patchSeat(draft: Draft, seat: Seat, changes: Partial<Seat>): Seat {
  return patch(draft, "seats", draft.rig.seats, seat, copySeat, changes);
}

export function patchHost(draft: Draft, host: Host, changes: Partial<Host>): Host {
  return patch(draft, "hosts", draft.rig.hosts, host, copyHost, changes);
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
  emit(draft, {
    type: "save-slot",
    slot: slot.id,
    memory: memoryOf(slot, draft.now, draft.rig.nextId),
  });
}

export function saveRig(draft: Draft): void {
  emit(draft, { type: "save-rig", memory: rigMemoryOf(draft.rig, draft.now) });
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
  const own = patchSlot(draft, slot, {});
  return patchSlot(draft, own, {
    energy: energyUntil(own, draft.rig.policy.model, draft.now),
    phase,
    why,
    since: draft.now,
    until: Number.POSITIVE_INFINITY,
    stage: null,
    ...changes,
  });
}

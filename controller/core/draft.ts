// The working copy of one step: the state it starts from is never touched; what it changes is copied first.

import type { SlotId } from "../../hat/slots.ts";
import { copyHost, copyRig, copySeat, copySlot, type Mutable } from "./copy.ts";
import type { Effect, EffectOf } from "./effect.ts";
import { energyUntil } from "./energy.ts";
import { memoryOf, rigMemoryOf } from "./memory.ts";
import type { Host, Seat } from "./seat.ts";
import type { Phase, Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import type { Why } from "./why.ts";

export interface Draft {
  readonly now: number;
  readonly rig: Mutable<Omit<RigState, "slots" | "seats" | "hosts">> & {
    slots: Slot[];
    seats: Seat[];
    hosts: Host[];
  };
  readonly effects: Effect[];
  /** Whether this step changed what a tick decides. */
  stirred: boolean;
  /** What the step began with: an item that is still the same one was not copied yet. */
  readonly base: RigState;
}

export function draftOf(state: RigState, now: number): Draft {
  return {
    now,
    rig: copyRig(state) as Draft["rig"],
    effects: [],
    stirred: false,
    base: state,
  };
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

/** The slot as this step's own copy, made once; what happens at each beat writes into it, for that is cheaper than a patch. */
export function ownSlot({ rig: { slots }, base }: Draft, { index }: Slot): Mutable<Slot> {
  const slot = slots[index] as Slot;
  if (slot !== base.slots[index]) return slot;
  const own = copySlot(slot);
  slots[index] = own;
  return own;
}

export function ownSeat({ rig: { seats }, base }: Draft, { index }: Seat): Mutable<Seat> {
  const seat = seats[index] as Seat;
  if (seat !== base.seats[index]) return seat;
  const own = copySeat(seat);
  seats[index] = own;
  return own;
}

function ownHost({ rig: { hosts }, base }: Draft, { index }: Host): Host {
  const host = hosts[index] as Host;
  if (host !== base.hosts[index]) return host;
  const own = copyHost(host);
  hosts[index] = own;
  return own;
}

/** Changes a slot and returns it as it is now. Always go on with what is returned. */
export function patchSlot(draft: Draft, slot: Slot, changes: Partial<Slot>): Slot {
  return Object.assign(ownSlot(draft, slot), changes);
}

export function patchSeat(draft: Draft, seat: Seat, changes: Partial<Seat>): Seat {
  return Object.assign(ownSeat(draft, seat), changes);
}

export function patchHost(draft: Draft, host: Host, changes: Partial<Host>): Host {
  return Object.assign(ownHost(draft, host), changes);
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

/**
 * Writes down what is to be remembered of the slot: before the end of an intent that this step closes. Who dies between the two
 * has both then, for what is remembered says that nothing is open.
 */
export function save(draft: Draft, slot: Slot): void {
  const { base, effects, now, rig } = draft;
  const memory = memoryOf(slot, now, rig.nextId);
  const ended = base.slots[slot.index]?.intent?.id;
  const end = effects.findIndex(
    (effect) => effect.type === "close-intent" && effect.intent === ended,
  );
  effects.splice(end < 0 ? effects.length : end, 0, { type: "save-slot", slot: slot.id, memory });
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
  draft.stirred = true;
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

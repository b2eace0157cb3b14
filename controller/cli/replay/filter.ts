// Which of a replay's decisions are shown.

import type { Effect } from "../../core/effect.ts";
import type { Event } from "../../core/event.ts";
import type { RigState } from "../../core/state.ts";
import type { Moment } from "../option.ts";
import type { Replayed } from "./replay.ts";

export interface Filter {
  /** Every event and every effect, and not only what was decided about power and slots. */
  readonly all: boolean;
  /** Only what is about this slot. */
  readonly slot: string | null;
  /** Only what was around this time. */
  readonly at: Moment | null;
}

const AROUND_MS = 10_000;

/** The slot that an effect is about; null for the rig, a seat of a host worker, a link. */
export function slotOf(effect: Effect, before: RigState): string | null {
  if ("slot" in effect) return effect.slot;
  if (effect.type === "close-intent") {
    return before.slots.find(({ intent }) => intent?.id === effect.intent)?.id ?? null;
  }
  const id = "seat" in effect ? effect.seat : "share" in effect ? seatOf(effect.share) : null;
  return before.slots.some((slot) => slot.id === id) ? id : null;
}

function seatOf(share: number | { readonly seat: string }): string | null {
  return typeof share === "number" ? null : share.seat;
}

/** Changes of state, intents, power, and what people are warned of. */
function matters(effect: Effect): boolean {
  switch (effect.type) {
    case "power":
    case "write-intent":
    case "close-intent":
      return true;
    case "report":
      return effect.level !== "info" || effect.ev === "slot.state";
    default:
      return false;
  }
}

/** Whether a step lies in the time that is asked for; `wallMs` is when it was taken. */
export function isInTime({ before, event }: Replayed, { at }: Filter, wallMs: number): boolean {
  if (at === null) return true;
  const away = "wallMs" in at ? wallMs - at.wallMs : event.now - before.startedAt - at.sinceStartMs;
  return Math.abs(away) <= AROUND_MS;
}

/** The effects of a step that are to be shown. */
export function shownEffects({ effects, before }: Replayed, { all, slot }: Filter): Effect[] {
  return effects.filter(
    (effect) => (all || matters(effect)) && (slot === null || slot === slotOf(effect, before)),
  );
}

/** Whether the event itself is to be shown. */
export function isEventShown({ event }: Replayed, { all, slot }: Filter): boolean {
  return all && (slot === null || subjectsOf(event).includes(slot));
}

/** The slots, seats or workers that an event is about; none for the rig. */
export function subjectsOf(event: Event): readonly string[] {
  if ("slots" in event) return event.slots;
  if ("slot" in event) return [event.slot];
  if ("worker" in event) return [event.worker];
  return "seat" in event ? [event.seat] : [];
}

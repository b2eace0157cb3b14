// A watchdog as most are written: the wall clock, one time limit, off and on again by a timer. It speaks the core's language of
// events and effects, so that the same faults strike it in the same rig.

import type { Effect } from "../../controller/core/effect.ts";
import type { Event, EventOf } from "../../controller/core/event.ts";
import { initialState, type RigState } from "../../controller/core/state.ts";
import type { SlotId } from "../../hat/slots.ts";
import type { Core } from "./core.ts";

export interface NaiveOptions {
  /** Silence that gets a Zero cut. */
  readonly timeoutMs: number;
  /** How long a Zero that was switched on is left alone; 0 for no grace. */
  readonly bootWaitMs: number;
}

const OFF_MS = 2000;
const LOOK_EVERY_MS = 1000;

interface Watched {
  readonly id: SlotId;
  /** On the wall clock. */
  heardAt: number;
  onAt: number | null;
  wanted: boolean;
  link: number | null;
}

type NaiveState = RigState & { readonly watched: Watched[]; actions: number };

/** `wall` is what the clock on the wall shows, in ms: it may step. */
export function naiveCore(wall: () => number, { timeoutMs, bootWaitMs }: NaiveOptions): Core {
  function judge(state: NaiveState, switchTo: (slot: Watched, to: "on" | "off") => void): void {
    const now = wall();
    for (const slot of state.watched) {
      if (slot.onAt !== null && now >= slot.onAt) {
        slot.onAt = null;
        slot.heardAt = now + bootWaitMs;
        switchTo(slot, "on");
      } else if (slot.onAt === null && slot.wanted && now - slot.heardAt > timeoutMs) {
        slot.onAt = now + OFF_MS;
        switchTo(slot, "off");
      }
    }
  }

  function obey(slot: Watched, { verb }: EventOf<"operator">): "on" | "off" | null {
    if (verb === "on" && !slot.wanted) {
      slot.wanted = true;
      slot.heardAt = wall() + bootWaitMs;
      return "on";
    }
    if (verb === "off" || verb === "cycle") {
      slot.wanted = verb === "cycle";
      slot.onAt = verb === "cycle" ? wall() + OFF_MS : null;
      return "off";
    }
    return null;
  }

  function step(given: RigState, event: Event) {
    const state = given as NaiveState;
    const effects: Effect[] = [];
    const switchTo = ({ id }: Watched, to: "on" | "off") => {
      effects.push({ type: "power", slot: id, action: ++state.actions, to, by: "automation" });
    };
    if (event.type === "tick") judge(state, switchTo);
    else if (event.type === "operator") {
      for (const slot of state.watched) {
        const to = event.slots.includes(slot.id) ? obey(slot, event) : null;
        if (to === null) continue;
        const action = ++state.actions;
        effects.push({ type: "power", slot: slot.id, action, to, by: "operator" });
      }
    } else if (event.type === "link-up" || event.type === "beat" || event.type === "heard") {
      const slot = state.watched.find(({ id }) => id === event.slot);
      if (slot) slot.heardAt = Math.max(slot.heardAt, wall());
    }
    return { state, effects, wakeAt: event.now + LOOK_EVERY_MS };
  }

  return {
    initialState: (shape, policy, remembered, now) => {
      const watched = shape.slots.map((id) => ({
        id,
        heardAt: wall(),
        onAt: null,
        wanted: true,
        link: null,
      }));
      return Object.assign({}, initialState(shape, policy, remembered, now), {
        watched,
        actions: 0,
      });
    },
    step,
    wantsTick: ({ type }) => type === "tick",
    isSwitching: () => false,
    timersFirst: true,
  };
}

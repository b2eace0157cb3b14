// The watchdog that most people write first, to compare ours with: heartbeats, a time-out by the wall clock, off, 2 s, on.

import type { Effect } from "../../controller/core/effect.ts";
import type { Event } from "../../controller/core/event.ts";
import { NOTHING_REMEMBERED } from "../../controller/core/memory.ts";
import type { Policy } from "../../controller/core/policy.ts";
import type { RigState } from "../../controller/core/state.ts";
import type { SlotId } from "../../hat/slots.ts";
import { type Core, REAL_CORE } from "./core.ts";

/** The silence after which a Zero counts as dead: the same as ours. */
const TIMEOUT_MS = 10_000;
/** How long the power is off: a timer, and nobody looks whether it is. */
const OFF_MS = 2000;

interface Watched {
  readonly id: SlotId;
  /** By the wall clock; in the future while it has its grace. */
  readonly heardAt: number;
  /** When it is switched on again, by the monotonic clock, as timers are; null if it is not being cycled. */
  readonly onAt: number | null;
}

interface NaiveState extends RigState {
  readonly watched: readonly Watched[];
  readonly actions: number;
}

/**
 * A controller with a naive watchdog. It mines as ours does, because that part is the real core; the core's automation is
 * paused without an end, its limits for heat and lack of progress are lifted, it is told nothing of the supply, and what it
 * would ask a Zero to restart is not sent. So the core switches nothing (if it ever tried, this throws), takes each power
 * action of the watchdog for that of another program, and goes on with the Zeros that it finds.
 *
 * What is left for the watchdog: any frame of a Zero counts as a heartbeat. Every Zero that was silent for 10 s by the wall
 * clock is cut at once, however many they are, and switched on again by a timer. There is no grace for one that boots, but
 * `bootGraceMs` if it is given, counted from each `on` and from the start of the controller; no guard against storms and
 * stalls, no back-off, no quarantine, no read-back, no journal: a controller that starts anew remembers no more than its
 * shares. It judges in a timer, so after a stall it judges before it reads.
 *
 * @param wall what the clock on the wall shows, in ms: it may step
 */
export function naiveWatchdog(wall: () => number, bootGraceMs = 0): Core {
  /** Cuts all that are silent, and switches on those whose time it is. */
  function judge(state: NaiveState, now: number): [NaiveState, Effect[]] {
    const wallMs = wall();
    const effects: Effect[] = [];
    const power = (slot: SlotId, to: "on" | "off") => {
      const action = state.actions + effects.length + 1;
      effects.push({ type: "power", slot, action, to, by: "automation" });
    };
    const watched = state.watched.map((slot) => {
      if (slot.onAt !== null && now >= slot.onAt) {
        power(slot.id, "on");
        return { ...slot, onAt: null, heardAt: wallMs + bootGraceMs };
      }
      if (slot.onAt !== null || wallMs - slot.heardAt <= TIMEOUT_MS) return slot;
      power(slot.id, "off");
      return { ...slot, onAt: now + OFF_MS };
    });
    return [{ ...state, watched, actions: state.actions + effects.length }, effects];
  }

  function hear(watched: readonly Watched[], id: string): readonly Watched[] {
    return watched.map((slot) => (slot.id === id ? { ...slot, heardAt: wall() } : slot));
  }

  return {
    ...REAL_CORE,
    timersFirst: true,
    initialState: (shape, policy, { shares, nextId }, now): NaiveState => {
      const remembered = { ...NOTHING_REMEMBERED, shares, nextId };
      const fresh = REAL_CORE.initialState(shape, miningOnly(policy), remembered, now);
      const pause = { type: "pause", reason: "naive watchdog", forMs: null, now } as const;
      const heardAt = wall() + bootGraceMs;
      const watched = shape.slots.map((id) => ({ id, heardAt, onAt: null }));
      return { ...REAL_CORE.step(fresh, pause).state, watched, actions: 0 };
    },
    step: (given, event) => {
      const before = given as NaiveState;
      const mined = REAL_CORE.step(before, forMining(event));
      const watched = hear(obey(before.watched, event), speaker(event) ?? "");
      const heard: NaiveState = { ...mined.state, watched, actions: before.actions };
      const [state, own] = event.type === "tick" ? judge(heard, event.now) : [heard, []];
      const timers = state.watched.map(({ onAt }) => onAt ?? Number.POSITIVE_INFINITY);
      const wakeAt = Math.min(mined.wakeAt, ...timers);
      return { state, effects: [...mined.effects.filter(isMining), ...own], wakeAt };
    },
  };
}

/** Nothing of its own would be switched. */
function miningOnly(policy: Policy): Policy {
  const never = Number.POSITIVE_INFINITY;
  return {
    ...policy,
    powerRestore: "all-on",
    idleOffMs: null,
    heatOffC: never,
    progressMs: never,
  };
}

/** Whose frame this is, if it is one. */
function speaker(event: Event): string | null {
  if (event.type === "result" || event.type === "nack") return event.worker;
  const frame = event.type === "link-up" || event.type === "heard" || event.type === "beat";
  return frame ? event.slot : null;
}

/** A person's `on`, the only word that it knows. */
function obey(watched: readonly Watched[], event: Event): readonly Watched[] {
  if (event.type !== "operator") return watched;
  if (event.verb !== "on") throw new Error(`the naive watchdog knows no ${event.verb}`);
  return watched.map((slot) =>
    event.slots.includes(slot.id) ? { ...slot, onAt: event.now } : slot,
  );
}

/** What the mining part is told: in place of a person's word nothing but the time, and nothing of the supply. */
function forMining(event: Event): Event {
  if (event.type === "operator") return { type: "tick", now: event.now };
  if (event.type !== "board-read") return event;
  return { ...event, reading: { ...event.reading, underVoltage: null } };
}

function isMining(effect: Effect): boolean {
  if (effect.type === "power") throw new Error(`the mining part switched ${effect.slot}`);
  if (effect.type !== "send") return true;
  return effect.message.type !== "restart" && effect.message.type !== "shutdown";
}

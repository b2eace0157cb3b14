// Runs of a rig through any events: reached states, one after the other.

import fc from "fast-check";
import type { Event } from "../../controller/core/event.ts";
import { NOTHING_REMEMBERED } from "../../controller/core/memory.ts";
import { DEFAULT_POLICY, type Policy } from "../../controller/core/policy.ts";
import { initialState, type RigState } from "../../controller/core/state.ts";
import { type Step, step } from "../../controller/core/step.ts";
import { World } from "../sim/world.ts";
import { type Draw, eventOf, sequences } from "./events.ts";
import { frozen } from "./frozen.ts";
import { runs } from "./runs.ts";

function fresh(policy: Partial<Policy>): RigState {
  const shape = { slots: ["p1", "p2", "p3"] as const, hostWorkers: 1 };
  return frozen(initialState(shape, { ...DEFAULT_POLICY, ...policy }, NOTHING_REMEMBERED, 1000));
}

function mining(policy: Partial<Policy>, hung: boolean): RigState {
  const world = new World({ zeros: 3, hostWorkers: 1, policy });
  world.allReady();
  world.run(10_000);
  world.zero("p2").hung = hung;
  world.run(hung ? 14_000 : 100);
  return frozen(world.state);
}

/** Where a run begins; by name, so that a counterexample can be read. */
export const STARTS = {
  "just started": fresh({}),
  "short of watts": fresh({ powerRestore: "all-on", model: "zero-2-w", ceilingWatts: 6 }),
  mining: mining({}, false),
  "about to cut": mining({ backoffBaseMs: 1000, quarantineCycles: 2, laneWidth: 2 }, true),
} as const;

export const starts = fc.constantFrom(...(Object.keys(STARTS) as (keyof typeof STARTS)[]));

/** Takes the state through the events, with a tick after each that wants one and in the pauses, as the shell's loop does. */
export function follow(
  name: keyof typeof STARTS,
  draws: readonly Draw[],
  look: (before: RigState, event: Event) => Step,
): void {
  let rig: RigState = STARTS[name];
  let now = rig.lastTickAt;
  let wakeAt = now;
  const take = (event: Event) => {
    const after = look(rig, event);
    rig = after.state;
    wakeAt = event.type === "tick" ? after.wakeAt : Math.min(wakeAt, after.wakeAt);
  };
  for (const draw of draws) {
    const until = now + draw.afterMs;
    while (!draw.stalls && wakeAt < until) {
      now = Math.max(now, wakeAt);
      if (draw.aimed) take({ type: "link-server-proved", now });
      take({ type: "tick", now });
    }
    now = until;
    take(eventOf(rig, draw, now));
    if (wakeAt <= now) take({ type: "tick", now });
  }
}

/** Looks at each step of so many runs: what it began with, what it was told, and what it gave back. */
export function walk(
  count: number,
  look: (before: RigState, event: Event, after: Step) => void,
): void {
  fc.assert(
    fc.property(starts, sequences, (start, draws) => {
      follow(start, draws, (before, event) => {
        const after = step(before, event);
        look(before, event, after);
        return after;
      });
    }),
    runs(count),
  );
}

/** The state when all is done that is due at this moment: one tick begins one cut and one start at most. */
export function rested(rig: RigState, now: number): RigState {
  const { state, effects } = step(rig, { type: "tick", now });
  return effects.every(({ type }) => type.startsWith("save-")) ? state : rested(state, now);
}

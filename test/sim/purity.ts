// Invariant 17: a decision is a function of state and event alone. A step is made twice, and looked at before and after.

import type { Event } from "../../controller/core/event.ts";
import type { RigState } from "../../controller/core/state.ts";
import type { Step } from "../../controller/core/step.ts";
import type { Core } from "./core.ts";

/** Thrown where a step is not a function: what differs is in the message. */
export class ImpureStep extends Error {}

/** The step, made twice, with equal outcomes, from a state that is the same after it. Not frozen: that would slow down what comes after. */
export function stepTwice(core: Core, state: RigState, event: Event): Step {
  const given = JSON.stringify([state, event]);
  const first = core.step(state, event);
  const second = core.step(state, event);
  if (JSON.stringify(first) !== JSON.stringify(second)) {
    throw new ImpureStep(`a ${event.type} was decided in two ways`);
  }
  if (JSON.stringify([state, event]) !== given) {
    throw new ImpureStep(`a ${event.type} wrote into what it was given`);
  }
  return first;
}

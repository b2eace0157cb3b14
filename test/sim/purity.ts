// Invariant 17: a decision is a function of state and event alone. A step is made twice, from a state that nobody can change.

import type { Event } from "../../controller/core/event.ts";
import type { RigState } from "../../controller/core/state.ts";
import type { Step } from "../../controller/core/step.ts";
import type { Core } from "./core.ts";

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

/** Thrown where a step is not a function: what differs is in the message. */
export class ImpureStep extends Error {}

/** The step, made twice: from a frozen state, which a step that writes into its input cannot survive, with equal outcomes. */
export function stepTwice(core: Core, state: RigState, event: Event): Step {
  freeze(state);
  const again = structuredClone(event);
  const first = core.step(state, event);
  const second = core.step(state, again);
  const [one, two] = [JSON.stringify(first), JSON.stringify(second)];
  if (one !== two) throw new ImpureStep(`a ${event.type} was decided in two ways`);
  return first;
}

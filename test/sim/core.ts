// What the simulator runs as the brain of a rig: the real decision core, a broken one, or another program altogether.

import type { Event } from "../../controller/core/event.ts";
import type { Remembered } from "../../controller/core/memory.ts";
import type { Policy } from "../../controller/core/policy.ts";
import { initialState, type RigShape, type RigState } from "../../controller/core/state.ts";
import { type Step, step } from "../../controller/core/step.ts";
import { isSwitching } from "../../controller/core/view.ts";

export interface Core {
  initialState(shape: RigShape, policy: Policy, remembered: Remembered, now: number): RigState;
  step(state: RigState, event: Event): Step;
  isSwitching(state: RigState): boolean;
  /** Judges in a timer's callback: after a stall its clock speaks before the sockets do. */
  readonly timersFirst: boolean;
}

export const REAL_CORE: Core = { initialState, step, isSwitching, timersFirst: false };

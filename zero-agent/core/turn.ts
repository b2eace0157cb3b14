// One step in the making: the state as it changes and the effects so far. It never leaves the step that made it.

import type { AgentMessage } from "../protocol/messages.ts";
import type { Effect } from "./effect.ts";
import type { WorkloadConfig, WorkloadState } from "./workload-state.ts";

export interface Turn {
  readonly config: WorkloadConfig;
  readonly now: number;
  state: WorkloadState;
  readonly effects: Effect[];
}

export function change(turn: Turn, changed: Partial<WorkloadState>): void {
  turn.state = { ...turn.state, ...changed };
}

/** Sends if there is a link. What may not be lost without one is kept by its own rule (see results). */
export function sendIfLinked(turn: Turn, message: AgentMessage): void {
  if (turn.state.linked) turn.effects.push({ type: "send", message });
}

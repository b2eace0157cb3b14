// The agent as one machine: routes events to the link and the workload, and what one has for the other between them.

import type { ControllerMessage } from "../protocol/messages.ts";
import { connectionWakeAt, stepConnection } from "./connection.ts";
import {
  type ConnectionEvent,
  type ConnectionState,
  type Identity,
  INITIAL_CONNECTION,
} from "./connection-state.ts";
import type { Effect } from "./effect.ts";
import { stepWorkload, type WorkerEvent, type WorkloadEvent, workloadWakeAt } from "./workload.ts";
import { initialWorkload, type WorkloadConfig, type WorkloadState } from "./workload-state.ts";

export interface AgentConfig {
  readonly identity: Identity;
  readonly workload: WorkloadConfig;
}

export interface AgentState {
  readonly connection: ConnectionState;
  readonly workload: WorkloadState;
  /** After an exit effect nothing matters any more. */
  readonly ended: boolean;
}

/** Time and randomness enter here. `now`: monotonic ms. `random`: in [0, 1), fresh with each event. */
export type AgentEvent =
  | ConnectionEvent
  | (WorkerEvent & { readonly now: number; readonly random: number });

export interface AgentStep {
  readonly state: AgentState;
  readonly effects: readonly Effect[];
  /** When to send the next `tick`, or null if only another event can change anything. */
  readonly wakeAt: number | null;
}

export function initialAgent(config: AgentConfig): AgentState {
  const workload = initialWorkload(config.workload);
  return { connection: INITIAL_CONNECTION, workload, ended: false };
}

/** Passes one event to the workload, and collects its effects. */
type ToWorkload = (event: WorkloadEvent) => void;

function stepLink(
  config: AgentConfig,
  state: ConnectionState,
  event: ConnectionEvent,
  effects: Effect[],
  toWorkload: ToWorkload,
  workload: () => WorkloadState,
): ConnectionState {
  const { now } = event;
  const next = stepConnection(config.identity, state, event);
  if (state.phase.name === "linked" && next.state.phase.name !== "linked") {
    toWorkload({ type: "unlinked", now });
  }
  for (const effect of next.effects) {
    if (effect.type === "linked") {
      effects.push({ type: "announce" });
      toWorkload({ type: "linked", now });
    } else if (effect.type === "deliver") deliver(effect.message, now, effects, toWorkload);
    else if (effect.type === "beat") {
      const { hashes, active } = workload();
      effects.push({ ...effect, hashes, jobId: active?.job.id ?? null });
    } else effects.push(effect);
  }
  return next.state;
}

/** What is about the program itself is no work. */
function deliver(
  message: ControllerMessage,
  now: number,
  effects: Effect[],
  toWorkload: ToWorkload,
): void {
  switch (message.type) {
    case "offer":
    case "chunk":
    case "switch":
    case "confirm":
    case "revert":
    case "rekey":
      effects.push({ type: "update", message });
      return;
    default:
      toWorkload({ type: "message", now, message });
  }
}

/** An exit that the workload asked for ends the link politely first. */
function withGoodbye(effects: readonly Effect[], isLinked: boolean): readonly Effect[] {
  const at = effects.findIndex((effect) => effect.type === "exit");
  const exit = effects[at];
  if (exit?.type !== "exit") return effects;
  const before = effects.slice(0, at);
  if (!isLinked) return [...before, exit];
  return [...before, { type: "close", code: 1000, reason: exit.why }, exit];
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

/** One step of the agent. Total: any event in any state. */
export function stepAgent(config: AgentConfig, state: AgentState, event: AgentEvent): AgentStep {
  if (state.ended) return { state, effects: [], wakeAt: null };
  let { connection, workload } = state;
  const effects: Effect[] = [];
  const toWorkload: ToWorkload = (workloadEvent) => {
    const step = stepWorkload(config.workload, workload, workloadEvent);
    workload = step.state;
    effects.push(...step.effects);
  };

  if ("worker" in event) toWorkload(event);
  else {
    connection = stepLink(config, connection, event, effects, toWorkload, () => workload);
    if (event.type === "tick") toWorkload({ type: "tick", now: event.now });
  }

  const ended = effects.some((effect) => effect.type === "exit");
  return {
    state: { connection, workload, ended },
    effects: withGoodbye(effects, connection.phase.name === "linked"),
    wakeAt: ended ? null : earliest(connectionWakeAt(connection), workloadWakeAt(workload)),
  };
}

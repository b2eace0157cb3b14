// The workload's machine: jobs and commands in, chunks for the workers and results out.

import type { ControllerMessage } from "../protocol/messages.ts";
import { obey } from "./commands.ts";
import type { Effect } from "./effect.ts";
import { advance, cancelJob, dropJobs, refuseAll, sendKept, takeJob } from "./jobs.ts";
import { change, type Turn } from "./turn.ts";
import {
  chunkDone,
  countHashes,
  findStuck,
  forgivePause,
  STEP_WHILE_BUSY_MS,
  silenceLimitMs,
  workerFailed,
  workerIsUp,
} from "./workers.ts";
import type { WorkloadConfig, WorkloadState } from "./workload-state.ts";

/** What a worker says. `hashes` is what it did since it last said anything. */
export type WorkerEvent =
  | {
      readonly type: "progress";
      readonly worker: number;
      readonly chunkId: number;
      readonly hashes: number;
    }
  | {
      readonly type: "chunk-done";
      readonly worker: number;
      readonly chunkId: number;
      readonly hashes: number;
      readonly nonce: number | null;
    }
  | { readonly type: "worker-up"; readonly worker: number }
  | { readonly type: "worker-died"; readonly worker: number; readonly why: string };

export type WorkloadEvent = { readonly now: number } & (
  | { readonly type: "linked" }
  | { readonly type: "unlinked" }
  | { readonly type: "message"; readonly message: ControllerMessage }
  | { readonly type: "tick" }
  | WorkerEvent
);

export interface WorkloadStep {
  readonly state: WorkloadState;
  readonly effects: readonly Effect[];
}

function received(turn: Turn, message: ControllerMessage): void {
  switch (message.type) {
    case "job":
      takeJob(turn, message);
      return;
    case "cancel":
      cancelJob(turn, message.jobId, message.epoch);
      return;
    case "drain":
    case "restart":
    case "shutdown":
      obey(turn, message);
      return;
    default:
      // The handshake's messages are the connection's business.
      return;
  }
}

function passTime(turn: Turn): void {
  dropJobs(turn, (held) => held.expiresAt <= turn.now, "its time is over");
  const { drain } = turn.state;
  if (drain !== null && drain.until <= turn.now) refuseAll(turn, "draining");
  findStuck(turn);
}

function react(turn: Turn, event: WorkloadEvent): void {
  switch (event.type) {
    case "linked":
      change(turn, { linked: true, drain: null });
      sendKept(turn);
      return;
    case "unlinked":
      change(turn, { linked: false });
      return;
    case "message":
      received(turn, event.message);
      return;
    case "tick":
      passTime(turn);
      return;
    case "progress":
      countHashes(turn, event.worker, event.chunkId, event.hashes);
      return;
    case "chunk-done": {
      const isCurrent = countHashes(turn, event.worker, event.chunkId, event.hashes);
      if (isCurrent) chunkDone(turn, event.worker, event.nonce);
      return;
    }
    case "worker-up":
      workerIsUp(turn, event.worker);
      return;
    case "worker-died":
      workerFailed(turn, event.worker, event.why);
      return;
  }
}

/** One step of the workload. Total: any event in any state. */
export function stepWorkload(
  config: WorkloadConfig,
  state: WorkloadState,
  event: WorkloadEvent,
): WorkloadStep {
  const turn: Turn = { config, now: event.now, state, effects: [] };
  forgivePause(turn);
  react(turn, event);
  advance(turn);
  return { state: turn.state, effects: turn.effects };
}

/** When to tick next (ms, monotonic), or null if only an event can change anything. */
export function workloadWakeAt(state: WorkloadState): number | null {
  const { active, queue, drain, workers, seenAt } = state;
  if (active === null) return null;
  const times = [active.expiresAt, ...queue.map((held) => held.expiresAt)];
  if (drain !== null) times.push(drain.until);
  for (const worker of workers) {
    if (worker.chunk === null) continue;
    times.push(worker.progressAt + silenceLimitMs(worker), seenAt + STEP_WHILE_BUSY_MS);
  }
  return Math.min(...times);
}

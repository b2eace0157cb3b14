// What the agent holds: jobs, the workers that search them, results that wait for a link, and commands already answered.

import type { Algorithm } from "../kernels/kernel.ts";
import type { AgentMessage, JobMessage, ResultMessage } from "../protocol/messages.ts";
import type { Chunk } from "./chunk.ts";

export interface WorkloadConfig {
  readonly workers: number;
  /** The most nonces of one chunk: about a second of one worker's work. What is not named is not taken. */
  readonly chunkHashes: Readonly<Partial<Record<Algorithm, number>>>;
}

/** A job that came in. `expiresAt`: from then on the controller has given it to another. */
export interface HeldJob {
  readonly job: JobMessage;
  readonly expiresAt: number;
}

export interface ActiveJob extends HeldJob {
  readonly startedAt: number;
  /** The first nonce that no worker was given yet. */
  readonly cursor: number;
  readonly hashes: number;
}

export interface WorkerState {
  /** Its thread has begun to listen. */
  readonly isUp: boolean;
  readonly chunk: Chunk | null;
  /** When it was last known to get on, while it has a chunk. */
  readonly progressAt: number;
}

export type Ack = Extract<AgentMessage, { type: "ack" }>;

export interface WorkloadState {
  readonly linked: boolean;
  readonly active: ActiveJob | null;
  readonly queue: readonly HeldJob[];
  readonly workers: readonly WorkerState[];
  readonly nextChunkId: number;
  /** All hashes since the agent started. */
  readonly hashes: number;
  /** Results that were found while there was no link. */
  readonly kept: readonly ResultMessage[];
  /** Set while no job is taken; what is held must be done by `until`. A new link ends it. */
  readonly drain: { readonly until: number } | null;
  /** The answers to the last commands, for duplicates. */
  readonly acks: readonly Ack[];
  /** When workers failed, within the window. */
  readonly workerFailures: readonly number[];
  /** The time of the last step: a gap means that this process stood still. */
  readonly seenAt: number;
}

export function initialWorkload(config: WorkloadConfig): WorkloadState {
  return {
    linked: false,
    active: null,
    queue: [],
    workers: Array.from({ length: config.workers }, () => ({
      isUp: false,
      chunk: null,
      progressAt: 0,
    })),
    nextChunkId: 1,
    hashes: 0,
    kept: [],
    drain: null,
    acks: [],
    workerFailures: [],
    seenAt: 0,
  };
}

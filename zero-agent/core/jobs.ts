// Jobs from arrival to result: queued, split over the workers, solved, exhausted, cancelled or expired.

import type { SearchJob } from "../kernels/kernel.ts";
import type { JobMessage, ResultMessage } from "../protocol/messages.ts";
import type { Chunk } from "./chunk.ts";
import { change, sendIfLinked, type Turn } from "./turn.ts";
import type { ActiveJob, HeldJob, WorkerState } from "./workload-state.ts";

/** Jobs that wait behind the active one. */
const QUEUE_MAX = 2;
/** Results kept while there is no link. */
export const KEPT_MAX = 4;

export type NackWhy = "busy" | "draining" | "no-kernel" | "worker-failed";

function isSame(a: { id: string; epoch: number }, b: { id: string; epoch: number }): boolean {
  return a.id === b.id && a.epoch === b.epoch;
}

function nack(turn: Turn, job: JobMessage, why: NackWhy): void {
  sendIfLinked(turn, { type: "nack", jobId: job.id, epoch: job.epoch, why });
}

/** Takes the active job's work back from the workers. */
function releaseWorkers(turn: Turn): void {
  const workers = turn.state.workers.map((worker, index): WorkerState => {
    if (worker.chunk === null) return worker;
    turn.effects.push({ type: "abort", worker: index });
    return { ...worker, chunk: null };
  });
  change(turn, { active: null, workers });
}

/** Lets go of every held job that matches, without a result. */
export function dropJobs(turn: Turn, matches: (held: HeldJob) => boolean, why: string): void {
  const { active, queue } = turn.state;
  const dropped = queue.filter(matches);
  if (dropped.length > 0) change(turn, { queue: queue.filter((held) => !dropped.includes(held)) });
  if (active !== null && matches(active)) {
    dropped.push(active);
    releaseWorkers(turn);
  }
  for (const { job } of dropped) {
    turn.effects.push({ type: "log", level: "debug", ev: "job.dropped", why: `${job.id}: ${why}` });
  }
}

/** Gives every held job back to the controller. */
export function refuseAll(turn: Turn, why: NackWhy): void {
  const { active, queue } = turn.state;
  for (const { job } of active === null ? queue : [active, ...queue]) nack(turn, job, why);
  dropJobs(turn, () => true, why);
}

export function takeJob(turn: Turn, job: JobMessage): void {
  dropJobs(turn, (held) => held.job.epoch < job.epoch, "a newer epoch began");
  const { active, queue, drain } = turn.state;
  const held = active === null ? queue : [active, ...queue];
  if (held.some((other) => isSame(other.job, job))) return;
  if (drain !== null) {
    nack(turn, job, "draining");
    return;
  }
  if (turn.config.chunkHashes[job.algorithm] === undefined) {
    nack(turn, job, "no-kernel");
    return;
  }
  if (held.length > QUEUE_MAX) {
    nack(turn, job, "busy");
    return;
  }
  change(turn, { queue: [...queue, { job, expiresAt: turn.now + job.budgetMs }] });
}

export function cancelJob(turn: Turn, id: string, epoch: number): void {
  dropJobs(turn, ({ job }) => isSame(job, { id, epoch }), "cancelled");
  const kept = turn.state.kept.filter((result) => !(result.jobId === id && result.epoch === epoch));
  change(turn, { kept });
}

/** Ends the active job with its result. */
export function finishJob(turn: Turn, active: ActiveJob, nonce: number | null): void {
  const { job, hashes, startedAt } = active;
  const elapsedMs = turn.now - startedAt;
  const jobId = job.id;
  const { epoch } = job;
  const result: ResultMessage = { type: "result", jobId, epoch, nonce, hashes, elapsedMs };
  releaseWorkers(turn);
  if (turn.state.linked) sendIfLinked(turn, result);
  else change(turn, { kept: [...turn.state.kept, result].slice(-KEPT_MAX) });
}

/** Sends what was found while there was no link. The controller knows which epochs are over, and discards those. */
export function sendKept(turn: Turn): void {
  for (const result of turn.state.kept) sendIfLinked(turn, result);
  change(turn, { kept: [] });
}

/** Hands a chunk to a worker. */
export function assign(turn: Turn, index: number, piece: Omit<Chunk, "id">): void {
  const { nextChunkId, workers } = turn.state;
  const chunk: Chunk = { id: nextChunkId, ...piece };
  turn.effects.push({ type: "search", worker: index, chunk });
  change(turn, {
    nextChunkId: nextChunkId + 1,
    workers: workers.with(index, {
      ...(workers[index] as WorkerState),
      chunk,
      progressAt: turn.now,
    }),
  });
}

/** What a kernel needs of the message. */
function searchJob(message: JobMessage): SearchJob {
  const { algorithm, target } = message;
  if (algorithm === "duco-s1") return { algorithm, prefix: message.prefix, target };
  return { algorithm, header: message.header, target };
}

function assignNext(turn: Turn, active: ActiveJob, index: number): ActiveJob {
  const { config } = turn;
  const { job, cursor } = active;
  const share = Math.ceil((job.to - cursor + 1) / config.workers);
  const to = cursor + Math.min(share, config.chunkHashes[job.algorithm] as number) - 1;
  assign(turn, index, { job: searchJob(job), from: cursor, to });
  return { ...active, cursor: to + 1 };
}

/** Keeps the workers busy: starts the next job, hands out chunks, ends a job whose range is exhausted. */
export function advance(turn: Turn): void {
  for (;;) {
    let { active } = turn.state;
    if (active === null) {
      const [first, ...queue] = turn.state.queue;
      if (first === undefined) return;
      active = { ...first, startedAt: turn.now, cursor: first.job.from, hashes: 0 };
      change(turn, { queue });
    }
    for (const [index, worker] of turn.state.workers.entries()) {
      const isLeft = active.cursor <= active.job.to;
      if (isLeft && worker.chunk === null) active = assignNext(turn, active, index);
    }
    change(turn, { active });
    if (turn.state.workers.some((worker) => worker.chunk !== null)) return;
    finishJob(turn, active, null);
  }
}

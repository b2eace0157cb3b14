// The watch over the workers: what they report, and what is done about one that reports nothing.

import { assign, finishJob, refuseAll } from "./jobs.ts";
import { change, sendIfLinked, type Turn } from "./turn.ts";
import type { WorkerState } from "./workload-state.ts";

/** A worker reports several times a second while it has a chunk. */
export const STUCK_MS = 10_000;
/** A thread that starts beside other work took more than ten seconds on a slow processor; killed for that it would never be up. */
export const STARTING_MS = 60_000;
/** This many failures within the window, and the agent gives up: its supervisor starts it anew. */
const FAILURES_MAX = 3;
export const FAILURES_WINDOW_MS = 300_000;
/** While workers have chunks the machine steps every second; a longer gap means that the whole process stood still. */
export const STEP_WHILE_BUSY_MS = 1000;
const PAUSE_MS = 5000;

/** A process that stood still (SIGSTOP, a starved host) must not convict its workers for it. */
export function forgivePause(turn: Turn): void {
  const { seenAt, workers } = turn.state;
  const forgiven =
    turn.now - seenAt < PAUSE_MS
      ? workers
      : workers.map((worker) => ({ ...worker, progressAt: turn.now }));
  change(turn, { seenAt: turn.now, workers: forgiven });
}

/** Counts hashes; those of the chunk that the worker holds now are also the active job's. */
export function countHashes(turn: Turn, index: number, chunkId: number, hashes: number): boolean {
  const { active, workers } = turn.state;
  change(turn, { hashes: turn.state.hashes + hashes });
  const worker = workers[index];
  if (active === null || worker?.chunk?.id !== chunkId) return false;
  change(turn, {
    active: { ...active, hashes: active.hashes + hashes },
    workers: workers.with(index, { ...worker, progressAt: turn.now }),
  });
  return true;
}

/** A worker is through with its chunk, or found the nonce in it. */
export function chunkDone(turn: Turn, index: number, nonce: number | null): void {
  const { active, workers } = turn.state;
  const worker = { isUp: true, chunk: null, progressAt: turn.now };
  change(turn, { workers: workers.with(index, worker) });
  if (active !== null && nonce !== null) finishJob(turn, active, nonce);
}

/** Starts the worker anew; it gets its chunk again. */
export function restartWorker(turn: Turn, index: number): void {
  const { workers } = turn.state;
  const worker = workers[index];
  turn.effects.push({ type: "restart-worker", worker: index });
  if (worker === undefined) return;
  const { chunk } = worker;
  change(turn, { workers: workers.with(index, { ...worker, isUp: false, chunk: null }) });
  if (chunk !== null) assign(turn, index, { job: chunk.job, from: chunk.from, to: chunk.to });
}

/** Restarts a worker that failed, or gives up. */
export function workerFailed(turn: Turn, index: number, why: string): void {
  const { now } = turn;
  const recent = turn.state.workerFailures.filter((at) => now - at < FAILURES_WINDOW_MS);
  const workerFailures = [...recent, now];
  change(turn, { workerFailures });
  const detail = `worker ${index}: ${why}`;
  turn.effects.push({ type: "log", level: "error", ev: "worker.failed", why: detail });
  sendIfLinked(turn, { type: "log", level: "error", event: "worker.failed", detail });
  if (workerFailures.length < FAILURES_MAX) {
    restartWorker(turn, index);
    return;
  }
  refuseAll(turn, "worker-failed");
  const count = `${FAILURES_MAX} worker failures in ${FAILURES_WINDOW_MS / 60_000} min`;
  turn.effects.push({ type: "exit", reason: "failed", why: `${count}, the last: ${detail}` });
}

/** A worker's thread has begun to listen, and has its chunk from now on. */
export function workerIsUp(turn: Turn, index: number): void {
  const { workers } = turn.state;
  const worker = workers[index];
  if (worker === undefined) return;
  const next = { ...worker, isUp: true, progressAt: turn.now };
  change(turn, { workers: workers.with(index, next) });
}

/** How long a worker that has a chunk may report nothing (ms). */
export function silenceLimitMs({ isUp }: WorkerState): number {
  return isUp ? STUCK_MS : STARTING_MS;
}

/** Finds workers that have a chunk and report nothing. */
export function findStuck(turn: Turn): void {
  for (const [index, worker] of turn.state.workers.entries()) {
    const limitMs = silenceLimitMs(worker);
    if (worker.chunk === null || turn.now - worker.progressAt < limitMs) continue;
    workerFailed(turn, index, `no progress for ${limitMs / 1000} s`);
  }
}

// Work for workers: a job goes to the next one that is free, its own seat's first; nobody waits for a slow one.

import type { JobMessage } from "../../zero-agent/protocol/messages.ts";
import { copyJob } from "./copy.ts";
import {
  type Draft,
  emit,
  ownSeat,
  ownSlot,
  patchHost,
  patchSeat,
  patchSlot,
  report,
} from "./draft.ts";
import { dropSession } from "./observe-pool.ts";
import type { Host, Job, Seat } from "./seat.ts";
import { SELF_TEST_SEAT } from "./self-test.ts";
import { isKeptFromWork, isUp, type Link, type Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import { releaseHost, releaseSlot, retest } from "./work.ts";

/** Whether the slot may be given work: up, proved, free, rested, neither too hot nor held by an operator. */
function mayWork(slot: Slot, link: Link, now: number): boolean {
  return (
    isUp(slot) &&
    link.tested &&
    slot.task === null &&
    slot.heat < 2 &&
    now >= slot.restUntil &&
    !isKeptFromWork(slot)
  );
}

/** A worker that may be given a job now. */
type Candidate =
  | { readonly kind: "slot"; readonly id: string; readonly worker: Slot; readonly link: Link }
  | { readonly kind: "host"; readonly id: string; readonly worker: Host };

/** The slot as one that may be given work now. */
function slotCandidate(worker: Slot, now: number): Candidate | null {
  const { id, link } = worker;
  return link !== null && mayWork(worker, link, now) ? { kind: "slot", id, worker, link } : null;
}

function hostCandidate(worker: Host): Candidate | null {
  return worker.task === null ? { kind: "host", id: worker.id, worker } : null;
}

function freeWorkers({ rig, now }: Draft): Candidate[] {
  const slots = rig.slots.map((slot) => slotCandidate(slot, now));
  return [...slots, ...rig.hosts.map(hostCandidate)].filter((candidate) => candidate !== null);
}

/** The worker whose own seat this is, if it is free. */
function ownCandidate({ rig: { slots, hosts }, now }: Draft, { index }: Seat): Candidate | null {
  const slot = slots[index];
  if (slot !== undefined) return slotCandidate(slot, now);
  // The seats of the hosts come after those of the slots.
  return hostCandidate(hosts[index - slots.length] as Host);
}

/** Whether the slot is off for want of work, and would be given some. */
function isAsleep({ shed, phase, hold }: Slot): boolean {
  return shed?.why === "idle" && phase === "Off" && hold === null;
}

/** Whether the worker that the seat belongs to is free, or asleep for want of what this seat may bring. */
function wantsWork(draft: Draft, seat: Seat): boolean {
  if (ownCandidate(draft, seat) !== null) return true;
  const slot = draft.rig.slots[seat.index];
  return slot !== undefined && isAsleep(slot);
}

/** The seat has a session, or even a job, and its Zero sleeps: it is wanted up. */
function wake(draft: Draft, seat: Seat): void {
  const slot = draft.rig.slots[seat.index];
  if (slot === undefined || !isAsleep(slot)) return;
  report(draft, "info", "slot.woken", slot.id, "work");
  draft.stirred = true;
  patchSlot(draft, slot, { shed: null, busyAt: draft.now });
}

function isDegraded(candidate: Candidate): boolean {
  return candidate.kind === "slot" && candidate.worker.phase === "Degraded";
}

/** Whether a worker that has not failed the job will be free in time; if not, one that has may try again. */
function othersRemain(rig: Pick<RigState, "slots" | "hosts">, job: Job): boolean {
  const able = [...rig.slots.filter(({ phase }) => phase === "Ready"), ...rig.hosts];
  return able.some(({ id }) => !job.tried.includes(id));
}

/** Own seat first, then those that did not fail it, the fastest first. A degraded Zero takes no other's work. */
function choose(draft: Draft, seat: Seat, job: Job): Candidate | undefined {
  const own = ownCandidate(draft, seat);
  if (own !== null && !job.tried.includes(own.id)) return own;
  const free = freeWorkers(draft);
  const fit = free.filter(({ id }) => !job.tried.includes(id));
  const best = fit
    .filter((candidate) => !isDegraded(candidate))
    .sort((a, b) => b.worker.rateHs - a.worker.rateHs)[0];
  if (best || othersRemain(draft.rig, job)) return best;
  return free[0];
}

/** How long a worker may keep a job: `patience` times its mean time at this rate, within the limits. */
export function jobLimitMs(job: Job, rateHs: number, policy: RigState["policy"]): number {
  if (rateHs <= 0) return policy.jobLimitMaxMs;
  const expectedMs = (job.to / 2 / rateHs) * 1000;
  const limitMs = policy.jobPatience * expectedMs;
  return Math.min(policy.jobLimitMaxMs, Math.max(policy.jobLimitMinMs, limitMs));
}

function assign(draft: Draft, seat: Seat, job: Job, candidate: Candidate): void {
  const { epoch, rateHs } = candidate.worker;
  const limitMs = Math.round(jobLimitMs(job, rateHs, draft.rig.policy));
  const until = draft.now + limitMs;
  const { id, prefix, target, to } = job;
  const given = copyJob(job);
  given.worker = candidate.id;
  ownSeat(draft, seat).job = given;
  const message: JobMessage = {
    type: "job",
    id,
    epoch,
    algorithm: "duco-s1",
    prefix,
    target,
    from: 0,
    to,
    budgetMs: limitMs,
  };
  if (candidate.kind === "host") {
    patchHost(draft, candidate.worker, { task: { jobId: id, seat: seat.id, until } });
    emit(draft, { type: "host-search", worker: candidate.id, message });
    return;
  }
  const { worker, link } = candidate;
  const slot = ownSlot(draft, worker);
  slot.task = { jobId: id, seat: seat.id, link: link.id, until };
  slot.busyAt = draft.now;
  // A worker that let the last job pass in silence does not start its clock anew with the next.
  if (slot.unanswered === 0) slot.progressAt = draft.now;
  emit(draft, { type: "send", slot: worker.id, link: link.id, message });
}

function expireSlot(draft: Draft, slot: Slot): void {
  const { task } = slot;
  if (task === null || draft.now < task.until) return;
  if (task.seat === SELF_TEST_SEAT) {
    retest(draft, slot);
    return;
  }
  report(draft, "warn", "job.timeout", slot.id, null, { job: task.jobId });
  const next = releaseSlot(draft, slot, true);
  patchSlot(draft, next, {
    slowResults: next.slowResults + 1,
    unanswered: next.unanswered + 1,
  });
}

function expireHost(draft: Draft, host: Host): void {
  const { task } = host;
  if (task !== null && draft.now >= task.until) releaseHost(draft, host, task, true);
}

/** A job that outlived the pool's patience is worth nothing: the session starts over. */
function expireJob(draft: Draft, seat: Seat): void {
  const { job } = seat;
  if (seat.state !== "working" || job === null) return;
  if (draft.now < job.receivedAt + draft.rig.policy.jobLimitMaxMs) return;
  patchSeat(draft, seat, { job: { ...job, receivedAt: Number.POSITIVE_INFINITY } });
  dropSession(draft, seat, "job expired");
}

/** Its session is with a node that is left by now: it moves between two jobs, so that no job is lost. */
function isElsewhere({ pool }: Pick<RigState, "pool">, { node }: Seat): boolean {
  return pool.node !== null && node !== pool.node;
}

/** Asks for the end of its session, once; when that is over it connects anew. */
function leaveNode(draft: Draft, seat: Seat): void {
  if (seat.node === null) return;
  patchSeat(draft, seat, { node: null });
  dropSession(draft, seat, "another node is used now");
}

function connect(draft: Draft, seat: Seat): void {
  const { rig, now } = draft;
  if (rig.pool.node === null || now < seat.retryAt) return;
  if (now < rig.lastConnectAt + rig.policy.poolConnectGapMs) return;
  rig.lastConnectAt = now;
  const { node } = rig.pool;
  patchSeat(draft, seat, { state: "connecting", since: now, node });
  emit(draft, { type: "connect-pool", seat: seat.id });
}

/** Takes work from those whose time is over. Part of a tick. */
export function expireWork(draft: Draft): void {
  for (const slot of draft.rig.slots) expireSlot(draft, slot);
  for (const host of draft.rig.hosts) expireHost(draft, host);
  for (const seat of draft.rig.seats) expireJob(draft, seat);
}

/** Gives every free worker something to do. */
export function dispatch(draft: Draft): void {
  const { rig } = draft;
  if (rig.quiescing) return;
  for (const seat of rig.seats) {
    if (seat.state !== "working" || seat.job === null || seat.job.worker !== null) continue;
    const worker = choose(draft, seat, seat.job);
    if (worker) assign(draft, seat, seat.job, worker);
    else wake(draft, seat);
  }
  for (const seat of rig.seats) {
    if (seat.state !== "idle" && seat.state !== "down") continue;
    if (!wantsWork(draft, seat)) continue;
    if (seat.state === "down") connect(draft, seat);
    else if (isElsewhere(rig, seat)) leaveNode(draft, seat);
    else if (draft.now >= seat.retryAt) {
      wake(draft, seat);
      const own = ownSeat(draft, seat);
      own.state = "requested";
      own.since = draft.now;
      emit(draft, { type: "request-job", seat: seat.id });
    }
  }
}

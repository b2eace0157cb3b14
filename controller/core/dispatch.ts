// Work for workers: a job goes to the next one that is free, its own seat's first; nobody waits for a slow one.

import {
  type Draft,
  emit,
  patchHost,
  patchSeat,
  patchSlot,
  report,
  seatOf,
  slotOf,
} from "./draft.ts";
import { dropSession } from "./observe-pool.ts";
import type { Host, Job, Seat } from "./seat.ts";
import { SELF_TEST_SEAT } from "./self-test.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import { beginSelfTest, releaseHost, releaseSlot } from "./work.ts";

function isUp(slot: Slot): boolean {
  return slot.phase === "Ready" || slot.phase === "Degraded";
}

/** Whether the slot may be given work: up, proved, free, and not held by an operator. */
export function mayWork(slot: Slot): boolean {
  return (
    isUp(slot) &&
    slot.link?.tested === true &&
    slot.task === null &&
    (slot.hold === null || slot.hold.kind === "foreign")
  );
}

interface Candidate {
  readonly id: string;
  readonly rateHs: number;
  readonly degraded: boolean;
}

function freeWorkers(rig: Pick<RigState, "slots" | "hosts">): Candidate[] {
  const slots = rig.slots.filter(mayWork).map((slot) => ({
    id: slot.id,
    rateHs: slot.rateHs || (slot.link?.nominalHs ?? 0),
    degraded: slot.phase === "Degraded",
  }));
  const hosts = rig.hosts
    .filter((host) => host.task === null)
    .map((host) => ({ id: host.id, rateHs: host.rateHs, degraded: false }));
  return [...slots, ...hosts];
}

/** Whether a worker that has not failed the job will be free in time; if not, one that has may try again. */
function othersRemain(rig: Pick<RigState, "slots" | "hosts">, job: Job): boolean {
  const able = [...rig.slots.filter(({ phase }) => phase === "Ready"), ...rig.hosts];
  return able.some(({ id }) => !job.tried.includes(id));
}

/** Own seat first, then those that did not fail it, the fastest first. A degraded Zero takes no other's work. */
function choose(rig: Draft["rig"], seat: Seat, job: Job): Candidate | undefined {
  const free = freeWorkers(rig);
  const fit = free.filter(({ id }) => !job.tried.includes(id));
  const own = fit.find(({ id }) => id === seat.id);
  if (own) return own;
  const best = fit.filter(({ degraded }) => !degraded).sort((a, b) => b.rateHs - a.rateHs)[0];
  if (best || othersRemain(rig, job)) return best;
  return free[0];
}

/** How long a worker may keep a job: `patience` times its mean time at this rate, within the limits. */
export function jobLimitMs(job: Job, rateHs: number, policy: RigState["policy"]): number {
  if (rateHs <= 0) return policy.jobLimitMaxMs;
  const expectedMs = (job.to / 2 / rateHs) * 1000;
  const limitMs = policy.jobPatience * expectedMs;
  return Math.min(policy.jobLimitMaxMs, Math.max(policy.jobLimitMinMs, limitMs));
}

function assign(draft: Draft, seat: Seat, job: Job, worker: Candidate): void {
  const { now, rig } = draft;
  const limitMs = Math.round(jobLimitMs(job, worker.rateHs, rig.policy));
  const slot = slotOf(draft, worker.id);
  const host = rig.hosts.find(({ id }) => id === worker.id);
  const epoch = slot?.epoch ?? host?.epoch ?? 0;
  patchSeat(draft, seat, { job: { ...job, worker: worker.id, epoch } });
  const task = { jobId: job.id, seat: seat.id, until: now + limitMs };
  const message = {
    type: "job",
    id: job.id,
    epoch,
    algorithm: "duco-s1",
    prefix: job.prefix,
    target: job.target,
    from: 0,
    to: job.to,
    budgetMs: limitMs,
  } as const;
  if (host) {
    patchHost(draft, host, { task });
    emit(draft, { type: "host-search", worker: host.id, message });
  } else if (slot?.link) {
    // A worker that let the last job pass in silence does not start its clock anew with the next.
    patchSlot(draft, slot, { task, progressAt: slot.unanswered > 0 ? slot.progressAt : now });
    emit(draft, { type: "send", slot: slot.id, link: slot.link.id, message });
  }
}

function expireSlot(draft: Draft, slot: Slot): void {
  if (slot.task === null || draft.now < slot.task.until) return;
  if (slot.task.seat === SELF_TEST_SEAT) {
    beginSelfTest(draft, slot);
    return;
  }
  report(draft, "warn", "job.timeout", slot.id, null, { job: slot.task.jobId });
  const next = releaseSlot(draft, slot, true);
  patchSlot(draft, next, {
    slowResults: next.slowResults + 1,
    unanswered: next.unanswered + 1,
  });
}

function expireHost(draft: Draft, host: Host): void {
  if (host.task !== null && draft.now >= host.task.until) releaseHost(draft, host, true);
}

/** A job that outlived the pool's patience is worth nothing: the session starts over. */
function expireJob(draft: Draft, seat: Seat): void {
  const { job } = seat;
  if (seat.state !== "working" || job === null) return;
  if (draft.now < job.receivedAt + draft.rig.policy.jobLimitMaxMs) return;
  patchSeat(draft, seat, { job: { ...job, receivedAt: Number.POSITIVE_INFINITY } });
  dropSession(draft, seat, "job expired");
}

function connect(draft: Draft, seat: Seat): void {
  const { rig, now } = draft;
  if (seat.state !== "down" || now < seat.retryAt) return;
  if (now < rig.lastConnectAt + rig.policy.poolConnectGapMs) return;
  rig.lastConnectAt = now;
  patchSeat(draft, seat, { state: "connecting", since: now });
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
    const worker = choose(rig, seat, seat.job);
    if (worker) assign(draft, seat, seat.job, worker);
  }
  for (const { id } of freeWorkers(rig)) {
    const seat = seatOf(draft, id);
    if (seat === undefined) continue;
    if (seat.state === "idle") {
      patchSeat(draft, seat, { state: "requested", since: draft.now });
      emit(draft, { type: "request-job", seat: id });
    } else connect(draft, seat);
  }
}

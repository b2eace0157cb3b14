// Work for workers: a job goes to the next one that is free, its own seat's first; nobody waits for a slow one.

import {
  type Candidate,
  freeWorkers,
  handOut,
  hostCandidate,
  isAble,
  isAnyoneFree,
  isAsleep,
  isDegraded,
  slotCandidate,
  wakeSlot,
} from "./candidate.ts";
import { copyJob } from "./copy.ts";
import { dispatchOrders, isForOrders } from "./dispatch-orders.ts";
import { type Draft, emit, ownSeat, patchSeat, patchSlot, report } from "./draft.ts";
import { chooseGoal, poolOf } from "./goal.ts";
import { dropSession } from "./observe-pool.ts";
import { type Host, hostIndexOf, isPiece, type Job, type Seat, slotOfSeat } from "./seat.ts";
import { SELF_TEST_SEAT } from "./self-test.ts";
import type { Slot } from "./slot.ts";
import { dispatchSplit } from "./split.ts";
import type { RigState } from "./state.ts";
import { voidJob } from "./void-job.ts";
import { releaseHost, releaseSlot, retest } from "./work.ts";

/** The worker whose own seat this is, if it is free. */
function ownCandidate({ rig, now }: Draft, seat: Seat): Candidate | null {
  const slot = slotOfSeat(rig, seat);
  if (slot !== undefined) return slotCandidate(slot, now);
  return hostCandidate(rig.hosts[hostIndexOf(rig, seat)] as Host);
}

/** Whether the seat has a job that no worker has. */
function isWaiting(seat: Seat): seat is Seat & { readonly job: Job } {
  return seat.state === "working" && seat.job?.worker === null;
}

/** How many jobs the seats of the Zero have that wait for it, or have asked for. */
function countWaiting(rig: RigState, slot: Slot): number {
  let waiting = 0;
  for (const seat of rig.seats) {
    if (slotOfSeat(rig, seat) !== slot) continue;
    if (seat.state === "requested" || isWaiting(seat)) waiting++;
  }
  return waiting;
}

/**
 * Whether the Zero, busy with one job, wants another to wait for it: not if it rests between two for its heat, and not so
 * early that the last might be too old when it is done, should all that it has take their whole range.
 */
function wantsNext({ rig, now }: Draft, slot: Slot): boolean {
  const { task, link, heat, rateHs, busyAt } = slot;
  if (rig.policy.connectionsPerZero < 2 || task === null || link === null) return false;
  if (heat > 0 || !isAble(slot, link)) return false;
  let to = 0;
  for (const { job } of rig.seats) if (job?.worker === slot.id) to = Math.max(to, job.to);
  const jobs = 2 + countWaiting(rig, slot);
  return now >= busyAt + (jobs * 1000 * to) / rateHs - rig.policy.jobLimitMaxMs;
}

/** Whether the worker that the seat belongs to is free or soon to be, or asleep for want of what this seat may bring. */
function wantsWork(draft: Draft, seat: Seat): boolean {
  if (ownCandidate(draft, seat) !== null) return true;
  const slot = slotOfSeat(draft.rig, seat);
  const worker = slot ?? (draft.rig.hosts[hostIndexOf(draft.rig, seat)] as Host);
  if (isForOrders(draft.rig, worker)) return false;
  // A host that is busy though its one seat is not: with a job that waited behind another worker.
  if (slot === undefined) return draft.rig.policy.connectionsPerZero > 1;
  return isAsleep(slot) || wantsNext(draft, slot);
}

/** The seat has a session, or even a job, and its Zero sleeps: it is wanted up. */
function wake(draft: Draft, seat: Seat): void {
  const slot = slotOfSeat(draft.rig, seat);
  if (slot !== undefined && isAsleep(slot)) wakeSlot(draft, slot);
}

/** Whether a worker that has not failed the job will be free in time; if not, one that has may try again. */
function othersRemain(rig: Pick<RigState, "slots" | "hosts">, job: Job): boolean {
  const ready = rig.slots.filter(
    ({ phase, link }) => phase === "Ready" && link?.hasKernel !== false,
  );
  const able = [...ready, ...rig.hosts];
  return able.some(({ id }) => !job.tried.includes(id));
}

/** The worker that the seat belongs to, if it is free and did not fail the job. */
function chooseOwn(draft: Draft, seat: Seat, job: Job): Candidate | undefined {
  const own = ownCandidate(draft, seat);
  return own === null || job.tried.includes(own.id) ? undefined : own;
}

/** Those that did not fail it, the fastest first. A degraded Zero takes no other's work, nor does one that orders want. */
function chooseAny(draft: Draft, _: Seat, job: Job): Candidate | undefined {
  const free = freeWorkers(draft).filter(({ worker }) => !isForOrders(draft.rig, worker));
  const fit = free.filter(({ id }) => !job.tried.includes(id));
  const best = fit
    .filter((candidate) => !isDegraded(candidate))
    .sort((a, b) => b.worker.rateHs - a.worker.rateHs)[0];
  if (best || othersRemain(draft.rig, job)) return best;
  return free[0];
}

function assign(draft: Draft, seat: Seat, job: Job, candidate: Candidate): void {
  const given = copyJob(job);
  given.worker = candidate.id;
  ownSeat(draft, seat).job = given;
  const { id, algorithm, prefix, target, to } = job;
  handOut(draft, candidate, { id, seat: seat.id, algorithm, prefix, target, from: 0, to });
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

/** A job that outlived the pool's patience is worth nothing: the session starts over. A piece of work is fetched anew. */
function expireJob(draft: Draft, seat: Seat): void {
  const { job } = seat;
  if (seat.state !== "working" || job === null) return;
  if (draft.now < job.receivedAt + draft.rig.policy.jobLimitMaxMs) return;
  if (isPiece(job)) {
    voidJob(draft, seat);
    return;
  }
  const expired = copyJob(job);
  expired.receivedAt = Number.POSITIVE_INFINITY;
  ownSeat(draft, seat).job = expired;
  dropSession(draft, seat, "job expired");
}

/** Its session is with a node that is left by now, or for another goal: it moves between two jobs, so that no job is lost. */
function isElsewhere(rig: Pick<RigState, "pool" | "goals">, seat: Seat): boolean {
  if (seat.nextGoal !== null && seat.nextGoal !== seat.goal) return true;
  const { node } = poolOf(rig, seat.goal);
  return node !== null && seat.node !== node;
}

/** Each seat that is at work for a goal is reckoned with for so long, lest all choose the same at a time. */
const COMING_MS = 10_000;

/** The seat with what it works for next, chosen if that was open; null if it is to wait. */
function withGoal(draft: Draft, seat: Seat): Seat | null {
  const { rig, now } = draft;
  if (rig.goals.length === 0 || seat.nextGoal !== null) return seat;
  const coming = rig.goals.map(() => 0);
  for (const other of rig.seats) {
    if (other === seat || other.state === "down") continue;
    const goal = other.nextGoal ?? other.goal;
    const worker = slotOfSeat(rig, other) ?? rig.hosts[hostIndexOf(rig, other)];
    coming[goal] = (coming[goal] as number) + ((worker as Host).rateHs * COMING_MS) / 1000;
  }
  const nextGoal = chooseGoal(rig.goals, coming, now);
  return nextGoal === null ? null : patchSeat(draft, seat, { nextGoal });
}

/** Asks for the end of its session, once; when that is over it connects anew. */
function leaveNode(draft: Draft, seat: Seat): void {
  if (seat.node === null) return;
  patchSeat(draft, seat, { node: null });
  const other = seat.nextGoal !== null && seat.nextGoal !== seat.goal;
  dropSession(
    draft,
    seat,
    other ? "its next work is for another goal" : "another node is used now",
  );
}

function connect(draft: Draft, seat: Seat): void {
  const { rig, now } = draft;
  const goal = seat.nextGoal ?? 0;
  const { node } = poolOf(rig, goal);
  if (node === null || now < seat.retryAt) return;
  const { algorithm, poolConnectGapMs } = rig.policy;
  // Other than for Duino-Coin all seats share one connection.
  if (algorithm === "duco-s1" && now < rig.lastConnectAt + poolConnectGapMs) return;
  rig.lastConnectAt = now;
  patchSeat(draft, seat, { state: "connecting", since: now, node, goal });
  emit(draft, { type: "connect-pool", seat: seat.id, ...(goal === 0 ? {} : { goal }) });
}

/** Takes work from those whose time is over. Part of a tick. */
export function expireWork(draft: Draft): void {
  for (const slot of draft.rig.slots) expireSlot(draft, slot);
  for (const host of draft.rig.hosts) expireHost(draft, host);
  for (const seat of draft.rig.seats) expireJob(draft, seat);
}

/** Whoever is free, for a job whose own worker failed it or is not there: those that are have jobs of their own waiting. */
function chooseForStranded(draft: Draft, seat: Seat, job: Job): Candidate | undefined {
  const slot = slotOfSeat(draft.rig, seat);
  const able = slot === undefined || (slot.link !== null && isAble(slot, slot.link));
  return able && !job.tried.includes(slot?.id ?? seat.id) ? undefined : chooseAny(draft, seat, job);
}

interface Waiting {
  readonly seat: Seat;
  readonly job: Job;
}

/** The jobs that no worker has. */
function waitingJobs(seats: readonly Seat[]): readonly Waiting[] {
  const waiting: Waiting[] = [];
  for (const seat of seats) if (isWaiting(seat)) waiting.push({ seat, job: seat.job });
  return waiting;
}

/** Each of these jobs goes to whom is chosen for it. Returns those that nobody got. */
function giveOut(
  draft: Draft,
  jobs: readonly Waiting[],
  choose: typeof chooseAny,
): readonly Waiting[] {
  return jobs.filter(({ seat, job }) => {
    const worker = choose(draft, seat, job);
    if (worker) assign(draft, seat, job, worker);
    return worker === undefined;
  });
}

/** The seat's next step towards a job: a session, another node, the question. */
function ask(draft: Draft, resting: Seat): void {
  const seat = withGoal(draft, resting);
  if (seat === null) return;
  if (seat.state === "down") connect(draft, seat);
  else if (isElsewhere(draft.rig, seat)) leaveNode(draft, seat);
  else if (draft.now >= seat.retryAt) {
    wake(draft, seat);
    const own = ownSeat(draft, seat);
    own.state = "requested";
    own.since = draft.now;
    own.nextGoal = null;
    emit(draft, { type: "request-job", seat: seat.id });
  }
}

/** Gives orders their pieces. Returns whether they left nobody to mine. */
function takenByOrders(draft: Draft): boolean {
  dispatchOrders(draft);
  return !isAnyoneFree(draft);
}

/** Gives every free worker something to do. */
export function dispatch(draft: Draft): void {
  const { rig } = draft;
  if (rig.quiescing) return;
  if (rig.policy.poolMode === "split") {
    for (const seat of rig.seats) {
      const wants = dispatchSplit(draft, seat);
      const isTaken = rig.orders.length > 0 && takenByOrders(draft);
      if (wants && !isTaken) ask(draft, seat);
    }
    return;
  }
  // First the jobs that nobody will take otherwise. Then its own: it would only take another's for that one to take its own.
  let waiting = waitingJobs(rig.seats);
  for (const choose of [chooseForStranded, chooseOwn, chooseAny]) {
    if (waiting.length > 0 && isAnyoneFree(draft)) waiting = giveOut(draft, waiting, choose);
  }
  for (const { seat } of waiting) wake(draft, seat);
  if (rig.orders.length > 0) dispatchOrders(draft);
  for (const seat of rig.seats) {
    const rests = seat.state === "idle" || seat.state === "down";
    if (rests && wantsWork(draft, seat)) ask(draft, seat);
  }
}

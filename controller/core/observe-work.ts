// What the workers tell: results, refusals, and whether a share was right when we checked it ourselves.

import {
  type Draft,
  emit,
  enter,
  patchHost,
  patchSeat,
  patchSlot,
  report,
  seatOf,
  slotOf,
  takeId,
} from "./draft.ts";
import type { EventOf } from "./event.ts";
import { judgeVitals, linkedSlot, passSelfTest } from "./observe-link.ts";
import type { Host, Seat, Share } from "./seat.ts";
import { SELF_TEST, SELF_TEST_SEAT } from "./self-test.ts";
import type { Slot, Task } from "./slot.ts";
import { beginSelfTest, orphan, releaseHost, releaseSlot } from "./work.ts";

/** Below this a rate says more about the timer than about the Zero. */
const RATE_MIN_ELAPSED_MS = 100;
/** A result below this share of the nominal rate is a slow one. */
const SLOW_SHARE = 0.5;
const RATE_SMOOTHING = 0.3;
/** Wrong or missing solutions of one job before its seat starts over. */
const TRIES_PER_JOB = 3;

interface Finding {
  readonly jobId: string;
  readonly nonce: number | null;
  readonly hashrateHs: number;
}

function smooth(rateHs: number, sampleHs: number): number {
  return rateHs === 0 ? sampleHs : rateHs + RATE_SMOOTHING * (sampleHs - rateHs);
}

function measured(
  rateHs: number,
  { hashes, elapsedMs }: { readonly hashes: number; readonly elapsedMs: number },
): number {
  return elapsedMs < RATE_MIN_ELAPSED_MS ? rateHs : smooth(rateHs, (hashes / elapsedMs) * 1000);
}

/** A worker says what it found: verify and write down, or let another try. */
function take(draft: Draft, seat: Seat, worker: string, finding: Finding): void {
  const { job } = seat;
  if (job?.id !== finding.jobId || seat.state !== "working") return;
  if (finding.nonce === null) {
    report(draft, "warn", "job.no-solution", null, null, { seat: seat.id, job: job.id, worker });
    orphan(draft, seat.id, job.id, worker);
    abandonIfTried(draft, seat.id);
    return;
  }
  const share: Share = {
    id: takeId(draft),
    seat: seat.id,
    jobId: job.id,
    worker,
    prefix: job.prefix,
    target: job.target,
    difficulty: job.difficulty,
    nonce: finding.nonce,
    hashrateHs: finding.hashrateHs,
  };
  patchSeat(draft, seat, { state: "securing", since: draft.now, share });
  emit(draft, { type: "secure-share", share });
}

/** A job that several workers could not solve is wrong itself: start over with the pool. */
function abandonIfTried(draft: Draft, seatId: string): void {
  const seat = seatOf(draft, seatId);
  if ((seat?.job?.tried.length ?? 0) < TRIES_PER_JOB) return;
  emit(draft, { type: "drop-pool", seat: seatId, why: "no worker could solve the job" });
}

function concludeSelfTest(draft: Draft, slot: Slot, nonce: number | null): void {
  if (nonce === SELF_TEST.nonce) {
    passSelfTest(draft, slot);
    return;
  }
  enter(draft, slot, "Fault", "wrong-answers", { until: draft.now + draft.rig.policy.reprobeMs });
}

function ownTask(task: Task | null, jobId: string): task is Task {
  return task?.jobId === jobId;
}

function onSlotResult(draft: Draft, slot: Slot, event: EventOf<"result">): void {
  const { task, link } = slot;
  if (event.epoch !== slot.epoch || !ownTask(task, event.jobId)) {
    report(draft, "info", "result.late", slot.id, null, { job: event.jobId });
    return;
  }
  const rateHs = measured(slot.rateHs, event);
  const nominalHs = link?.nominalHs ?? 0;
  const sampleHs = event.elapsedMs < RATE_MIN_ELAPSED_MS ? nominalHs : measured(0, event);
  const next = patchSlot(draft, slot, {
    task: null,
    rateHs,
    heardAt: draft.now,
    progressAt: draft.now,
    unanswered: 0,
    slowResults: sampleHs < SLOW_SHARE * nominalHs ? slot.slowResults + 1 : 0,
  });
  if (task.seat === SELF_TEST_SEAT) {
    concludeSelfTest(draft, next, event.nonce);
    return;
  }
  judgeVitals(draft, next);
  const seat = seatOf(draft, task.seat);
  if (seat) take(draft, seat, slot.id, { ...event, hashrateHs: rateHs });
}

function onHostResult(draft: Draft, host: Host, event: EventOf<"result">): void {
  const { task } = host;
  const hashes = host.hashes + event.hashes;
  if (event.epoch !== host.epoch || task === null || task.jobId !== event.jobId) {
    patchHost(draft, host, { hashes });
    return;
  }
  const rateHs = measured(host.rateHs, event);
  patchHost(draft, host, { task: null, rateHs, hashes });
  const seat = seatOf(draft, task.seat);
  if (seat) take(draft, seat, host.id, { ...event, hashrateHs: rateHs });
}

export function onResult(draft: Draft, event: EventOf<"result">): void {
  const host = draft.rig.hosts.find(({ id }) => id === event.worker);
  if (host) {
    onHostResult(draft, host, event);
    return;
  }
  const slot = event.link === null ? undefined : linkedSlot(draft, event.worker, event.link);
  if (slot) onSlotResult(draft, slot, event);
}

/** The worker will not do it: its job goes to another. */
export function onNack(draft: Draft, event: EventOf<"nack">): void {
  const host = draft.rig.hosts.find(({ id }) => id === event.worker);
  if (host?.task?.jobId === event.jobId) releaseHost(draft, host, true);
  const slot = slotOf(draft, event.worker);
  if (slot?.link?.id === event.link && slot?.task?.jobId === event.jobId) {
    report(draft, "warn", "job.refused", slot.id, null, { job: event.jobId });
    releaseSlot(draft, slot, true);
  }
}

export function onShareSecured(draft: Draft, event: EventOf<"share-secured">): void {
  const seat = seatOf(draft, event.seat);
  if (seat === undefined) return;
  const { share } = seat;
  if (share?.id !== event.share || seat.state !== "securing") {
    // The pool session ended meanwhile: written down, never sent.
    if (!event.valid) return;
    settle(draft, seat, event.share, "unknown", "session ended before it was sent");
    return;
  }
  if (event.valid) {
    patchSeat(draft, seat, { state: "submitting", since: draft.now });
    emit(draft, { type: "submit-share", share });
    return;
  }
  report(draft, "error", "share.wrong", null, null, { seat: seat.id, worker: share.worker });
  orphan(draft, seat.id, share.jobId, share.worker);
  abandonIfTried(draft, seat.id);
  const slot = slotOf(draft, share.worker);
  if (slot?.link && slot.task === null) beginSelfTest(draft, slot);
}

/** The end of a share: counted once, and written down. */
export function settle(
  draft: Draft,
  seat: Seat,
  share: number,
  outcome: "accepted" | "rejected" | "unknown",
  reason: string | null,
): Seat {
  emit(draft, { type: "settle-share", share, outcome, reason });
  return patchSeat(draft, seat, { [outcome]: seat[outcome] + 1 });
}

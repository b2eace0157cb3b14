// What the workers tell: results, refusals, and whether a share was right when we checked it ourselves.

import { copyJob } from "./copy.ts";
import {
  type Draft,
  emit,
  ownSeat,
  ownSlot,
  patchHost,
  report,
  seatOf,
  slotOf,
  takeId,
} from "./draft.ts";
import type { EventOf } from "./event.ts";
import { countHashes, countShare } from "./goal.ts";
import { restAfter } from "./heat.ts";
import { toFault } from "./ladder.ts";
import { judgeVitals, onHeard, passSelfTest } from "./observe-link.ts";
import { onPieceResult } from "./observe-order.ts";
import { ORDERS_SEAT } from "./order.ts";
import { closeIntent } from "./power.ts";
import { type Host, isPiece, type Seat, SPLIT_SEAT, shareOf } from "./seat.ts";
import { SELF_TEST, SELF_TEST_SEAT } from "./self-test.ts";
import type { Link, Slot } from "./slot.ts";
import { endPart } from "./split.ts";
import { blame, distrust, retestWorker } from "./trust.ts";
import { voidJob } from "./void-job.ts";
import { orphan, releaseHost, releaseSlot } from "./work.ts";

/** Below this a result says more about the timer than about the Zero's speed. */
const RATE_MIN_ELAPSED_MS = 100;
/** How far back the measured rate looks. */
const RATE_WINDOW_MS = 20_000;
/** A result below this share of the nominal rate is a slow one. */
const SLOW_SHARE = 0.5;
/** Wrong or missing solutions of one job before its seat starts over. */
const TRIES_PER_JOB = 3;

interface Rate {
  readonly rateHs: number;
  readonly rateWeightMs: number;
}

interface Finding {
  readonly jobId: string;
  readonly nonce: number | null;
  readonly hashrateHs: number;
}

/** The rate over the last seconds of work, each result weighed by its time: a lucky short one hardly moves it. */
function measured(rate: Rate, { hashes, elapsedMs }: EventOf<"result">): Rate {
  const weightMs = rate.rateWeightMs + Math.max(1, elapsedMs);
  const rateHs = (rate.rateHs * rate.rateWeightMs + hashes * 1000) / weightMs;
  return { rateHs, rateWeightMs: Math.min(RATE_WINDOW_MS, weightMs) };
}

/** What a result on a part says of the whole job; null while others search it. */
function wholeOf(draft: Draft, { jobId, nonce }: Finding): Finding | null {
  const end = endPart(draft, jobId, nonce);
  if (end === "in-vain") {
    emit(draft, { type: "drop-pool", seat: SPLIT_SEAT, why: "no worker could solve the job" });
    return null;
  }
  return end && { jobId: end.jobId, nonce, hashrateHs: end.rateHs };
}

/** A worker says what it found: verify and write down, or let another try. */
function take(draft: Draft, seatId: string, worker: string, given: Finding): void {
  const finding = seatId === SPLIT_SEAT ? wholeOf(draft, given) : given;
  if (finding === null) return;
  const seat = seatOf(draft, seatId);
  const job = seat?.job;
  // A worker's task is taken from it whenever its job ends otherwise, so this always fits; if not, nothing is sent.
  if (seat?.state !== "working" || job?.id !== finding.jobId) return;
  if (finding.nonce === null && isPiece(job)) {
    voidJob(draft, seat);
    return;
  }
  if (finding.nonce === null) {
    report(draft, "warn", "job.no-solution", null, null, { seat: seat.id, job: job.id, worker });
    const searched = copyJob(job);
    searched.missed = [...job.missed, worker];
    ownSeat(draft, seat).job = searched;
    abandonIfTried(draft, seat.id, orphan(draft, seat.id, job.id, worker));
    retestWorker(draft, worker);
    return;
  }
  const { nonce, hashrateHs } = finding;
  const share = shareOf(job, { id: takeId(draft), seat: seat.id, worker, nonce, hashrateHs });
  const own = ownSeat(draft, seat);
  own.state = "securing";
  own.since = draft.now;
  own.share = share;
  emit(draft, { type: "secure-share", share });
}

/** A job that several workers could not solve is wrong itself: start over with the pool. */
function abandonIfTried(draft: Draft, seatId: string, tried: readonly string[]): void {
  if (tried.length < TRIES_PER_JOB) return;
  emit(draft, { type: "drop-pool", seat: seatId, why: "no worker could solve the job" });
}

function concludeSelfTest(draft: Draft, slot: Slot, link: Link, nonce: number | null): void {
  if (nonce === SELF_TEST.nonce) {
    passSelfTest(draft, slot, link);
    return;
  }
  // Known already, so nothing new to say, and the pause before the next remedy goes on.
  if (slot.phase === "Fault" && slot.why === "wrong-answers") return;
  toFault(draft, closeIntent(draft, slot, "wrong-answers"), "wrong-answers");
}

/** Whether the Zero took far longer than the rate that it measured for itself. */
function isSlow({ hashes, elapsedMs }: EventOf<"result">, nominalHs: number): boolean {
  return elapsedMs >= RATE_MIN_ELAPSED_MS && (hashes / elapsedMs) * 1000 < SLOW_SHARE * nominalHs;
}

function onSlotResult(draft: Draft, slot: Slot, link: Link, event: EventOf<"result">): void {
  const { task } = slot;
  if (event.epoch !== slot.epoch || task?.jobId !== event.jobId) {
    report(draft, "info", "result.late", slot.id, null, { job: event.jobId });
    return;
  }
  const heard = ownSlot(draft, slot);
  heard.task = null;
  heard.progressAt = draft.now;
  heard.unanswered = 0;
  // A drain may be over, a rest begin.
  if (heard.hold !== null || heard.heat > 0) draft.stirred = true;
  if (task.seat === SELF_TEST_SEAT) {
    concludeSelfTest(draft, heard, link, event.nonce);
    return;
  }
  heard.busyAt = draft.now;
  heard.restUntil = restAfter(heard, event.elapsedMs, draft.now);
  if (task.seat === ORDERS_SEAT) {
    // Its speed at another algorithm says nothing of its mining.
    judgeVitals(draft, heard);
    onPieceResult(draft, slot.id, event);
    return;
  }
  const rate = measured(heard, event);
  heard.rateHs = rate.rateHs;
  heard.rateWeightMs = rate.rateWeightMs;
  heard.slowResults = isSlow(event, link.nominalHs) ? heard.slowResults + 1 : 0;
  judgeVitals(draft, heard);
  const { jobId, nonce } = event;
  take(draft, task.seat, slot.id, { jobId, nonce, hashrateHs: rate.rateHs });
}

function onHostResult(draft: Draft, host: Host, event: EventOf<"result">): void {
  const { task } = host;
  const hashes = host.hashes + event.hashes;
  countHashes(draft, host.task?.seat ?? host.id, event.hashes);
  if (event.epoch !== host.epoch || task?.jobId !== event.jobId) {
    patchHost(draft, host, { hashes });
    return;
  }
  if (task.seat === ORDERS_SEAT) {
    patchHost(draft, host, { task: null, hashes });
    onPieceResult(draft, host.id, event);
    return;
  }
  const { rateHs, rateWeightMs } = measured(host, event);
  patchHost(draft, host, { task: null, hashes, rateHs, rateWeightMs });
  const { jobId, nonce } = event;
  take(draft, task.seat, host.id, { jobId, nonce, hashrateHs: rateHs });
}

export function onResult(draft: Draft, event: EventOf<"result">): void {
  const host = draft.rig.hosts.find(({ id }) => id === event.worker);
  if (host) onHostResult(draft, host, event);
  // Late or not, it is a frame: the Zero lives.
  const slot = event.link === null ? undefined : onHeard(draft, event.worker, event.link);
  if (slot?.link) onSlotResult(draft, slot, slot.link, event);
}

/** The worker will not do it: its job goes to another. */
export function onNack(draft: Draft, event: EventOf<"nack">): void {
  const host = draft.rig.hosts.find(({ id }) => id === event.worker);
  if (host?.task?.jobId === event.jobId) releaseHost(draft, host, host.task, true);
  const slot = event.link === null ? undefined : onHeard(draft, event.worker, event.link);
  if (slot?.task?.jobId === event.jobId) {
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
    blame(draft, seat.job?.missed ?? [], share.worker);
    const own = ownSeat(draft, seat);
    if (event.isLocal === true) {
      // Nobody is told: the seat fetches its next piece of work.
      own.state = "idle";
      own.since = draft.now;
      own.job = null;
      own.share = null;
      const { worker, nonce, hashrateHs } = share;
      const detail = { seat: seat.id, nonce, hashrate_hs: Math.round(hashrateHs) };
      report(draft, "info", "share.local", slotOf(draft, worker)?.id ?? null, null, detail);
      return;
    }
    own.state = "submitting";
    own.since = draft.now;
    emit(draft, { type: "submit-share", share });
    return;
  }
  report(draft, "error", "share.wrong", null, null, { seat: seat.id, worker: share.worker });
  abandonIfTried(draft, seat.id, orphan(draft, seat.id, share.jobId, share.worker));
  distrust(draft, share.worker);
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
  const own = ownSeat(draft, seat);
  own[outcome]++;
  countShare(draft, own, outcome);
  return own;
}

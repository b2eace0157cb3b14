// What a worker holds, and taking it away from one.

import { copyJob, copyLink, copyPiece } from "./copy.ts";
import { type Draft, emit, patchHost, patchSeat, patchSlot, seatOf, takeId } from "./draft.ts";
import { ORDERS_SEAT, withoutHolder } from "./order.ts";
import { type Host, type HostTask, SPLIT_SEAT } from "./seat.ts";
import { SELF_TEST, SELF_TEST_SEAT } from "./self-test.ts";
import type { Link, Slot } from "./slot.ts";

/** How long the self-test may take: its 5,000 hashes are well under 1 s on the slowest Zero. */
const SELF_TEST_LIMIT_MS = 30_000;

/** The seat's job has no worker any more. Returns those who failed it, `failedBy` among them. */
export function orphan(
  draft: Draft,
  seatId: string,
  jobId: string,
  failedBy: string | null,
): readonly string[] {
  const seat = seatOf(draft, seatId);
  if (seat?.job?.id !== jobId) {
    if (seatId === SPLIT_SEAT) losePart(draft, jobId, failedBy);
    if (seatId === ORDERS_SEAT) losePiece(draft, jobId, failedBy);
    return [];
  }
  const tried = failedBy === null ? seat.job.tried : [...seat.job.tried, failedBy];
  const job = copyJob(seat.job);
  job.worker = null;
  job.tried = tried;
  patchSeat(draft, seat, { state: "working", share: null, job });
  return tried;
}

/** A part of a divided job has no worker any more. */
function losePart({ rig }: Draft, partId: string, failedBy: string | null): void {
  if (!rig.parts.some(({ id }) => id === partId)) return;
  rig.parts = rig.parts.map((part) => {
    if (part.id !== partId) return part;
    const lost = copyPiece(part);
    lost.worker = null;
    if (failedBy !== null) lost.tried = [...part.tried, failedBy];
    return lost;
  });
}

/** A piece of an order has no worker any more. */
export function losePiece({ rig }: Draft, pieceId: string, failedBy: string | null): void {
  rig.orders = rig.orders.map((order) => {
    const isIts = order.pieces.some(({ id }) => id === pieceId);
    return isIts ? withoutHolder(order, pieceId, failedBy) : order;
  });
}

/** Takes a job back that this step has not sent yet. */
function withdraw({ effects }: Draft, jobId: string): boolean {
  const index = effects.findIndex(
    (effect) =>
      effect.type === "send" && effect.message.type === "job" && effect.message.id === jobId,
  );
  if (index >= 0) effects.splice(index, 1);
  return index >= 0;
}

/** Closes the slot's epoch: what it held goes to another worker, and what it still sends about it is discarded. */
export function releaseSlot(draft: Draft, slot: Slot, failed: boolean): Slot {
  const { task, epoch } = slot;
  if (task !== null) {
    const { jobId, link } = task;
    const message = { type: "cancel", jobId, epoch } as const;
    if (!withdraw(draft, jobId)) emit(draft, { type: "send", slot: slot.id, link, message });
    orphan(draft, task.seat, jobId, failed ? slot.id : null);
  }
  return patchSlot(draft, slot, { task: null, epoch: epoch + 1 });
}

export function releaseHost(draft: Draft, host: Host, task: HostTask, failed: boolean): void {
  emit(draft, { type: "host-cancel", worker: host.id });
  orphan(draft, task.seat, task.jobId, failed ? host.id : null);
  patchHost(draft, host, { task: null, epoch: host.epoch + 1 });
}

/** Asks the Zero for an answer that we know. No work before it is right. */
export function beginSelfTest(draft: Draft, slot: Slot, link: Link): Slot {
  const jobId = `t${takeId(draft)}`;
  const { prefix, target, from, to } = SELF_TEST;
  emit(draft, {
    type: "send",
    slot: slot.id,
    link: link.id,
    message: {
      type: "job",
      id: jobId,
      epoch: slot.epoch,
      algorithm: "duco-s1",
      prefix,
      target,
      from,
      to,
      budgetMs: SELF_TEST_LIMIT_MS,
    },
  });
  const asked = copyLink(link);
  asked.tested = false;
  asked.askedAt = draft.now;
  return patchSlot(draft, slot, {
    link: asked,
    task: {
      jobId,
      seat: SELF_TEST_SEAT,
      link: link.id,
      until: draft.now + SELF_TEST_LIMIT_MS,
    },
    // Asked once more without an answer to the last question is no progress.
    progressAt: slot.task?.seat === SELF_TEST_SEAT ? slot.progressAt : draft.now,
  });
}

/** Asks a Zero that is heard for the known answer once more, if there is a link to ask over. */
export function retest(draft: Draft, slot: Slot): void {
  if (slot.link !== null) beginSelfTest(draft, slot, slot.link);
}

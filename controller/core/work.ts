// What a worker holds, and taking it away from one.

import { type Draft, emit, patchHost, patchSeat, patchSlot, seatOf, takeId } from "./draft.ts";
import type { Host } from "./seat.ts";
import { SELF_TEST, SELF_TEST_SEAT } from "./self-test.ts";
import type { Slot } from "./slot.ts";

/** How long the self-test may take: its 100,000 hashes are under 1 s on the slowest Zero. */
const SELF_TEST_LIMIT_MS = 30_000;

/** The seat's job has no worker any more; `tried` remembers who failed it. */
export function orphan(draft: Draft, seatId: string, jobId: string, failedBy: string | null): void {
  const seat = seatOf(draft, seatId);
  if (seat?.job?.id !== jobId) return;
  const tried = failedBy === null ? seat.job.tried : [...seat.job.tried, failedBy];
  patchSeat(draft, seat, {
    state: "working",
    share: null,
    job: { ...seat.job, worker: null, tried },
  });
}

/** Closes the slot's epoch: what it held goes to another worker, and what it still sends about it is discarded. */
export function releaseSlot(draft: Draft, slot: Slot, failed: boolean): Slot {
  const { task, link, epoch } = slot;
  if (task !== null) {
    if (link !== null) {
      emit(draft, {
        type: "send",
        slot: slot.id,
        link: link.id,
        message: { type: "cancel", jobId: task.jobId, epoch },
      });
    }
    orphan(draft, task.seat, task.jobId, failed ? slot.id : null);
  }
  return patchSlot(draft, slot, { task: null, epoch: epoch + 1 });
}

export function releaseHost(draft: Draft, host: Host, failed: boolean): void {
  if (host.task === null) return;
  emit(draft, { type: "host-cancel", worker: host.id });
  orphan(draft, host.task.seat, host.task.jobId, failed ? host.id : null);
  patchHost(draft, host, { task: null, epoch: host.epoch + 1 });
}

/** Asks the Zero for an answer that we know. No work before it is right. */
export function beginSelfTest(draft: Draft, slot: Slot): Slot {
  const { link } = slot;
  if (link === null) return slot;
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
  return patchSlot(draft, slot, {
    link: { ...link, tested: false },
    task: { jobId, seat: SELF_TEST_SEAT, until: draft.now + SELF_TEST_LIMIT_MS },
    progressAt: draft.now,
  });
}

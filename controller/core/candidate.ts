// Who may be given work now, and giving it: over the link to a Zero, or to a thread of the host.

import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import type { JobMessage } from "../../zero-agent/protocol/messages.ts";
import { type Draft, emit, ownSlot, patchHost, patchSlot, report } from "./draft.ts";
import type { Host } from "./seat.ts";
import { isKeptFromWork, isUp, type Link, type Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

/** Whether the slot may work at all: up, proved, neither too hot nor held by an operator. */
export function isFit(slot: Slot, link: Link): boolean {
  return isUp(slot) && link.tested && slot.heat < 2 && !isKeptFromWork(slot);
}

/** Whether the slot may be given what is mined here when it has nothing else to do. */
export function isAble(slot: Slot, link: Link): boolean {
  return link.hasKernel && isFit(slot, link);
}

/** Whether it may be given work now: free, rested, and able to. */
function mayWork(slot: Slot, link: Link, now: number, may = isAble): boolean {
  return slot.task === null && now >= slot.restUntil && may(slot, link);
}

/** A worker that may be given a job now. */
export type Candidate =
  | { readonly kind: "slot"; readonly id: string; readonly worker: Slot; readonly link: Link }
  | { readonly kind: "host"; readonly id: string; readonly worker: Host };

/** The slot as one that may be given work now: what is mined here, or, where it need only be fit, anything. */
export function slotCandidate(worker: Slot, now: number, may = isAble): Candidate | null {
  const { id, link } = worker;
  const free = link !== null && mayWork(worker, link, now, may);
  return free ? { kind: "slot", id, worker, link } : null;
}

export function hostCandidate(worker: Host): Candidate | null {
  return worker.task === null ? { kind: "host", id: worker.id, worker } : null;
}

export function freeWorkers({ rig, now }: Draft, may = isAble): Candidate[] {
  const free: Candidate[] = [];
  for (const slot of rig.slots) {
    const candidate = slotCandidate(slot, now, may);
    if (candidate !== null) free.push(candidate);
  }
  for (const host of rig.hosts) {
    const candidate = hostCandidate(host);
    if (candidate !== null) free.push(candidate);
  }
  return free;
}

/** Whether anybody is free: mostly nobody is, and with two connections a job waits nearly all the time. */
export function isAnyoneFree({ rig, now }: Draft): boolean {
  for (const slot of rig.slots) {
    if (slot.link !== null && mayWork(slot, slot.link, now)) return true;
  }
  return rig.hosts.some(({ task }) => task === null);
}

/** Whether the slot is off for want of work, and would be given some. */
export function isAsleep({ shed, phase, hold }: Slot): boolean {
  return shed?.why === "idle" && phase === "Off" && hold === null;
}

/** It is wanted up, for there is work. */
export function wakeSlot(draft: Draft, slot: Slot): void {
  report(draft, "info", "slot.woken", slot.id, "work");
  draft.stirred = true;
  patchSlot(draft, slot, { shed: null, busyAt: draft.now });
}

export function isDegraded(candidate: Candidate): boolean {
  return candidate.kind === "slot" && candidate.worker.phase === "Degraded";
}

/** What is searched: a job, or a part of one. */
export interface Piece {
  readonly id: string;
  readonly seat: string;
  readonly algorithm: Algorithm;
  readonly prefix: string;
  readonly target: string;
  readonly from: number;
  readonly to: number;
}

/** How long a worker may keep a job: `patience` times its mean time at this rate, within the limits. */
export function jobLimitMs(
  { from = 0, to }: { readonly from?: number; readonly to: number },
  rateHs: number,
  policy: RigState["policy"],
): number {
  if (rateHs <= 0) return policy.jobLimitMaxMs;
  const expectedMs = ((to - from) / 2 / rateHs) * 1000;
  const limitMs = policy.jobPatience * expectedMs;
  return Math.min(policy.jobLimitMaxMs, Math.max(policy.jobLimitMinMs, limitMs));
}

/** Written out: to spread what both have in common took a tenth of a simulated rig's time. */
function messageOf(piece: Piece, epoch: number, budgetMs: number): JobMessage {
  const { id, from, to, algorithm, prefix, target } = piece;
  return algorithm === "duco-s1"
    ? { type: "job", id, epoch, from, to, budgetMs, algorithm, prefix, target }
    : { type: "job", id, epoch, from, to, budgetMs, algorithm, header: prefix, target };
}

export function handOut(
  draft: Draft,
  candidate: Candidate,
  piece: Piece,
  limitMs = Math.round(jobLimitMs(piece, candidate.worker.rateHs, draft.rig.policy)),
): void {
  const { epoch } = candidate.worker;
  const { id, seat } = piece;
  const until = draft.now + limitMs;
  const message = messageOf(piece, epoch, limitMs);
  if (candidate.kind === "host") {
    patchHost(draft, candidate.worker, { task: { jobId: id, seat, until } });
    emit(draft, { type: "host-search", worker: candidate.id, message });
    return;
  }
  const { worker, link } = candidate;
  const slot = ownSlot(draft, worker);
  slot.task = { jobId: id, seat, link: link.id, until };
  slot.busyAt = draft.now;
  // A worker that let the last job pass in silence does not start its clock anew with the next.
  if (slot.unanswered === 0) slot.progressAt = draft.now;
  emit(draft, { type: "send", slot: worker.id, link: link.id, message });
}

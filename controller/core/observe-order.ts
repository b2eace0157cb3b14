// The life of an order: placed, searched piece by piece, ended once. Its end is written down before anybody is told.

import { copyOrder } from "./copy.ts";
import { type Draft, emit, report } from "./draft.ts";
import type { EventOf } from "./event.ts";
import {
  type Find,
  newOrder,
  type Order,
  type OrderEnd,
  type OrderPiece,
  progressOf,
  specOf,
  withWorker,
} from "./order.ts";
import { blame, distrust } from "./trust.ts";
import { losePiece, releaseHost, releaseSlot } from "./work.ts";

/** A check or an end that was not answered is asked for again: the disk may have been full. */
const RETRY_MS = 5000;
/** Below this a result says more about the timer than about the worker's speed. */
const RATE_MIN_ELAPSED_MS = 100;

function patchOrder({ rig }: Draft, order: Order, changes: Partial<Order>): Order {
  const patched = Object.assign(copyOrder(order), changes);
  rig.orders = rig.orders.map((each) => (each.id === order.id ? patched : each));
  return patched;
}

function orderOf({ rig }: Draft, id: string): Order | undefined {
  return rig.orders.find((order) => order.id === id);
}

export function onOrderPlaced(draft: Draft, event: EventOf<"order-placed">): void {
  const { order: spec, forMs } = event;
  if (orderOf(draft, spec.id) !== undefined) return;
  draft.rig.orders = [...draft.rig.orders, newOrder(spec, draft.now + forMs)];
  const { id, algorithm, from, to } = spec;
  report(draft, "info", "job.submitted", null, null, { job: id, algorithm, from, to });
}

export function onOrderCancelled(draft: Draft, event: EventOf<"order-cancelled">): void {
  const order = orderOf(draft, event.order);
  if (order === undefined || order.end !== null) return;
  endOrder(draft, order, { outcome: "cancelled", nonce: null, worker: null, why: event.reason });
}

/** Has a find hashed once more. */
function check(draft: Draft, order: Order, find: Find): void {
  patchOrder(draft, order, { find, retryAt: draft.now + RETRY_MS });
  emit(draft, { type: "check-find", order: specOf(order), nonce: find.nonce });
}

/** Has an end written down. */
function settle(draft: Draft, order: Order, end: OrderEnd): void {
  patchOrder(draft, order, { find: null, end, retryAt: draft.now + RETRY_MS });
  const progress = progressOf(order, draft.now);
  emit(draft, { type: "end-order", order: order.id, end, progress });
}

/** Takes its pieces from all who search them. */
function endOrder(draft: Draft, order: Order, end: OrderEnd): void {
  const given = new Set(order.pieces.map(({ id }) => id));
  settle(draft, order, end);
  for (const slot of draft.rig.slots) {
    if (slot.task !== null && given.has(slot.task.jobId)) releaseSlot(draft, slot, false);
  }
  for (const host of draft.rig.hosts) {
    const { task } = host;
    if (task !== null && given.has(task.jobId)) releaseHost(draft, host, task, false);
  }
}

function counted(order: Order, worker: string, event: EventOf<"result">): Partial<Order> {
  const { hashes, elapsedMs } = event;
  const sum = { hashes: order.hashes + hashes };
  if (elapsedMs < RATE_MIN_ELAPSED_MS) return sum;
  const rateHs = (hashes * 1000) / elapsedMs;
  return { ...sum, workers: withWorker(order.workers, worker, { rateHs, trust: 1 }) };
}

/** Whether the piece is searched by this answer, if it names no nonce: all of it was hashed. */
function isSearched({ from, to }: OrderPiece, { hashes }: EventOf<"result">): boolean {
  return hashes > to - from;
}

/** A worker's answer to the piece that it held. */
export function onPieceResult(draft: Draft, worker: string, event: EventOf<"result">): void {
  const { jobId, nonce } = event;
  for (const known of draft.rig.orders) {
    const piece = known.pieces.find(({ id }) => id === jobId);
    if (piece === undefined) continue;
    const order = patchOrder(draft, known, counted(known, worker, event));
    if (nonce === null && isSearched(piece, event)) dropPiece(draft, order, piece);
    else if (nonce !== null && nonce >= piece.from && nonce <= piece.to) {
      onFind(draft, order, piece, { nonce, worker });
    } else {
      losePiece(draft, piece.id, worker);
      distrustFinder(draft, order, worker);
    }
  }
}

function dropPiece(draft: Draft, order: Order, piece: OrderPiece): void {
  const pieces = order.pieces.filter((each) => each !== piece);
  const left = patchOrder(draft, order, { pieces });
  if (pieces.length > 0 || left.next <= left.to) return;
  endOrder(draft, left, { outcome: "exhausted", nonce: null, worker: null, why: null });
}

/** Its piece stays open until the find was checked; a second find waits, for the first may be wrong. */
function onFind(draft: Draft, order: Order, piece: OrderPiece, find: Find): void {
  losePiece(draft, piece.id, find.worker);
  const lost = orderOf(draft, order.id);
  if (lost === undefined || lost.find !== null) return;
  check(draft, lost, find);
}

/** The answer cannot be: the worker is asked for the known one. */
function distrustFinder(draft: Draft, { id: job }: Order, worker: string): void {
  report(draft, "error", "job.wrong", null, null, { job, worker });
  distrust(draft, worker);
}

export function onFindChecked(draft: Draft, event: EventOf<"find-checked">): void {
  const order = orderOf(draft, event.order);
  const find = order?.find;
  if (order === undefined || find?.nonce !== event.nonce) return;
  if (!event.right) {
    distrustFinder(draft, patchOrder(draft, order, { find: null }), find.worker);
    return;
  }
  blame(draft, [], find.worker);
  const { nonce, worker } = find;
  endOrder(draft, order, { outcome: "found", nonce, worker, why: null });
}

export function onOrderEnded(draft: Draft, event: EventOf<"order-ended">): void {
  const order = orderOf(draft, event.order);
  if (order === undefined || order.end === null) return;
  draft.rig.orders = draft.rig.orders.filter((each) => each !== order);
  const { outcome, nonce, worker, why } = order.end;
  const level = outcome === "failed" ? "warn" : "info";
  const detail = { job: order.id, outcome, nonce, worker, hashes: order.hashes };
  report(draft, level, "job.ended", null, why, detail);
}

/** Ends those whose time is over, and asks again for what was not answered. Part of a tick. */
export function expireOrders(draft: Draft): void {
  for (const order of draft.rig.orders) {
    const { find, end } = order;
    const due = draft.now >= ((find ?? end) ? order.retryAt : order.until);
    if (!due) continue;
    if (end !== null) settle(draft, order, end);
    else if (find !== null) check(draft, order, find);
    else
      endOrder(draft, order, { outcome: "failed", nonce: null, worker: null, why: "time-limit" });
  }
}

/** Writes down how far they are: what was searched since is searched again after a restart. */
export function saveOrders(draft: Draft): void {
  for (const order of draft.rig.orders) {
    if (order.end !== null) continue;
    const progress = progressOf(order, draft.now);
    emit(draft, { type: "save-order", order: order.id, progress });
  }
}

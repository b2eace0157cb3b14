// Orders go before mining: a worker that is free takes a piece of one, as long as no more than `orderShare` of the workers do. What
// a pool has given already is searched first, and while orders want more workers, those ask their pools for nothing new.

import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import { type Candidate, freeWorkers, handOut, isAsleep, isFit, wakeSlot } from "./candidate.ts";
import { copyOrder, copyPiece } from "./copy.ts";
import { type Draft, takeId } from "./draft.ts";
import {
  hasWork,
  heldBy,
  NEW_WORKER,
  ORDERS_SEAT,
  type Order,
  type OrderPiece,
  searchedOf,
} from "./order.ts";
import type { Host } from "./seat.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

/** How long a worker searches one piece: what is lost with a Zero that falls silent. */
const PIECE_MS = 10_000;
/** Towards the end pieces are smaller, so that all are through at about the same time, but no shorter than this. */
const PIECE_MIN_MS = 1000;
/** Of a worker whose speed is not known: well below that of the slowest Zero. */
const SLOWEST_HS: Readonly<Record<Algorithm, number>> = {
  "duco-s1": 50_000,
  sha256d: 20_000,
  scrypt: 20,
};
/** Sleepers are woken for what would take those that are up longer than this: a boot takes half of it. */
const WAKE_WORTH_MS = 60_000;

type Rig = Pick<RigState, "slots" | "hosts" | "orders" | "policy">;

/** Whether the slot's agent has a kernel for it. The known answer is of DUCO-S1, so each has that, whether it says so or not. */
function canSearch({ kernels }: Pick<Slot, "kernels">, algorithm: Algorithm): boolean {
  return algorithm === "duco-s1" || kernels?.[algorithm] !== undefined;
}

function isWorker(slot: Slot): boolean {
  return slot.link !== null && isFit(slot, slot.link);
}

/** Whether the Zero sleeps, and may have a kernel for it once it is up: of one that has not dialled in yet nobody knows. */
function maySearch(slot: Slot, algorithm: Algorithm): boolean {
  return isAsleep(slot) && (slot.kernels === null || canSearch(slot, algorithm));
}

/** How many of so many workers may search orders. */
function limitOf({ policy }: Rig, workers: number): number {
  return Math.max(1, Math.floor(policy.orderShare * workers));
}

function countHeld({ orders }: Rig): number {
  let held = 0;
  for (const order of orders) held += heldBy(order);
  return held;
}

/** How many more workers orders may have now. */
function roomIn(rig: Rig): number {
  const workers = rig.slots.filter(isWorker).length + rig.hosts.length;
  return limitOf(rig, workers) - countHeld(rig);
}

/** Whether the worker is to ask no pool for new work: it searches an order, or is wanted by one. */
export function isForOrders(rig: Rig, worker: Slot | Host): boolean {
  if (rig.orders.length === 0) return false;
  if (worker.task?.seat === ORDERS_SEAT) return true;
  if (roomIn(rig) <= 0) return false;
  const wants = (order: Order) =>
    hasWork(order) && (!("kernels" in worker) || canSearch(worker, order.algorithm));
  return rig.orders.some(wants);
}

/** The rate that the worker is taken to have at this order; 0 where nothing tells. */
function rateOf({ workers, algorithm }: Order, worker: Slot | Host): number {
  const nominal = "kernels" in worker ? worker.kernels?.[algorithm] : 0;
  const { rateHs, trust } = workers[worker.id] ?? NEW_WORKER;
  return trust * (rateHs || nominal || 0);
}

/** Those that may search it now, or as soon as they are free. */
function ableWorkers(rig: Rig, { algorithm }: Order): readonly (Slot | Host)[] {
  const slots = rig.slots.filter((slot) => isWorker(slot) && canSearch(slot, algorithm));
  return [...slots, ...rig.hosts];
}

/** What the worker can search in so long, at the rate that it is taken to have. */
function nonces(order: Order, worker: Slot | Host, ms: number): number {
  const { trust } = order.workers[worker.id] ?? NEW_WORKER;
  const rateHs = rateOf(order, worker) || trust * SLOWEST_HS[order.algorithm];
  return Math.max(1, Math.ceil((rateHs * ms) / 1000));
}

/** How many nonces the next piece of the range has: fewer as the end comes near. */
function lengthOf(rig: Rig, order: Order, worker: Slot | Host): number {
  const left = order.to - order.next + 1;
  const fair = Math.ceil(left / (2 * ableWorkers(rig, order).length));
  const most = Math.min(fair, nonces(order, worker, PIECE_MS));
  return Math.min(left, Math.max(most, nonces(order, worker, PIECE_MIN_MS)));
}

/** A lost piece that the worker did not fail itself; one that it did, only where nobody else could take it. */
function lostPiece(rig: Rig, order: Order, worker: string): OrderPiece | undefined {
  const lost = order.pieces.filter((piece) => piece.worker === null);
  const fresh = lost.find(({ tried }) => !tried.includes(worker));
  if (fresh !== undefined) return fresh;
  const able = ableWorkers(rig, order);
  return lost.find(({ tried }) => able.every(({ id }) => tried.includes(id)));
}

interface Cut {
  readonly from: number;
  readonly to: number;
  readonly tried: readonly string[];
  /** The order's other pieces, and its first nonce that nobody was given, from then on. */
  readonly others: readonly OrderPiece[];
  readonly next: number;
}

/** What the worker is to search: of what was lost no more than it can; null where nothing is for it. */
function cutFor(rig: Rig, order: Order, worker: Slot | Host): Cut | null {
  const { next, pieces } = order;
  const lost = lostPiece(rig, order, worker.id);
  if (lost !== undefined) {
    const to = Math.min(lost.to, lost.from + nonces(order, worker, PIECE_MS) - 1);
    const others = pieces.filter((piece) => piece !== lost);
    if (to < lost.to) {
      const rest = copyPiece(lost);
      rest.from = to + 1;
      others.push(rest);
    }
    return { from: lost.from, to, tried: lost.tried, others, next };
  }
  if (next > order.to) return null;
  const to = next + lengthOf(rig, order, worker) - 1;
  return { from: next, to, tried: [], others: pieces, next: to + 1 };
}

/** `job_patience` times what all of the piece takes, within the limits of every job. */
function limitMsOf({ policy }: Rig, { from, to }: Cut, rateHs: number): number {
  const { jobPatience, jobLimitMinMs, jobLimitMaxMs } = policy;
  // Without a rate it comes to the most.
  const limitMs = (jobPatience * (to - from + 1) * 1000) / rateHs;
  return Math.round(Math.min(jobLimitMaxMs, Math.max(jobLimitMinMs, limitMs)));
}

function give(draft: Draft, order: Order, worker: Candidate, cut: Cut): void {
  const { from, to, tried, others, next } = cut;
  // By a new id each time, so that a late word of who held it last is told apart.
  const id = `${order.id}.${takeId(draft)}`;
  const pieces = [...others, { id, from, to, worker: worker.id, tried }];
  const given = copyOrder(order);
  given.next = next;
  given.pieces = pieces;
  draft.rig.orders = draft.rig.orders.map((each) => (each === order ? given : each));
  const { algorithm, prefix, target } = order;
  const limitMs = limitMsOf(draft.rig, cut, rateOf(order, worker.worker));
  const seat = ORDERS_SEAT;
  handOut(draft, worker, { id, seat, algorithm, prefix, target, from, to }, limitMs);
}

/** A piece of the order that has the fewest workers, the oldest of these. Returns whether there was one for it. */
function serve(draft: Draft, worker: Candidate): boolean {
  const able = draft.rig.orders.filter(
    (order) =>
      hasWork(order) && (worker.kind === "host" || canSearch(worker.worker, order.algorithm)),
  );
  for (const order of able.toSorted((a, b) => heldBy(a) - heldBy(b))) {
    const cut = cutFor(draft.rig, order, worker.worker);
    if (cut === null) continue;
    give(draft, order, worker, cut);
    return true;
  }
  return false;
}

/** How long those that are up would take for what nobody searches yet. */
function leftMs(order: Order, up: readonly (Slot | Host)[]): number {
  const left = order.to - order.from + 1 - searchedOf(order.from, order.next, order.pieces);
  const slowest = SLOWEST_HS[order.algorithm];
  const rateHs = up.reduce((sum, worker) => sum + (rateOf(order, worker) || slowest), 0);
  return (left * 1000) / rateHs;
}

/** Wakes those that sleep for want of work where orders have more than those that are up can do soon. */
function wakeFor(draft: Draft, order: Order): void {
  const { rig } = draft;
  const sleepers = rig.slots.filter((slot) => maySearch(slot, order.algorithm));
  const up = ableWorkers(rig, order);
  if (leftMs(order, up) < WAKE_WORTH_MS) return;
  const room = limitOf(rig, up.length + sleepers.length) - up.length;
  for (const slot of sleepers.slice(0, Math.max(0, room))) wakeSlot(draft, slot);
}

/** Gives every free worker that orders may have a piece of one. */
export function dispatchOrders(draft: Draft): void {
  const { rig } = draft;
  const free = freeWorkers(draft, isFit);
  let room = roomIn(rig);
  for (const worker of free) if (room > 0 && serve(draft, worker)) room--;
  for (const order of rig.orders) if (hasWork(order)) wakeFor(draft, order);
}

/** Why nobody searches the order now: nobody has the kernel, nobody who has it may work, or all have something else; null if somebody does. */
export function waitsFor(rig: Rig, order: Order): "kernel" | "worker" | "turn" | null {
  if (heldBy(order) > 0 || !hasWork(order)) return null;
  if (ableWorkers(rig, order).length > 0) return "turn";
  const known = rig.slots.every(({ kernels }) => kernels !== null);
  const none = rig.slots.every((slot) => !canSearch(slot, order.algorithm));
  return known && none ? "kernel" : "worker";
}

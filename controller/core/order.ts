// What anybody may have searched: the API calls it a job, but in the core that word is a pool's, so here it is an order. Its
// range is handed out in pieces; what is searched is what was handed out and came back.

import type { Algorithm } from "../../zero-agent/kernels/kernel.ts";
import { copyOrder, copyPiece } from "./copy.ts";

/** Stands where a task names its seat: pieces of orders belong to no pool connection. */
export const ORDERS_SEAT = "orders";

export interface OrderSpec {
  readonly id: string;
  readonly algorithm: Algorithm;
  /** What is hashed in front of the nonce: DUCO-S1's prefix, or the header less its nonce. */
  readonly prefix: string;
  readonly target: string;
  /** Both inclusive. */
  readonly from: number;
  readonly to: number;
}

export interface OrderPiece {
  readonly id: string;
  /** Both inclusive. */
  readonly from: number;
  readonly to: number;
  /** Null: it was lost, and waits for another. */
  readonly worker: string | null;
  /** Workers that failed it. */
  readonly tried: readonly string[];
}

/** What a worker did for the order in this run of the controller. */
export interface OrderWorker {
  /** Of its last piece that took long enough to tell; 0 before that. */
  readonly rateHs: number;
  /** Halved with each piece that it failed since: what it was taken to be capable of is too much. */
  readonly trust: number;
}

/** What is known of a worker that did nothing yet. */
export const NEW_WORKER: OrderWorker = { rateHs: 0, trust: 1 };

export interface OrderEnd {
  readonly outcome: "found" | "exhausted" | "cancelled" | "failed";
  /** The solution, and who found it. */
  readonly nonce: number | null;
  readonly worker: string | null;
  readonly why: string | null;
}

/** A nonce that a worker named, until it was hashed once more here. */
export interface Find {
  readonly nonce: number;
  readonly worker: string;
}

export interface Order extends OrderSpec {
  /** The first nonce that nobody was given yet. */
  readonly next: number;
  /** What was given out below `next` and is not searched. */
  readonly pieces: readonly OrderPiece[];
  readonly hashes: number;
  readonly workers: Readonly<Record<string, OrderWorker>>;
  readonly find: Find | null;
  /** How it ends, until that is written down. */
  readonly end: OrderEnd | null;
  /** When the check of a find, or the writing of the end, is asked for once more. */
  readonly retryAt: number;
  /** Its time limit. */
  readonly until: number;
}

/** What is written down of an order's progress: all that is not in here was searched. */
export interface OrderProgress {
  readonly next: number;
  /** Ranges below `next`, both ends inclusive. */
  readonly open: readonly (readonly [from: number, to: number])[];
  readonly hashes: number;
  readonly leftMs: number;
}

export type OrderMemory = OrderSpec & OrderProgress;

/** What is searched, alone. */
export function specOf({ id, algorithm, prefix, target, from, to }: OrderSpec): OrderSpec {
  return { id, algorithm, prefix, target, from, to };
}

export function newOrder(spec: OrderSpec, until: number): Order {
  return {
    ...specOf(spec),
    next: spec.from,
    pieces: [],
    hashes: 0,
    workers: {},
    find: null,
    end: null,
    retryAt: Number.NEGATIVE_INFINITY,
    until,
  };
}

/** What an earlier run left: its pieces are given again. Time in which no controller ran does not count. */
export function recalledOrder(memory: OrderMemory, now: number): Order {
  const pieces = memory.open.map(([from, to], index): OrderPiece => {
    const id = `${memory.id}.r${index}`;
    return { id, from, to, worker: null, tried: [] };
  });
  const { next, hashes } = memory;
  return { ...newOrder(memory, now + memory.leftMs), next, pieces, hashes };
}

export function progressOf(order: Order, now: number): OrderProgress {
  const open = order.pieces.map(({ from, to }) => [from, to] as const);
  const leftMs = Math.max(0, order.until - now);
  return { next: order.next, open, hashes: order.hashes, leftMs };
}

/** How many nonces were searched in vain: all below `next` but those of the open ranges. */
export function searchedOf(
  from: number,
  next: number,
  open: readonly Pick<OrderPiece, "from" | "to">[],
): number {
  return open.reduce((sum, range) => sum - (range.to - range.from + 1), next - from);
}

/** What is known of the workers, with this of one of them. */
export function withWorker(
  workers: Order["workers"],
  name: string,
  worker: OrderWorker,
): Order["workers"] {
  return Object.assign({}, workers, { [name]: worker });
}

function union(some: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...some, ...more])];
}

/** Lost pieces that lie side by side as one: however often pieces are lost, there are about as many as workers. */
function joined(pieces: readonly OrderPiece[]): readonly OrderPiece[] {
  const result: OrderPiece[] = [];
  for (const piece of pieces.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    const joins = last?.worker === null && piece.worker === null && last.to + 1 === piece.from;
    if (!joins) result.push(piece);
    else {
      const both = copyPiece(last);
      both.to = piece.to;
      both.tried = union(last.tried, piece.tried);
      result[result.length - 1] = both;
    }
  }
  return result;
}

/** The order after the piece lost its worker, who failed it or did not. */
export function withoutHolder(order: Order, pieceId: string, failedBy: string | null): Order {
  const pieces = order.pieces.map((piece) => {
    if (piece.id !== pieceId) return piece;
    const free = copyPiece(piece);
    free.worker = null;
    free.tried = union(piece.tried, failedBy === null ? [] : [failedBy]);
    return free;
  });
  const lost = copyOrder(order);
  lost.pieces = joined(pieces);
  if (failedBy === null) return lost;
  const { rateHs, trust } = order.workers[failedBy] ?? NEW_WORKER;
  lost.workers = withWorker(order.workers, failedBy, { rateHs, trust: trust / 2 });
  return lost;
}

/** Whether it has something that nobody searches. While a find is checked it gives out nothing. */
export function hasWork({ find, end, next, to, pieces }: Order): boolean {
  if (find !== null || end !== null) return false;
  return next <= to || pieces.some(({ worker }) => worker === null);
}

/** How many workers search it now. */
export function heldBy({ pieces }: Order): number {
  let held = 0;
  for (const { worker } of pieces) if (worker !== null) held++;
  return held;
}

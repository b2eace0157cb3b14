// An order under any run of answers, refusals and losses: each nonce is searched, none is given to two at a time, and the end is right.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event } from "../../controller/core/event.ts";
import { newOrder, ORDERS_SEAT, type Order } from "../../controller/core/order.ts";
import type { RigState } from "../../controller/core/state.ts";
import { step } from "../../controller/core/step.ts";
import { ofType } from "../sim/effects.ts";
import { freed, orderSpec } from "../sim/order-scene.ts";
import { mining } from "../sim/scene.ts";
import { holds } from "./runs.ts";

const base = mining({ hostWorkers: 1 }, 0);
const { now } = base;

const WORKERS = ["p1", "p2", "p3", "p4", "h1"] as const;
/** What a worker does that has a piece: searches all, or less; names a nonce of another's; refuses; keeps it too long. */
const DEEDS = ["vain", "vain", "vain", "short", "stray", "refused", "late"] as const;

interface Deed {
  readonly worker: (typeof WORKERS)[number];
  readonly does: (typeof DEEDS)[number];
}

const deed = fc.record({ worker: fc.constantFrom(...WORKERS), does: fc.constantFrom(...DEEDS) });
const deeds = fc.array(deed, { minLength: 5, maxLength: 40 });
/** Some nonces each, so that the edges are met. */
const rates = fc.double({ min: 0.1, max: 2, noNaN: true });

/** The nonces from one to another, both included. */
function nonces(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** All workers are free and well, the Zeros as fast as this. */
function freedOf(state: RigState, orders: readonly Order[], hs: number): RigState {
  const slots = Object.fromEntries(
    state.slots.map(({ id }) => [id, { kernels: { "duco-s1": hs }, barren: 0 }]),
  );
  return freed(state, { orders, slots, hostWorkers: 1 });
}

/** The state as if the worker had held its task for too long. */
function overdue(state: RigState, worker: string): RigState {
  const late = <T extends RigState["slots"][0] | RigState["hosts"][0]>(each: T): T =>
    each.id === worker && each.task ? { ...each, task: { ...each.task, until: now } } : each;
  return { ...state, slots: state.slots.map(late), hosts: state.hosts.map(late) };
}

class Run {
  state: RigState;
  /** What was hashed in vain, and how the order ended. */
  readonly searched = new Set<number>();
  readonly ends: string[] = [];
  readonly #hs: number;

  constructor(order: Order, hs: number) {
    this.#hs = hs;
    // Of a host's thread nobody knows the rate before it answered.
    const workers = { h1: { rateHs: hs, trust: 1 } };
    this.state = freedOf(base.state, [{ ...order, workers }], hs);
    this.#post({ type: "tick", now });
  }

  get order(): Order {
    return this.state.orders[0] as Order;
  }

  #post(event: Event): void {
    const { state, effects } = step(this.state, event);
    this.state = state;
    for (const { end } of ofType(effects, "end-order")) this.ends.push(end.outcome);
  }

  do({ worker, does }: Deed): void {
    const slot = this.state.slots.find(({ id }) => id === worker);
    const busy = slot ?? this.state.hosts.find(({ id }) => id === worker);
    const piece = this.order.pieces.find(({ id }) => id === busy?.task?.jobId);
    if (busy === undefined || piece === undefined) return;
    const { from, to, id: jobId } = piece;
    const at = { now, worker, link: slot?.link?.id ?? null, jobId, epoch: busy.epoch };
    const answer = (nonce: number | null, hashes: number) => {
      this.#post({ type: "result", ...at, nonce, hashes, elapsedMs: 1000 });
    };
    if (does === "vain") {
      for (const nonce of nonces(from, to)) this.searched.add(nonce);
      answer(null, to - from + 1);
    } else if (does === "short") answer(null, to - from);
    else if (does === "stray") answer(to + 1, to - from + 1);
    else if (does === "refused") this.#post({ type: "nack", ...at });
    else {
      this.state = overdue(this.state, worker);
      this.#post({ type: "tick", now });
    }
  }

  /** From now on all is well; runs until the order is over. */
  finish(): void {
    // Whoever was given up on is well again; what they held is lost.
    const pieces = this.order.pieces.map((piece) => ({ ...piece, worker: null }));
    this.state = freedOf(this.state, [{ ...this.order, pieces }], this.#hs);
    this.#post({ type: "tick", now });
    for (let round = 0; round < 200 && this.order.end === null; round++) {
      for (const worker of WORKERS) this.do({ worker, does: "vain" });
    }
  }

  /** What must be so after each step. */
  check(): void {
    const { from, to, next, pieces } = this.order;
    const open = pieces.flatMap((piece) => nonces(piece.from, piece.to));
    const inHand = new Set(open);
    expect(open.length).toBe(inHand.size);
    expect(next).toBeLessThanOrEqual(to + 1);
    expect(open.filter((nonce) => nonce < from || nonce >= next)).toEqual([]);
    const isKnown = (nonce: number) => inHand.has(nonce) || this.searched.has(nonce);
    expect(nonces(from, next - 1).every(isKnown)).toBe(true);
    // Who is said to hold a piece does.
    const held = pieces.flatMap(({ id, worker }) => (worker ? [`${worker} ${id}`] : []));
    const tasks = [...this.state.slots, ...this.state.hosts].flatMap(({ id, task }) =>
      task?.seat === ORDERS_SEAT ? [`${id} ${task.jobId}`] : [],
    );
    expect(tasks.sort()).toEqual(held.sort());
  }
}

describe("an order", () => {
  it("is searched whole, each nonce by one at a time, whatever its workers do", () => {
    const lengths = fc.integer({ min: 1, max: 40 });
    holds([fc.nat({ max: 50 }), lengths, rates, deeds], (from, length, hs, all) => {
      const order = newOrder(orderSpec({ from, to: from + length - 1 }), now + 1e9);
      const run = new Run(order, hs);
      run.check();
      for (const each of all) {
        run.do(each);
        run.check();
      }
      if (run.order.end === null) run.finish();
      expect(run.ends).toEqual(["exhausted"]);
      expect(run.searched.size).toBe(length);
    });
  });
});

// What each event means for an order, one step at a time: answers counted, finds checked, ends written before anybody is told.

import { describe, expect, it } from "vitest";
import { ofType, reportsOf } from "../../test/sim/effects.ts";
import { freed, orderSpec } from "../../test/sim/order-scene.ts";
import { mining } from "../../test/sim/scene.ts";
import type { Event, EventOf } from "./event.ts";
import { newOrder, ORDERS_SEAT, type Order, type OrderPiece } from "./order.ts";
import { orderView } from "./order-view.ts";
import type { RigState } from "./state.ts";
import { step } from "./step.ts";

const base = mining({ hostWorkers: 1 }, 0);
const { now } = base;
const RETRY_MS = 5000;

type Given = Partial<Parameters<typeof freed>[1]>;

/** All of it was given out: p1 holds 0 to 99, p2 100 to 199. */
function orderWith(more: Partial<Order> = {}): Order {
  const pieces = [piece("j1.1", 0, "p1"), piece("j1.2", 100, "p2")];
  const order = newOrder(orderSpec({ from: 0, to: 199 }), now + 60_000);
  return { ...order, next: 200, pieces, ...more };
}

function piece(id: string, from: number, worker: string | null): OrderPiece {
  return { id, from, to: from + 99, worker, tried: [] };
}

/** A worker's task, if it is a piece of an order. */
function holds(jobId: string, seat = ORDERS_SEAT) {
  return { task: { jobId, seat, link: 1, until: now + 60_000 } };
}

/** Who is said to hold a piece does, and p3 and p4 have work of their pools. */
function rigWith(order: Partial<Order> = {}, given: Given = {}): RigState {
  const slots = {
    p1: holds("j1.1"),
    p2: holds("j1.2"),
    p3: holds("p3-1", "p3"),
    p4: holds("p4-1", "p4"),
    ...given.slots,
  };
  return freed(base.state, { orders: [orderWith(order)], ...given, slots });
}

function stepped(rig: RigState, event: Event) {
  const { state, effects } = step(rig, event);
  return { state, effects, order: state.orders[0] as Order, reports: reportsOf(effects) };
}

function tickAt(rig: RigState, at: number) {
  return stepped({ ...rig, lastTickAt: at - 100 }, { type: "tick", now: at });
}

/** p1's answer to what it holds. */
function answered(rig: RigState, result: Partial<EventOf<"result">>) {
  const { link, epoch, task } = rig.slots[0] as RigState["slots"][0];
  return stepped(rig, {
    type: "result",
    now,
    worker: "p1",
    link: link?.id ?? 0,
    jobId: task?.jobId ?? "",
    epoch,
    nonce: null,
    hashes: 100,
    elapsedMs: 1000,
    ...result,
  });
}

const cancelled = { type: "order-cancelled", now, order: "j1", reason: "enough" } as const;

describe("an order that is placed", () => {
  const spec = orderSpec({ id: "j2", from: 10, to: 20 });
  const placed = (order: typeof spec) =>
    stepped(rigWith(), { type: "order-placed", now, order, forMs: 7000 });

  it("is open until its time is over, and is told of", () => {
    const { state, reports } = placed(spec);
    expect(state.orders[1]).toMatchObject({ ...spec, until: now + 7000, find: null, end: null });
    expect(reports).toEqual([
      {
        level: "info",
        ev: "job.submitted",
        slot: null,
        why: null,
        detail: { job: "j2", algorithm: "duco-s1", from: 10, to: 20 },
      },
    ]);
  });

  it("is told of once", () => {
    const { state, reports } = placed({ ...spec, id: "j1" });
    expect(state.orders).toEqual([orderWith()]);
    expect(reports).toEqual([]);
  });
});

describe("an answer without a nonce", () => {
  it("ends the piece, and counts", () => {
    const { order, effects } = answered(rigWith({ hashes: 5 }), {});
    expect(order.pieces).toEqual([piece("j1.2", 100, "p2")]);
    expect(order).toMatchObject({ hashes: 105, end: null });
    expect(effects).toEqual([]);
  });

  it.each<[string, Partial<Order>, boolean]>([
    ["the last piece", { pieces: [piece("j1.1", 0, "p1")] }, true],
    ["one of two", {}, false],
    [
      "the only one, while one nonce is to be given",
      { pieces: [piece("j1.1", 0, "p1")], next: 199 },
      false,
    ],
  ])("of %s", (_, order, ends) => {
    const { effects } = answered(rigWith(order, { policy: { orderShare: 0 } }), {});
    const end = { outcome: "exhausted", nonce: null, worker: null, why: null };
    expect(ofType(effects, "end-order").map((effect) => effect.end)).toEqual(ends ? [end] : []);
  });

  it.each([
    ["all of it", 100, []],
    ["more than all", 101, []],
    ["one less", 99, [{ job: "j1", worker: "p1" }]],
    ["nothing", 0, [{ job: "j1", worker: "p1" }]],
  ])("counts as %s was hashed", (_, hashes, wrong) => {
    const { reports } = answered(rigWith(), { hashes });
    const told = reports.filter(({ ev }) => ev === "job.wrong");
    expect(told.map(({ detail }) => detail)).toEqual(wrong);
    for (const { level } of told) expect(level).toBe("error");
  });

  it.each([
    ["tells the worker's speed, and it is trusted again", 100, { rateHs: 1000, trust: 1 }],
    ["tells nothing if it was too quick", 99, { rateHs: 7, trust: 0.5 }],
  ])("%s", (_, elapsedMs, known) => {
    const workers = { p1: { rateHs: 7, trust: 0.5 }, p2: { rateHs: 8, trust: 1 } };
    const { order } = answered(rigWith({ workers }), { elapsedMs });
    expect(order.workers).toEqual({ ...workers, p1: known });
  });

  it("says nothing of how its worker mines, and counts among its hashes", () => {
    const known = { rateHs: 240_000, rateWeightMs: 20_000, slowResults: 2 };
    const { state } = answered(rigWith({}, { slots: { p1: { ...holds("j1.1"), ...known } } }), {});
    expect(state.slots[0]).toMatchObject(known);
    const pieces = [piece("j1.1", 0, "h1")];
    const host = { ...holds("j1.1"), rateHs: 1e6, rateWeightMs: 20_000, hashes: 7 };
    const rig = rigWith({ pieces }, { slots: { p1: { task: null } }, hosts: host, hostWorkers: 1 });
    const epoch = rig.hosts[0]?.epoch ?? 0;
    const at = { now, worker: "h1", link: null, jobId: "j1.1", epoch };
    const said = { type: "result", ...at, nonce: null, hashes: 100, elapsedMs: 1000 } as const;
    expect(stepped(rig, said).state.hosts[0]).toMatchObject({
      rateHs: 1e6,
      rateWeightMs: 20_000,
      hashes: 107,
    });
  });

  it("of one that fell silent and is warm makes it degraded, at once", () => {
    const p1 = { ...holds("j1.1"), phase: "Suspect", why: "silent", heat: 1 } as const;
    const { state } = answered(rigWith({}, { slots: { p1 } }), {});
    expect(state.slots[0]).toMatchObject({ phase: "Degraded", why: "hot" });
  });

  it("on a piece that nobody has any more says nothing", () => {
    const rig = rigWith({ pieces: [piece("j1.9", 0, null), piece("j1.2", 100, "p2")] });
    const { order, effects } = answered(rig, {});
    expect(order).toMatchObject({ hashes: 0, next: 200, end: null });
    expect(ofType(effects, "end-order")).toEqual([]);
  });
});

describe("an answer with a nonce", () => {
  it.each([
    [0, true],
    [99, true],
    [100, false],
    [-1, false],
  ])("of %i is hashed once more if it lies within the piece", (nonce, isCheck) => {
    const { order, effects, reports } = answered(rigWith(), { nonce, hashes: 3 });
    const check = { type: "check-find", order: orderSpec({ from: 0, to: 199 }), nonce };
    expect(ofType(effects, "check-find")).toEqual(isCheck ? [check] : []);
    expect(order.find).toEqual(isCheck ? { nonce, worker: "p1" } : null);
    expect(reports.some(({ ev }) => ev === "job.wrong")).toBe(!isCheck);
    expect(order.pieces.find(({ from }) => from === 0)).toMatchObject(
      isCheck ? { worker: null, tried: ["p1"] } : { tried: ["p1"] },
    );
    expect(order.hashes).toBe(3);
  });

  it("waits while another is checked", () => {
    const find = { nonce: 150, worker: "p2" };
    const { order, effects } = answered(rigWith({ find }), { nonce: 7 });
    expect(order.find).toEqual(find);
    expect(ofType(effects, "check-find")).toEqual([]);
  });
});

describe("a find", () => {
  const found = { find: { nonce: 7, worker: "p1" }, retryAt: now + RETRY_MS };
  const checked = (right: boolean, nonce = 7, slots: Given["slots"] = {}) =>
    stepped(rigWith(found, { slots: { p1: { task: null, barren: 3 }, ...slots } }), {
      type: "find-checked",
      now,
      order: "j1",
      nonce,
      right,
    });

  it("that is right ends the order, and clears its finder", () => {
    const { effects, state } = checked(true);
    expect(ofType(effects, "end-order")).toMatchObject([
      { order: "j1", end: { outcome: "found", nonce: 7, worker: "p1", why: null } },
    ]);
    expect(state.slots[0]?.barren).toBe(0);
  });

  it("that is wrong counts against its finder, and the search goes on", () => {
    const { order, reports, state } = checked(false);
    expect(order).toMatchObject({ find: null, end: null });
    expect(reports).toContainEqual({
      level: "error",
      ev: "job.wrong",
      slot: null,
      why: null,
      detail: { job: "j1", worker: "p1" },
    });
    expect(state.slots[0]?.barren).toBe(4);
  });

  it("is not judged by a word on another nonce", () => {
    const { order, effects } = checked(true, 8);
    expect(order).toMatchObject(found);
    expect(ofType(effects, "end-order")).toEqual([]);
  });

  it("is checked again after a while, not before", () => {
    const asked = (afterMs: number) =>
      ofType(tickAt(rigWith(found), now + afterMs).effects, "check-find").length;
    expect([RETRY_MS - 1, RETRY_MS].map(asked)).toEqual([0, 1]);
    const { order } = tickAt(rigWith(found), now + RETRY_MS);
    expect(order.retryAt).toBe(now + 2 * RETRY_MS);
  });
});

describe("the end", () => {
  it("takes its pieces from all who search them, and from nobody else", () => {
    const pieces = [piece("j1.1", 0, "p1"), piece("j1.2", 100, "p2"), piece("j1.3", 200, "h1")];
    const other = orderWith({ id: "j2", pieces: [piece("j2.1", 0, "p4")] });
    const rig = rigWith(
      {},
      {
        orders: [orderWith({ pieces }), other],
        slots: { p4: holds("j2.1") },
        hosts: holds("j1.3"),
        hostWorkers: 1,
      },
    );
    const { state, effects } = stepped(rig, cancelled);
    const sent = ofType(effects, "send").map(({ slot, message }) => [slot, message]);
    expect(sent).toEqual(
      (["p1", "p2"] as const).map((id, index) => {
        const epoch = rig.slots[index]?.epoch;
        return [id, { type: "cancel", jobId: `j1.${index + 1}`, epoch }];
      }),
    );
    expect(ofType(effects, "host-cancel")).toEqual([{ type: "host-cancel", worker: "h1" }]);
    expect([...state.slots, ...state.hosts].map(({ task }) => task?.jobId)).toEqual([
      undefined,
      undefined,
      "p3-1",
      "j2.1",
      undefined,
    ]);
    expect(state.orders[1]).toEqual(other);
  });

  it("leaves a thread of the host alone that does something else", () => {
    const rig = rigWith({}, { hosts: holds("j2.1"), hostWorkers: 1 });
    expect(ofType(stepped(rig, cancelled).effects, "host-cancel")).toEqual([]);
  });

  it("is written with what was done, and again until it is", () => {
    const { order, effects } = stepped(rigWith({ hashes: 9 }), cancelled);
    const end = { outcome: "cancelled", nonce: null, worker: null, why: "enough" } as const;
    const open = [
      [0, 99],
      [100, 199],
    ] as const;
    const progress = { next: 200, open, hashes: 9, leftMs: 60_000 };
    expect(ofType(effects, "end-order")).toEqual([
      { type: "end-order", order: "j1", end, progress },
    ]);
    expect(order).toMatchObject({ end, find: null, retryAt: now + RETRY_MS });
    const ended = rigWith({ end, retryAt: now + RETRY_MS });
    const asked = (afterMs: number) =>
      ofType(tickAt(ended, now + afterMs).effects, "end-order").map((effect) => effect.end);
    expect([RETRY_MS - 1, RETRY_MS].map(asked)).toEqual([[], [end]]);
    expect(tickAt(ended, now + RETRY_MS).order.retryAt).toBe(now + 2 * RETRY_MS);
  });

  it("is the one that was decided first, whatever comes of a find", () => {
    const find = { nonce: 7, worker: "p1" };
    const { state } = stepped(rigWith({ find }), cancelled);
    expect(state.orders[0]?.find).toBeNull();
    for (const right of [true, false]) {
      const word = { type: "find-checked", now, order: "j1", nonce: 7, right } as const;
      const after = stepped(state, word);
      expect(after.order.end?.outcome).toBe("cancelled");
      expect(after.effects).toEqual([]);
    }
  });

  it.each([
    ["found", "info", "p1"],
    ["failed", "warn", null],
  ] as const)(
    "%s is told of at its level, with all that there is to say",
    (outcome, level, worker) => {
      const end = { outcome, nonce: 7, worker, why: "time-limit" };
      const event = { type: "order-ended", now, order: "j1" } as const;
      const { state, reports } = stepped(rigWith({ end, hashes: 9 }), event);
      expect(state.orders).toEqual([]);
      const detail = { job: "j1", outcome, nonce: 7, worker, hashes: 9 };
      expect(reports).toEqual([{ level, ev: "job.ended", slot: null, why: "time-limit", detail }]);
    },
  );

  it("comes when the time is over, not before, and not while a find is checked", () => {
    const failed = (afterMs: number, order: Partial<Order> = {}) =>
      ofType(tickAt(rigWith(order), now + afterMs).effects, "end-order").map(({ end }) => end.why);
    expect(failed(59_999)).toEqual([]);
    expect(failed(60_000)).toEqual(["time-limit"]);
    const find = { nonce: 7, worker: "p1" };
    expect(failed(60_000, { find, retryAt: now + 60_001 })).toEqual([]);
    expect(failed(60_000, { find, retryAt: now })).toEqual([]);
  });
});

describe("what is said of an order", () => {
  const viewed = (more: Partial<Order>, at = now) => {
    const rig = rigWith(more);
    return orderView(rig, rig.orders[0] as Order, at);
  };

  it("is who searches it, how fast, and what is left", () => {
    const workers = { p1: { rateHs: 100.4, trust: 1 }, p3: { rateHs: 5, trust: 1 } };
    const pieces = [piece("j1.1", 0, "p1"), piece("j1.2", 300, "p2"), piece("j1.3", 400, null)];
    const view = viewed({ to: 999, next: 500, pieces, workers, hashes: 205 }, now + 1000.4);
    expect(view).toEqual({
      state: "running",
      waits_for: null,
      searched: 200,
      hashes: 205,
      hashrate_hs: 100,
      workers: ["p1", "p2"],
      left_ms: 59_000,
    });
    const both = { p1: { rateHs: 100.4, trust: 1 }, p2: { rateHs: 50.3, trust: 1 } };
    expect(viewed({ workers: both }).hashrate_hs).toBe(151);
  });

  it("is that it waits, as long as nobody had any of it", () => {
    expect(viewed({ next: 0, pieces: [] })).toMatchObject({ state: "queued", searched: 0 });
    expect(viewed({ next: 1, pieces: [] })).toMatchObject({ state: "running", searched: 1 });
  });

  it("is no time less than none", () => {
    expect([59_999.4, 60_000, 61_000].map((ms) => viewed({}, now + ms).left_ms)).toEqual([1, 0, 0]);
  });
});

it("what is written down while it is searched is how far it is; not of one that is over", () => {
  const end = { outcome: "cancelled", nonce: null, worker: null, why: "" } as const;
  const orders = [orderWith({ hashes: 3 }), orderWith({ id: "j2", end })];
  const { effects } = stepped(rigWith({}, { orders }), { type: "quiesce", now });
  const open = [
    [0, 99],
    [100, 199],
  ];
  expect(ofType(effects, "save-order")).toEqual([
    { type: "save-order", order: "j1", progress: { next: 200, open, hashes: 3, leftMs: 60_000 } },
  ]);
});

// Who gets which piece of which order, how long, and for whom a sleeper is woken: on rigs whose numbers are easy to reckon with.

import { describe, expect, it } from "vitest";
import { ofType } from "../../test/sim/effects.ts";
import { freed, orderSpec } from "../../test/sim/order-scene.ts";
import { mining } from "../../test/sim/scene.ts";
import { dispatchOrders, isForOrders, waitsFor } from "./dispatch-orders.ts";
import { draftOf } from "./draft.ts";
import { newOrder, ORDERS_SEAT, type Order, type OrderPiece } from "./order.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

const base = mining({ hostWorkers: 2 }, 0);
const { now } = base;

type Given = Partial<Parameters<typeof freed>[1]>;
type Dealt = Readonly<Record<string, readonly [order: string, from: number, to: number]>>;

/** From 0 on, of more than anybody does soon. */
function orderWith(more: Partial<Order> = {}): Order {
  return { ...newOrder(orderSpec({ from: 0, to: 999_999 }), now + 1e9), ...more };
}

function piece(
  from: number,
  to: number,
  worker: string | null,
  tried: readonly string[] = [],
): OrderPiece {
  return { id: `x.${from}`, from, to, worker, tried };
}

function rigWith(given: Given): RigState {
  return freed(base.state, { orders: [orderWith()], ...given });
}

function dispatched(given: Given) {
  const draft = draftOf(rigWith(given), now);
  dispatchOrders(draft);
  return draft;
}

/** What each worker was given. */
function dealt(given: Given): Dealt {
  const { rig } = dispatched(given);
  const held = rig.orders.flatMap(({ id, pieces }) =>
    pieces.map(({ worker, from, to }) => [worker, [id, from, to]] as const),
  );
  const busy = new Set([...rig.slots, ...rig.hosts].flatMap(({ id, task }) => (task ? [id] : [])));
  return Object.fromEntries(held.filter(([worker]) => worker !== null && busy.has(worker)));
}

const AWAY: Partial<Slot> = { phase: "Booting" };
const BUSY: Partial<Slot> = { task: { jobId: "x", seat: "p1", link: 1, until: now + 1e6 } };
/** All others are away. */
const ONLY_P1 = { p2: AWAY, p3: AWAY, p4: AWAY };
const ONLY_P1_P2 = { p3: AWAY, p4: AWAY };

/** What p1 is given of an order, alone in the rig. */
function givenToP1(more: Partial<Order>, p1: Partial<Slot> = {}) {
  return dealt({ orders: [orderWith(more)], slots: { ...ONLY_P1, p1 } })["p1"]?.slice(1);
}

describe("a piece of what nobody was given yet", () => {
  const did = (rateHs: number, trust: number) => ({
    workers: { p1: { rateHs, trust } },
  });

  it.each<[string, Partial<Order>, Partial<Slot>, readonly [number, number]]>([
    ["is ten seconds' work", {}, {}, [0, 999]],
    ["begins where the last one ended", { next: 5000 }, {}, [5000, 5999]],
    ["is what its worker showed it does, whatever it says", did(300, 1), {}, [0, 2999]],
    ["is what its worker says, if it showed nothing", did(0, 1), {}, [0, 999]],
    ["is less for one that failed", did(0, 0.5), {}, [0, 499]],
    ["is less for one that failed and showed its speed", did(300, 0.5), {}, [0, 1499]],
    ["is one nonce at least", did(0, 0.000_001), {}, [0, 0]],
    ["is one nonce even for one that fails without end", did(0, 0), {}, [0, 0]],
    ["is no less than what is done in that time", did(33.35, 1), {}, [0, 333]],
    ["is small for a worker that says nothing", {}, { kernels: null }, [0, 499_999]],
    ["is smaller if it failed", did(0, 0.5), { kernels: null }, [0, 249_999]],
    [
      "is small for one that names no rate of sha256d",
      { algorithm: "sha256d" },
      { kernels: { sha256d: 0 } },
      [0, 199_999],
    ],
    [
      "is small for one that names no rate of scrypt",
      { algorithm: "scrypt" },
      { kernels: { scrypt: 0 } },
      [0, 199],
    ],
    ["is half of what is left, towards the end", { to: 999 }, {}, [0, 499]],
    ["is half of what is left of it", { next: 5000, to: 5999 }, {}, [5000, 5499]],
    ["is the greater half", { to: 1000 }, {}, [0, 500]],
    ["is no less than a second's work", { to: 150 }, {}, [0, 99]],
    ["is no more than what is left", { to: 50 }, {}, [0, 50]],
    ["may be the last nonce", { next: 999_999 }, {}, [999_999, 999_999]],
  ])("%s", (_, order, slot, range) => {
    expect(givenToP1(order, slot)).toEqual(range);
  });

  it("is smaller towards the end, the more may search it", () => {
    const left = [orderWith({ to: 2399 })];
    expect(dealt({ orders: left })["p1"]).toEqual(["j1", 0, 299]);
    expect(dealt({ orders: left, slots: ONLY_P1_P2 })["p1"]).toEqual(["j1", 0, 599]);
    // One that is busy will be free; a host's thread counts like a Zero.
    expect(dealt({ orders: left, slots: { ...ONLY_P1_P2, p2: BUSY } })["p1"]).toEqual([
      "j1",
      0,
      599,
    ]);
    expect(dealt({ orders: left, slots: ONLY_P1, hostWorkers: 1 })["p1"]).toEqual(["j1", 0, 599]);
    expect(dealt({ orders: left, slots: { ...ONLY_P1_P2, p2: { link: null } } })["p1"]).toEqual([
      "j1",
      0,
      999,
    ]);
  });

  it("is not there where all was given out", () => {
    expect(givenToP1({ next: 1_000_000, pieces: [piece(0, 9, "p2")] })).toBeUndefined();
  });
});

describe("a piece that was lost", () => {
  const order = (to: number, tried: readonly string[], more: readonly OrderPiece[] = []) =>
    orderWith({ next: 10_000, pieces: [...more, piece(100, to, null, tried)] });

  it.each<[string, number, readonly (readonly [number, number, string | null])[]]>([
    ["goes first", 199, [[100, 199, "p1"]]],
    ["is given whole to one that can do it in ten seconds", 1099, [[100, 1099, "p1"]]],
    [
      "is cut for one that cannot",
      1100,
      [
        [100, 1099, "p1"],
        [1100, 1100, null],
      ],
    ],
  ])("%s", (_, to, pieces) => {
    const { rig } = dispatched({
      orders: [order(to, ["p3"], [piece(20, 39, "p2")])],
      slots: { ...ONLY_P1_P2, p2: BUSY },
    });
    const [left] = rig.orders as [Order];
    expect(left.next).toBe(10_000);
    expect(left.pieces.filter(({ worker }) => worker === "p2")).toHaveLength(1);
    const others = left.pieces.filter(({ worker }) => worker !== "p2");
    const sorted = others.toSorted((a, b) => a.from - b.from);
    expect(sorted.map(({ from, to, worker }) => [from, to, worker])).toEqual(pieces);
    for (const { tried } of others) expect(tried).toEqual(["p3"]);
  });

  it.each<[string, readonly string[], Given["slots"], string]>([
    ["goes to another than who failed it", ["p1"], ONLY_P1_P2, "p2"],
    ["goes to who failed it, where no other is", ["p1"], ONLY_P1, "p1"],
    ["goes to who failed it, where all others did", ["p1", "p2"], ONLY_P1_P2, "p1"],
    ["waits for one that is busy and did not fail it", ["p1"], { ...ONLY_P1_P2, p2: BUSY }, ""],
  ])("%s", (_, tried, slots, taker) => {
    const given = dealt({ orders: [order(199, tried)], slots: slots ?? {} });
    const takers = Object.entries(given).filter(([, [, from]]) => from === 100);
    expect(takers.map(([worker]) => worker)).toEqual(taker === "" ? [] : [taker]);
  });
});

describe("the time for a piece", () => {
  it.each<[string, number, number, number, number]>([
    ["is so many times what all of it takes", 100, 3, 1000, 30_000],
    ["is whole milliseconds, the nearest", 300, 1, 1000, 3333],
    ["is whole milliseconds, the nearest above too", 455, 1, 1000, 2198],
    ["is no less than any job's", 100, 3, 10, 2000],
    ["is no more than any job's", 100, 50, 1000, 80_000],
    ["is any job's longest where nobody knows the rate", 0, 3, 1000, 80_000],
  ])("%s", (_, rateHs, jobPatience, nonces, limitMs) => {
    const lost = orderWith({ next: 1e6, pieces: [piece(500, 499 + nonces, null)] });
    const p1 = { kernels: { "duco-s1": rateHs } };
    const { rig, effects } = dispatched({
      orders: [lost],
      slots: { ...ONLY_P1, p1 },
      policy: { jobPatience },
    });
    expect(rig.slots[0]?.task?.until).toBe(now + limitMs);
    expect(ofType(effects, "send")).toMatchObject([
      {
        slot: "p1",
        message: { type: "job", from: 500, to: 499 + nonces, budgetMs: limitMs, prefix: "f1" },
      },
    ]);
  });
});

describe("several orders", () => {
  const two = (one: Partial<Order>, other: Partial<Order>) => [
    orderWith({ id: "j1", ...one }),
    orderWith({ id: "j2", ...other }),
  ];
  const names = (given: Given) =>
    Object.fromEntries(Object.entries(dealt(given)).map(([worker, [order]]) => [worker, order]));

  it("share the workers, the oldest first", () => {
    expect(names({ orders: two({}, {}) })).toEqual({ p1: "j1", p2: "j2", p3: "j1", p4: "j2" });
  });

  it("are even in the end", () => {
    const held = { next: 20, pieces: [piece(0, 9, "p3"), piece(10, 19, "p4")] };
    const slots = { p3: BUSY, p4: BUSY };
    expect(names({ orders: two(held, {}), slots })).toMatchObject({ p1: "j2", p2: "j2" });
  });

  it("are searched by who has their kernels", () => {
    const kernels = { "duco-s1": 100, scrypt: 1 };
    const orders = two({ algorithm: "scrypt" }, {});
    expect(names({ orders, slots: { p3: { kernels } } })).toEqual({
      p1: "j2",
      p2: "j2",
      p3: "j1",
      p4: "j2",
    });
  });

  it("leave a worker to the next one if the first has nothing for it", () => {
    const lost = { next: 1e6, pieces: [piece(0, 99, null, ["p1"])] };
    expect(names({ orders: two(lost, {}), slots: { ...ONLY_P1_P2, p2: BUSY } })).toEqual({
      p1: "j2",
    });
  });

  it("are given nothing while they wait for a check, or for their end to be written", () => {
    const find = { nonce: 1, worker: "p1" };
    const end = { outcome: "cancelled", nonce: null, worker: null, why: "" } as const;
    expect(names({ orders: two({ find }, { end }) })).toEqual({});
  });
});

describe("the share of the workers that orders may have", () => {
  const count = (given: Given) => Object.keys(dealt(given)).length;

  it.each([
    [1, 0, 4],
    [1, 2, 6],
    [0.5, 0, 2],
    [0.74, 0, 2],
    [0.75, 0, 3],
    [0.5, 2, 3],
    [0.01, 0, 1],
    [0, 0, 1],
  ])("%f with %i host workers is %i", (orderShare, hostWorkers, workers) => {
    expect(count({ policy: { orderShare }, hostWorkers })).toBe(workers);
  });

  it("is one of those that may work", () => {
    expect(count({ policy: { orderShare: 0.5 }, slots: { ...ONLY_P1_P2 } })).toBe(1);
    expect(count({ policy: { orderShare: 0.5 }, slots: { p4: { link: null } } })).toBe(1);
  });

  it("counts those who search already", () => {
    const orders = [orderWith({ next: 20, pieces: [piece(0, 9, "p4")] })];
    const slots = { p4: BUSY };
    expect(Object.keys(dealt({ orders, slots, policy: { orderShare: 0.5 } })).sort()).toEqual([
      "p1",
      "p4",
    ]);
    expect(Object.keys(dealt({ orders, slots, policy: { orderShare: 0.25 } }))).toEqual(["p4"]);
  });

  it("is not used up by one that lacks the kernel", () => {
    const p3 = { kernels: { scrypt: 1 } };
    const orders = [orderWith({ algorithm: "scrypt" })];
    expect(Object.keys(dealt({ orders, slots: { p3 }, policy: { orderShare: 0.25 } }))).toEqual([
      "p3",
    ]);
  });
});

describe("whether a worker is to ask no pool for work", () => {
  const asks = (given: Given, worker: "p1" | "h1" = "p1") => {
    const rig = rigWith(given);
    const all: readonly { readonly id: string }[] = [...rig.slots, ...rig.hosts];
    return !isForOrders(rig, all.find(({ id }) => id === worker) as Slot);
  };
  const scrypt = orderWith({ algorithm: "scrypt" });
  const none = orderWith({ next: 1e6, pieces: [piece(0, 9, "p2")] });
  const task = { jobId: "x", seat: ORDERS_SEAT, link: 1, until: now + 1e6 };

  it("it asks where no order is, or none has anything for it", () => {
    expect(asks({ orders: [] })).toBe(true);
    expect(asks({ orders: [none], hostWorkers: 1 })).toBe(true);
    expect(asks({ orders: [none], hostWorkers: 1 }, "h1")).toBe(true);
    expect(asks({ orders: [scrypt] })).toBe(true);
    expect(asks({ orders: [none, scrypt] })).toBe(true);
  });

  it("it does not where one has", () => {
    expect(asks({})).toBe(false);
    expect(asks({ orders: [none, orderWith()] })).toBe(false);
    expect(asks({ orders: [scrypt], slots: { p1: { kernels: { scrypt: 1 } } } })).toBe(false);
    expect(asks({ orders: [scrypt], hostWorkers: 1 }, "h1")).toBe(false);
  });

  it("it does not while it searches one, though that has no more", () => {
    expect(asks({ orders: [none], slots: { p1: { task } } })).toBe(false);
  });

  it("it asks where orders have all the workers that they may", () => {
    const orders = [orderWith({ next: 20, pieces: [piece(0, 9, "p2"), piece(10, 19, "p3")] })];
    expect(asks({ orders, policy: { orderShare: 0.5 } })).toBe(true);
    expect(asks({ orders, policy: { orderShare: 0.75 } })).toBe(false);
  });
});

describe("a Zero that sleeps", () => {
  const ASLEEP: Partial<Slot> = {
    phase: "Off",
    hold: null,
    link: null,
    shed: { why: "idle", at: 0 },
  };
  const woken = (given: Given) =>
    ofType(dispatched(given).effects, "report")
      .filter(({ ev }) => ev === "slot.woken")
      .map(({ slot }) => slot);
  /** p1 is up, p2 and p3 sleep. */
  const slots = { p2: ASLEEP, p3: ASLEEP, p4: AWAY };
  const busy = { ...slots, p1: { ...BUSY } };

  it.each<[string, Partial<Order>, readonly string[]]>([
    ["is woken for a minute's work", { to: 5999 }, ["p2", "p3"]],
    ["is not woken for less", { to: 5998 }, []],
    ["is woken for what is left", { from: 1000, next: 2000, to: 7999 }, ["p2", "p3"]],
    ["is not woken for what was searched", { from: 1000, next: 2000, to: 7998 }, []],
    [
      "is woken for what was lost too",
      { from: 1000, next: 3000, to: 7999, pieces: [piece(1500, 2499, null)] },
      ["p2", "p3"],
    ],
    ["is not woken for what nothing is left of", { next: 1e6 }, []],
  ])("%s", (_, order, who) => {
    expect(woken({ orders: [orderWith(order)], slots: busy })).toEqual(who);
  });

  it("is woken for what those that are up do too slowly together", () => {
    const unknown = { kernels: null };
    const orders = (to: number) => [orderWith({ to })];
    const up = { p1: BUSY, p2: { ...BUSY, kernels: { "duco-s1": 200 } }, p3: ASLEEP, p4: AWAY };
    expect(woken({ orders: orders(17_999), slots: up })).toEqual(["p3"]);
    expect(woken({ orders: orders(17_998), slots: up })).toEqual([]);
    // One that says nothing is taken for the slowest.
    const silent = { ...up, p2: { ...BUSY, ...unknown } };
    expect(woken({ orders: orders(3_005_999), slots: silent })).toEqual(["p3"]);
    expect(woken({ orders: orders(3_005_998), slots: silent })).toEqual([]);
  });

  it("is woken where nobody is up, whatever there is to do", () => {
    expect(woken({ orders: [orderWith({ to: 0 })], slots: { ...slots, p1: AWAY } })).toEqual([
      "p2",
      "p3",
    ]);
  });

  it("is not woken for an order that gives out nothing, though nobody is up", () => {
    const nobody = { ...slots, p1: AWAY };
    const find = { nonce: 1, worker: "p1" };
    const orders = [orderWith({ next: 1e6 }), orderWith({ id: "j2", find })];
    expect(woken({ orders, slots: nobody })).toEqual([]);
  });

  it.each([
    [1, ["p2", "p3"]],
    [0.7, ["p2"]],
    [0.34, []],
    [0, []],
  ])("is woken as far as orders may have workers: %f", (orderShare, who) => {
    expect(woken({ slots, policy: { orderShare } })).toEqual(who);
  });

  it("is left alone by more that are up than orders may have", () => {
    const many = { p1: {}, p2: {}, p3: {}, p4: ASLEEP };
    expect(woken({ slots: many, policy: { orderShare: 0.25 } })).toEqual([]);
  });

  it("is woken if it may have the kernel", () => {
    const orders = [orderWith({ algorithm: "scrypt" })];
    const p2 = { ...ASLEEP, kernels: { scrypt: 1 } };
    const p3 = { ...ASLEEP, kernels: null };
    expect(woken({ orders, slots: { ...slots, p2, p3 } })).toEqual(["p2", "p3"]);
    expect(woken({ orders, slots })).toEqual([]);
  });
});

describe("what an order waits for", () => {
  const waits = (given: Given) => {
    const rig = rigWith(given);
    return waitsFor(rig, rig.orders[0] as Order);
  };
  const scrypt = [orderWith({ algorithm: "scrypt" })];

  it.each<[string, Given, ReturnType<typeof waitsFor>]>([
    [
      "nothing, if somebody searches it",
      { orders: [orderWith({ pieces: [piece(0, 9, "p1")] })] },
      null,
    ],
    ["nothing, if nothing is left", { orders: [orderWith({ next: 1e6 })] }, null],
    ["its turn", {}, "turn"],
    ["its turn at a host", { orders: scrypt, hostWorkers: 1 }, "turn"],
    ["a kernel", { orders: scrypt }, "kernel"],
    [
      "a worker, if one that nobody knows may have it",
      { orders: scrypt, slots: { p2: { kernels: null } } },
      "worker",
    ],
    [
      "a worker, if the one that has it is away",
      { orders: scrypt, slots: { p2: { ...AWAY, kernels: { scrypt: 1 } } } },
      "worker",
    ],
    ["a worker, where all are away", { slots: { ...ONLY_P1, p1: AWAY } }, "worker"],
  ])("is %s", (_, given, what) => {
    expect(waits(given)).toBe(what);
  });
});

// What an order is between two steps: what is open of it, what a restart brings back of it, what can be said of it.

import { describe, expect, it } from "vitest";
import { orderSpec } from "../../test/sim/order-scene.ts";
import {
  newOrder,
  type Order,
  type OrderPiece,
  progressOf,
  recalledOrder,
  searchedOf,
  withoutHolder,
} from "./order.ts";

const NOW = 5000;

function piece(from: number, to: number, worker: string | null, tried: string[] = []): OrderPiece {
  return { id: `j1.${from}`, from, to, worker, tried };
}

function orderWith(pieces: readonly OrderPiece[], more: Partial<Order> = {}): Order {
  return { ...newOrder(orderSpec({ from: 0 }), NOW + 60_000), next: 500, pieces, ...more };
}

/** Its pieces, in the order of the nonces. */
function ranges({ pieces }: Order): (readonly [number, number, string | null, string])[] {
  return pieces
    .map(({ from, to, worker, tried }) => [from, to, worker, tried.join(" ")] as const)
    .toSorted((a, b) => a[0] - b[0]);
}

describe("a piece that its worker lost", () => {
  const alone = [piece(300, 399, "p4"), piece(100, 199, "p2"), piece(0, 99, "p1")];

  it("waits, and knows who failed it; the others are left alone", () => {
    expect(ranges(withoutHolder(orderWith(alone), "j1.100", "p2"))).toEqual([
      [0, 99, "p1", ""],
      [100, 199, null, "p2"],
      [300, 399, "p4", ""],
    ]);
    expect(ranges(withoutHolder(orderWith(alone), "j1.100", null))[1]).toEqual([
      100,
      199,
      null,
      "",
    ]);
  });

  it.each<[string, OrderPiece[], (readonly [number, number, string | null, string])[]]>([
    [
      "lies between two that were lost: all three are one",
      [piece(400, 499, null, ["p1"]), piece(100, 199, null, ["p3"]), piece(200, 399, "p1", ["p3"])],
      [[100, 499, null, "p3 p1"]],
    ],
    [
      "lies beside one that is searched",
      [piece(100, 199, "p2"), piece(200, 399, "p1"), piece(400, 499, "p3")],
      [
        [100, 199, "p2", ""],
        [200, 399, null, "p1"],
        [400, 499, "p3", ""],
      ],
    ],
    [
      "lies apart, for what is between was searched",
      [piece(100, 198, null), piece(200, 399, "p1"), piece(401, 499, null)],
      [
        [100, 198, null, ""],
        [200, 399, null, "p1"],
        [401, 499, null, ""],
      ],
    ],
    [
      "is the last of many",
      [piece(0, 9, "p2"), piece(20, 29, "p3"), piece(30, 39, null), piece(40, 49, "p1")],
      [
        [0, 9, "p2", ""],
        [20, 29, "p3", ""],
        [30, 49, null, "p1"],
      ],
    ],
  ])("%s", (_, pieces, left) => {
    const lost = pieces.find(({ worker }) => worker === "p1") as OrderPiece;
    expect(ranges(withoutHolder(orderWith(pieces), lost.id, "p1"))).toEqual(left);
  });

  it("halves what its worker is trusted with, and nobody else's", () => {
    const workers = {
      p1: { rateHs: 50, trust: 1 },
      p2: { rateHs: 60, trust: 0.5 },
    };
    const order = orderWith(alone, { workers });
    expect(withoutHolder(order, "j1.100", "p2").workers).toEqual({
      ...workers,
      p2: { rateHs: 60, trust: 0.25 },
    });
    expect(withoutHolder(order, "j1.100", null).workers).toEqual(workers);
    expect(withoutHolder(order, "j1.300", "p4").workers["p4"]).toEqual({ rateHs: 0, trust: 0.5 });
  });
});

describe("the nonces searched in vain", () => {
  it("are those given out, less those that are open", () => {
    expect(searchedOf(100, 100, [])).toBe(0);
    expect(searchedOf(100, 500, [])).toBe(400);
    expect(searchedOf(100, 500, [piece(100, 199, "p1"), piece(499, 499, null)])).toBe(299);
  });
});

describe("after a restart", () => {
  it("what was open is open, with the time that was left", () => {
    const order = orderWith([piece(0, 99, "p1", ["p2"]), piece(300, 399, null)], { hashes: 77 });
    const memory = { ...orderSpec({ from: 0 }), ...progressOf(order, NOW + 20_000) };
    const again = recalledOrder(memory, 1000);
    expect(ranges(again)).toEqual([
      [0, 99, null, ""],
      [300, 399, null, ""],
    ]);
    expect(again).toMatchObject({ next: 500, hashes: 77, until: 41_000, find: null, end: null });
  });

  it("one whose time was over has none left", () => {
    expect(progressOf(orderWith([]), NOW + 60_000).leftMs).toBe(0);
    expect(progressOf(orderWith([]), NOW + 99_000).leftMs).toBe(0);
    expect(progressOf(orderWith([]), NOW + 59_999).leftMs).toBe(1);
  });

  it("no two pieces have one name", () => {
    const open = Array.from({ length: 12 }, (_, index) => [10 * index, 10 * index + 5] as const);
    const names = ["j1", "j11", "j1.1"].flatMap((id) => {
      const memory = { ...orderSpec({ id }), next: 500, open, hashes: 0, leftMs: 1 };
      return recalledOrder(memory, NOW).pieces.map((each) => each.id);
    });
    expect(new Set(names).size).toBe(36);
  });
});

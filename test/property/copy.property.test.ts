// Copies: of any contents, every field its own, and nothing that is written into is shared with what was given.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  copyHost,
  copyJob,
  copyLink,
  copyOrder,
  copyPiece,
  copyRig,
  copySeat,
  copySlot,
} from "../../controller/core/copy.ts";
import { draftOf, ownSeat, ownSlot, patchHost } from "../../controller/core/draft.ts";
import { NOTHING_REMEMBERED } from "../../controller/core/memory.ts";
import { newOrder, type OrderPiece, type OrderSpec } from "../../controller/core/order.ts";
import { DEFAULT_POLICY } from "../../controller/core/policy.ts";
import type { Host, Job, Seat } from "../../controller/core/seat.ts";
import type { Link, Slot } from "../../controller/core/slot.ts";
import { initialState, type RigState } from "../../controller/core/state.ts";
import { frozen } from "./frozen.ts";
import { NOW, rigs } from "./rigs.ts";
import { holds } from "./runs.ts";

// As they are first made, not as a copy left them.
const shape = { slots: ["p1"], hostWorkers: 1 } as const;
const fresh = initialState(shape, DEFAULT_POLICY, NOTHING_REMEMBERED, 0);
const [slot] = fresh.slots as readonly [Slot];
const [host] = fresh.hosts as readonly [Host];
const [seat] = fresh.seats as readonly [Seat];

/** The same fields, with anything in them, no two of them alike. */
function filled<T extends object>(like: T): fc.Arbitrary<T> {
  const keys = Object.keys(like);
  const contents = fc.array(fc.anything(), { minLength: keys.length, maxLength: keys.length });
  return contents.map((values) => {
    const entries = keys.map((key, index) => [key, { [key]: values[index] }] as const);
    return Object.fromEntries(entries) as T;
  });
}

function isCopied<T extends object>(like: T, copy: (item: T) => T): void {
  holds([filled(like)], (given) => {
    const copied = copy(frozen(given));
    expect(copied).not.toBe(given);
    expect(Object.isFrozen(copied)).toBe(false);
    // In the same order too, or the engine takes the two for different shapes.
    expect(Object.keys(copied)).toEqual(Object.keys(given));
    for (const key of Object.keys(given) as (keyof T)[]) expect(copied[key]).toBe(given[key]);
  });
}

describe("a copy", () => {
  const job: Job = {
    id: "j1",
    algorithm: "duco-s1",
    prefix: "a",
    target: "b",
    poolTarget: "b",
    difficulty: 1,
    node: "",
    ref: "",
    to: 100,
    receivedAt: 0,
    worker: null,
    tried: [],
    missed: [],
  };

  const link: Link = {
    id: 1,
    bootId: "boot",
    model: "zero",
    agentVersion: "1",
    kernel: "plain",
    nominalHs: 1000,
    hasKernel: true,
    tested: true,
    askedAt: 0,
  };

  const spec: OrderSpec = {
    id: "o1",
    algorithm: "duco-s1",
    prefix: "",
    target: "",
    from: 0,
    to: 100,
  };
  const piece: OrderPiece = { id: "o1.1", from: 0, to: 9, worker: "p1", tried: ["p2"] };

  it("of a slot has each field of it", () => isCopied(slot, copySlot));
  it("of a seat has each field of it", () => isCopied(seat, copySeat));
  it("of a host worker has each field of it", () => isCopied(host, copyHost));
  it("of a job has each field of it", () => isCopied<Job>(job, copyJob));
  it("of a link has each field of it", () => isCopied<Link>(link, (link: Link) => copyLink(link)));

  it("of an order has each field of it", () => isCopied(newOrder(spec, 9), copyOrder));
  it("of a piece has each field of it", () => isCopied(piece, copyPiece));

  it("of a rig is equal, with lists of its own that hold the same items", () => {
    holds([rigs], (rig) => {
      const copied = copyRig(frozen(rig));
      expect(copied).toEqual(rig);
      for (const key of Object.keys(rig) as (keyof RigState)[]) {
        if (key !== "slots" && key !== "seats" && key !== "hosts")
          expect(copied[key]).toBe(rig[key]);
        else {
          expect(copied[key]).not.toBe(rig[key]);
          for (const [index, item] of rig[key].entries()) expect(copied[key][index]).toBe(item);
        }
      }
    });
  });
});

describe("a draft", () => {
  it("shares all but what was written into, and writes nothing into what it was given", () => {
    const writes = fc.array(fc.tuple(fc.nat({ max: 5 }), fc.constantFrom("slot", "seat", "host")));
    holds([rigs, writes], (rig, written) => {
      const draft = draftOf(frozen(rig), NOW);
      const touched = new Set<object>();
      for (const [count, [which, what]] of written.entries()) {
        if (what === "slot") {
          const given = rig.slots[which % rig.slots.length] as Slot;
          ownSlot(draft, given).tries = count;
          touched.add(given);
        } else if (what === "seat") {
          const given = rig.seats[which % rig.seats.length] as Seat;
          ownSeat(draft, given).failures = count;
          touched.add(given);
        } else if (rig.hosts.length > 0) {
          const given = rig.hosts[which % rig.hosts.length] as Host;
          patchHost(draft, given, { hashes: count });
          touched.add(given);
        }
      }
      for (const key of ["slots", "seats", "hosts"] as const) {
        for (const [index, item] of rig[key].entries()) {
          expect(draft.rig[key][index] === item).toBe(!touched.has(item));
        }
      }
    });
  });
});

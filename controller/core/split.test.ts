// One connection for the rig: the job divided by rate, the first answer wins, the rest stop; what is lost is done by another.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ofType } from "../../test/sim/effects.ts";
import { orderSpec } from "../../test/sim/order-scene.ts";
import { mining, waitingJob } from "../../test/sim/scene.ts";
import { World } from "../../test/sim/world.ts";
import { dispatch } from "./dispatch.ts";
import { draftOf } from "./draft.ts";
import { NOTHING_REMEMBERED } from "./memory.ts";
import { newOrder } from "./order.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import { hostIndexOf, type Job, type Part, type Seat, slotOfSeat } from "./seat.ts";
import { seatNotes } from "./seat-text.ts";
import type { Slot } from "./slot.ts";
import { cutRange, endPart } from "./split.ts";
import { initialState, type RigState } from "./state.ts";
import { step } from "./step.ts";
import { view } from "./view.ts";
import { releaseSlot } from "./work.ts";

const SPLIT = { poolMode: "split" } as const;
const base = mining({ policy: SPLIT, hostWorkers: 1 }, 20_000);
const { now } = base;

const JOB: Job = { ...waitingJob(now), id: "all-7", difficulty: 7000 };
const PART: Part = { id: "all-7.1", from: 0, to: 99, worker: "p1", tried: [] };

interface Given {
  readonly seat?: Partial<Seat>;
  readonly parts?: readonly Part[];
  readonly slots?: Readonly<Record<string, Partial<Slot>>>;
  /** Of the host's one worker; 0 for none at all. */
  readonly hostHs?: number;
}

/** A rig in which all are free and as fast as each other. */
function rigWith({ seat = {}, parts = [], slots = {}, hostHs = 0 }: Given): RigState {
  const { state } = base;
  return {
    ...state,
    parts,
    seats: state.seats.map((each) => ({
      ...each,
      state: "working",
      job: JOB,
      share: null,
      ...seat,
    })),
    slots: state.slots.map((slot) => ({
      ...slot,
      task: null,
      rateHs: 100,
      restUntil: 0,
      ...slots[slot.id],
    })),
    hosts: hostHs === 0 ? [] : state.hosts.map((host) => ({ ...host, task: null, rateHs: hostHs })),
  };
}

function dispatched(given: Given) {
  const draft = draftOf(rigWith(given), now);
  dispatch(draft);
  return draft;
}

const task = (part: string) => ({ jobId: part, seat: "all", link: 1, until: now + 1e6 });

describe("the range", () => {
  it("is covered once, whole, in proportion", () => {
    const shares = fc.array(fc.double({ min: 0.001, max: 1e7, noNaN: true }), {
      minLength: 1,
      maxLength: 16,
    });
    fc.assert(
      fc.property(fc.nat(1e8), shares, (to, weights) => {
        const pieces = cutRange(to, weights);
        expect(pieces[0]?.[0]).toBe(0);
        expect(pieces.at(-1)?.[1]).toBe(to);
        for (const [index, [from, end]] of pieces.entries()) {
          expect(end).toBeGreaterThanOrEqual(from);
          if (index > 0) expect(from).toBe((pieces[index - 1]?.[1] ?? 0) + 1);
        }
      }),
    );
    expect(cutRange(999, [1, 1, 2])).toEqual([
      [0, 249],
      [250, 499],
      [500, 999],
    ]);
    // Too little for all.
    expect(cutRange(1, [1, 1, 1, 1])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it("is divided by the rates of those that are free, the host among them", () => {
    const { rig, effects } = dispatched({
      slots: { p1: { rateHs: 300 }, p3: { task: task("x") } },
      hostHs: 500,
    });
    expect(rig.parts.map(({ id, from, to, worker }) => [id, from, to, worker])).toEqual([
      ["all-7.1", 0, 209_999, "p1"],
      ["all-7.2", 210_000, 279_999, "p2"],
      ["all-7.3", 280_000, 349_999, "p4"],
      ["all-7.4", 350_000, 700_000, "h1"],
    ]);
    expect(rig.seats[0]?.job?.worker).toBe("all");
    const sent = ofType(effects, "send").map(({ slot, message }) => [
      slot,
      (message as { id: string }).id,
    ]);
    expect(sent).toEqual([
      ["p1", "all-7.1"],
      ["p2", "all-7.2"],
      ["p4", "all-7.3"],
    ]);
    expect(ofType(effects, "host-search")).toMatchObject([
      { worker: "h1", message: { from: 350_000 } },
    ]);
  });

  it("gives one of unknown speed what the mean of the others gets; all the same if nobody's is known", () => {
    const rates = (...hs: number[]) =>
      Object.fromEntries(hs.map((rateHs, index) => [`p${index + 1}`, { rateHs }]));
    const sizes = (slots: Given["slots"]) =>
      dispatched({ slots: slots ?? {} }).rig.parts.map(({ from, to }) =>
        Math.round((to - from) / 1000),
      );
    expect(sizes(rates(100, 0, 300, 0))).toEqual([87, 175, 262, 175]);
    expect(sizes(rates(0, 0, 0, 0))).toEqual([175, 175, 175, 175]);
    expect(sizes(rates(0.25, 0, 0.75, 0))).toEqual([87, 175, 262, 175]);
  });

  it("is left to those that did not fail the job, as long as there are some", () => {
    const tried = (...ids: string[]) =>
      dispatched({ seat: { job: { ...JOB, tried: ids } } }).rig.parts.map(({ worker }) => worker);
    expect(tried("p2")).toEqual(["p1", "p3", "p4"]);
    expect(tried("p1", "p2", "p4")).toEqual(["p3"]);
    expect(tried("p1", "p2", "p3", "p4")).toEqual(["p1", "p2", "p3", "p4"]);
  });

  it("waits while nobody is free", () => {
    const busy = Object.fromEntries(base.state.slots.map(({ id }) => [id, { task: task("x") }]));
    const { rig, effects } = dispatched({ slots: busy });
    expect([rig.parts, effects]).toEqual([[], []]);
    expect(rig.seats[0]?.job?.worker).toBeNull();
  });
});

describe("a part that its worker lost", () => {
  const other: Part = { id: "all-7.2", from: 100, to: 199, worker: "p2", tried: ["p4"] };

  it("has no worker, and knows who failed it; the other parts are left alone", () => {
    const rig = rigWith({ parts: [PART, other], slots: { p2: { task: task("all-7.2") } } });
    const lostBy = (failed: boolean) => {
      const draft = draftOf(rig, now);
      releaseSlot(draft, draft.rig.slots[1] as Slot, failed);
      return draft.rig.parts;
    };
    expect(lostBy(true)).toEqual([PART, { ...other, worker: null, tried: ["p4", "p2"] }]);
    expect(lostBy(false)).toEqual([PART, { ...other, worker: null }]);
  });

  it("was one of another job: nothing is lost", () => {
    const rig = rigWith({ parts: [PART], slots: { p2: { task: task("all-6.9") } } });
    const draft = draftOf(rig, now);
    releaseSlot(draft, draft.rig.slots[1] as Slot, true);
    expect(draft.rig.parts).toBe(rig.parts);
  });

  const held: Seat["job"] = { ...JOB, worker: "all" };
  const given = (tried: readonly string[], slots: Given["slots"]) =>
    dispatched({
      seat: { job: held },
      parts: [PART, { ...PART, id: "all-7.2", from: 100, to: 199, worker: null, tried }],
      slots: { p1: { task: task(PART.id) }, ...slots },
    });
  const lost = (tried: readonly string[], slots: Given["slots"]) =>
    given(tried, slots).rig.parts[1]?.worker;
  const AWAY = { phase: "Booting" } as const;

  it("goes to one that is free, and did not lose it", () => {
    expect(lost([], {})).toBe("p2");
    expect(lost(["p2"], {})).toBe("p3");
    expect(lost([], { p2: { phase: "Degraded" } })).toBe("p3");
    expect(lost([], { p2: { phase: "Degraded" }, p3: AWAY, p4: AWAY })).toBe("p2");
    expect(lost([], { p2: AWAY, p3: AWAY, p4: AWAY })).toBe(null);
  });

  it("is given as it was, and nothing else is", () => {
    const { rig, effects } = given(["p4"], {});
    expect(rig.parts).toEqual([PART, { ...other, worker: "p2" }]);
    expect(ofType(effects, "send")).toMatchObject([
      { slot: "p2", message: { id: "all-7.2", prefix: JOB.prefix, from: 100, to: 199 } },
    ]);
  });

  it("is one whose Zero falls silent: the job is done, and in time", () => {
    const world = mining({ policy: SPLIT }, 20_000);
    world.until(() => world.state.parts.some(({ worker }) => worker === "p1"), "p1 has a part");
    world.zero("p1").hung = true;
    const seat = () => world.state.seats[0] as Seat;
    const { accepted, unknown } = seat();
    world.run(60_000);
    expect(seat().accepted).toBeGreaterThan(accepted + 10);
    expect(seat().unknown).toBe(unknown);
    expect(world.reported("pool.down")).toEqual([]);
  });
});

describe("a result on a part", () => {
  const parts = [PART, { ...PART, id: "all-7.2", from: 100, to: 199, worker: "p2" }];
  const held = { job: { ...JOB, worker: "all" } };
  const rig = rigWith({
    seat: held,
    parts,
    slots: { p1: { task: task("all-7.1") }, p2: { task: task("all-7.2") } },
  });

  it("that is the nonce wins: the others stop, and the pool sees the rate of all of them", () => {
    const draft = draftOf(rig, now);
    expect(endPart(draft, "all-7.1", 42)).toEqual({ jobId: "all-7", rateHs: 200 });
    expect(draft.rig.parts).toEqual([]);
    expect(draft.rig.slots.map(({ task }) => task)).toEqual([null, null, null, null]);
    expect(ofType(draft.effects, "send")).toMatchObject([
      { slot: "p1", message: { type: "cancel", jobId: "all-7.1" } },
      { slot: "p2", message: { type: "cancel", jobId: "all-7.2" } },
    ]);
  });

  it("stops nobody who does something else", () => {
    const other = { task: { ...task("j1.1"), seat: "orders" } };
    const hosts = base.state.hosts.map((host) => ({ ...host, ...other }));
    const slots = rig.slots.map((slot) => (slot.id === "p3" ? { ...slot, ...other } : slot));
    const draft = draftOf({ ...rig, slots, hosts }, now);
    endPart(draft, "all-7.1", 42);
    expect([...draft.rig.slots, ...draft.rig.hosts].map(({ task }) => task?.jobId)).toEqual([
      undefined,
      undefined,
      "j1.1",
      undefined,
      "j1.1",
    ]);
    expect(draft.rig.slots[3]).toBe(rig.slots[3]);
  });

  it("stops a thread of the host too", () => {
    const hosts = base.state.hosts.map((host) => ({ ...host, rateHs: 50, task: task("all-7.2") }));
    const draft = draftOf(
      { ...rig, hosts, parts: [PART, { ...PART, id: "all-7.2", worker: "h1" }] },
      now,
    );
    expect(endPart(draft, "all-7.1", 42)).toMatchObject({ rateHs: 150 });
    expect(ofType(draft.effects, "host-cancel")).toEqual([{ type: "host-cancel", worker: "h1" }]);
  });

  it("that is none ends the part; the last one ends the job, for it is wrong itself", () => {
    const draft = draftOf(rig, now);
    expect(endPart(draft, "all-7.1", null)).toBe(null);
    expect(draft.rig.parts.map(({ id }) => id)).toEqual(["all-7.2"]);
    expect(endPart(draft, "all-7.2", null)).toBe("in-vain");
    expect(draft.rig.parts).toEqual([]);
  });

  it("of another job says nothing", () => {
    expect(endPart(draftOf(rig, now), "all-6.1", 42)).toBe(null);
    const jobless = rigWith({ seat: { job: null, state: "idle" }, parts });
    expect(endPart(draftOf(jobless, now), "all-7.1", 42)).toBe(null);
  });

  it("that ends the job in vain ends the session", () => {
    const alone = { ...rig, parts: [PART] };
    const slot = alone.slots[0] as Slot;
    const { effects } = step(alone, {
      type: "result",
      worker: "p1",
      link: slot.link?.id ?? 0,
      jobId: PART.id,
      epoch: slot.epoch,
      nonce: null,
      hashes: 100,
      elapsedMs: 1000,
      now,
    });
    expect(ofType(effects, "drop-pool")).toEqual([
      { type: "drop-pool", seat: "all", why: "no worker could solve the job" },
    ]);
  });
});

describe("a rig with one connection", () => {
  it("mines with all its Zeros, and its counts add up", () => {
    const world = mining({ policy: SPLIT, hostWorkers: 1 }, 10_000);
    const before = world.state.seats[0] as Seat;
    world.run(60_000);
    const after = world.state.seats[0] as Seat;
    expect(world.state.seats).toHaveLength(1);
    expect(after.accepted - before.accepted).toBeGreaterThan(100);
    expect([after.rejected, after.unknown]).toEqual([0, 0]);
    expect(world.sentAgain).toEqual([]);
    const status = view(world.state, { version: "1", board: "b" }, world.now);
    expect(status.totals.accepted).toBe(after.accepted);
    expect(status.slots.map(({ accepted }) => accepted)).toEqual([0, 0, 0, 0]);
    expect(status.host.accepted).toBe(0);
  });

  it("redoes a job whose answer was wrong without who gave it", () => {
    const world = mining({ policy: SPLIT }, 10_000);
    world.zero("p2").wrongShares = true;
    world.run(60_000);
    expect(world.reported("share.wrong").length).toBeGreaterThan(0);
    expect(world.state.seats[0]?.rejected).toBe(0);
    expect(world.state.seats[0]?.accepted).toBeGreaterThan(20);
  });

  it("takes every part back when its session ends", () => {
    const world = mining({ policy: SPLIT }, 10_000);
    world.until(() => world.state.parts.length === 4, "a job is divided");
    world.post({ type: "pool-down", seat: "all", code: "closed", detail: "bye" });
    expect(world.state.parts).toEqual([]);
    expect(world.state.slots.map(({ task }) => task)).toEqual([null, null, null, null]);
  });

  it("wakes the Zeros that sleep when there is a session or a job, and nobody is up", () => {
    const asleep = { phase: "Off", hold: null, shed: { why: "idle", at: 0 } } as const;
    const slots = Object.fromEntries(base.state.slots.map(({ id }) => [id, asleep]));
    const shed = (seat: Partial<Seat>) =>
      dispatched({ seat, slots }).rig.slots.map(({ shed }) => shed?.why ?? null);
    expect(shed({ state: "idle", job: null, retryAt: 0 })).toEqual([null, null, null, null]);
    expect(shed({})).toEqual([null, null, null, null]);
    expect(shed({ state: "down", job: null })).toEqual(["idle", "idle", "idle", "idle"]);
    const { effects } = dispatched({ seat: { state: "down", job: null, retryAt: 0 }, slots });
    expect(ofType(effects, "connect-pool")).toEqual([{ type: "connect-pool", seat: "all" }]);
    const awake = dispatched({ slots: { ...slots, p1: {} } }).rig.slots;
    expect(awake.map(({ shed }) => shed?.why ?? null)).toEqual([null, "idle", "idle", "idle"]);
    const gone = { phase: "Booting" } as const;
    const one = { p1: asleep, p2: gone, p3: gone, p4: gone };
    const idle = { state: "idle", job: null, retryAt: 0 } as const;
    const asked = ofType(dispatched({ seat: idle, slots: one }).effects, "request-job");
    expect(asked).toEqual([{ type: "request-job", seat: "all" }]);
  });

  it("asks for no job while an order has all that are free", () => {
    const idle = { state: "idle", job: null, retryAt: 0 } as const;
    const asked = (algorithm: "duco-s1" | "scrypt") => {
      const rig = rigWith({ seat: idle });
      const orders = [newOrder(orderSpec({ algorithm }), now + 1e6)];
      const draft = draftOf({ ...rig, orders }, now);
      dispatch(draft);
      return ofType(draft.effects, "request-job").length;
    };
    expect(["duco-s1", "scrypt"].map((name) => asked(name as "scrypt"))).toEqual([0, 1]);
  });

  it("asks for no job while nobody could search it", () => {
    const gone = Object.fromEntries(
      base.state.slots.map(({ id }) => [id, { phase: "Booting" as const }]),
    );
    const { effects } = dispatched({ seat: { state: "idle", job: null, retryAt: 0 }, slots: gone });
    expect(effects).toEqual([]);
  });

  it("has a seat that is nobody's own, and everybody's in `why`", () => {
    const seat = base.state.seats[0] as Seat;
    expect(slotOfSeat(base.state, seat)).toBe(undefined);
    expect(hostIndexOf(base.state, seat)).toBe(-1);
    expect(seatNotes(base.state, base.state.slots[2] as Slot, now)).toMatchObject([
      expect.stringMatching(/^pool all: /),
    ]);
  });

  it("counts on what the seats of the other way counted, and they on what it did", () => {
    const shares = new Map(
      ["p1", "p2.2", "h1", "all"].map((seat, index) => [
        seat,
        { accepted: 10 ** index, rejected: 0, unknown: 0 },
      ]),
    );
    const counted = (policy: Partial<typeof DEFAULT_POLICY>) => {
      const shape = { slots: ["p1", "p2"], hostWorkers: 1 } as const;
      const { seats } = initialState(
        shape,
        { ...DEFAULT_POLICY, ...policy },
        { ...NOTHING_REMEMBERED, shares },
        0,
      );
      return seats.map(({ id, accepted }) => [id, accepted]);
    };
    expect(counted(SPLIT)).toEqual([["all", 1111]]);
    expect(counted({})).toEqual([
      ["p1", 1001],
      ["p2", 10],
      ["h1", 100],
    ]);
  });
});

it("a simulated rig searches its parts no more once one of them won", () => {
  const world = new World({ policy: SPLIT, zeros: 2, jobTo: 4_800_000 });
  world.allReady();
  world.run(60_000);
  const cancels = ofType(world.effects, "send").filter(({ message }) => message.type === "cancel");
  expect(cancels.length).toBeGreaterThanOrEqual((world.state.seats[0]?.accepted ?? 0) - 1);
});

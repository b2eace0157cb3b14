// Who gets a job, for how long, and what becomes of work whose time is over.

import { describe, expect, it } from "vitest";
import { ofType, reportsOf } from "../../test/sim/effects.ts";
import { orderSpec } from "../../test/sim/order-scene.ts";
import { mining, waitingJob, withSlot } from "../../test/sim/scene.ts";
import { jobLimitMs } from "./candidate.ts";
import { dispatch, expireWork } from "./dispatch.ts";
import { draftOf } from "./draft.ts";
import { openGoals } from "./goal.ts";
import { newOrder } from "./order.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import type { Host, Job, Seat } from "./seat.ts";
import { SELF_TEST_SEAT } from "./self-test.ts";
import type { Slot, Task } from "./slot.ts";
import type { RigState } from "./state.ts";

const { state, now } = mining({ hostWorkers: 1 });

const JOB = waitingJob(now);

interface Given {
  /** Whose job it is, and what is known of it. */
  readonly seat?: string;
  readonly job?: Partial<Job>;
  readonly slots?: Readonly<Record<string, Partial<Slot>>>;
  readonly host?: Partial<Host>;
}

/** A rig in which all are free and as fast as each other, and one seat has a job that nobody has. */
function rigWith({ seat = "p1", job = {}, slots = {}, host = {} }: Given): RigState {
  const seats = state.seats.map((each): Seat => {
    const own = each.id === seat;
    const none = { state: "requested", job: null, share: null } as const;
    return own
      ? { ...each, state: "working", share: null, job: { ...JOB, ...job } }
      : { ...each, ...none };
  });
  return {
    ...state,
    seats,
    slots: state.slots.map((slot) => ({ ...slot, task: null, rateHs: 100, ...slots[slot.id] })),
    hosts: state.hosts.map((each) => ({ ...each, task: null, rateHs: 100, ...host })),
  };
}

function dispatched(rig: RigState) {
  const draft = draftOf(rig, now);
  dispatch(draft);
  return draft;
}

const BUSY: { task: Task } = { task: { jobId: "x", seat: "x", link: 1, until: now + 1e6 } };
const GONE = { phase: "Booting" } as const;
const UNWELL = { phase: "Degraded" } as const;

describe("a job", () => {
  const table: [string, Given, string | null][] = [
    ["its own worker", {}, "p1"],
    ["its own worker, however slow", { slots: { p1: { rateHs: 1 } } }, "p1"],
    ["its own worker, degraded too", { slots: { p1: UNWELL } }, "p1"],
    ["its own host worker", { seat: "h1" }, "h1"],
    [
      "the fastest of the others",
      { slots: { p1: BUSY, p3: { rateHs: 101 } }, host: { rateHs: 99 } },
      "p3",
    ],
    ["the host, when it is the fastest", { slots: { p1: BUSY }, host: { rateHs: 101 } }, "h1"],
    ["no degraded one of another's", { slots: { p1: BUSY, p2: { ...UNWELL, rateHs: 999 } } }, "p3"],
    ["none that failed it", { job: { tried: ["p1", "p2"] }, host: { rateHs: 1 } }, "p3"],
    [
      "nobody, while one that has not failed it is busy",
      { job: { tried: ["p1", "p3", "p4", "h1"] }, slots: { p2: BUSY } },
      null,
    ],
    [
      "nobody, while a host that has not failed it is busy",
      { job: { tried: ["p1", "p2", "p3", "p4"] }, host: BUSY },
      null,
    ],
    [
      "the first that is free, when all have failed it",
      { job: { tried: ["p1", "p2", "p3", "p4", "h1"] } },
      "p1",
    ],
    [
      "one that failed it, when those that did not are not up",
      { job: { tried: ["p1", "p3", "p4", "h1"] }, slots: { p2: GONE } },
      "p1",
    ],
    [
      "one that failed it rather than a degraded one of another's",
      { job: { tried: ["p1", "p3", "p4", "h1"] }, slots: { p2: UNWELL } },
      "p1",
    ],
    [
      "nobody, when nobody is free",
      { slots: { p1: BUSY, p2: BUSY, p3: GONE, p4: GONE }, host: BUSY },
      null,
    ],
    ["none that is too hot", { slots: { p1: { heat: 2 } }, host: { rateHs: 999 } }, "h1"],
    ["one that is warm", { slots: { p1: { heat: 1 } } }, "p1"],
    ["none that rests", { slots: { p1: { restUntil: now + 1 } }, host: { rateHs: 999 } }, "h1"],
    ["one that has rested", { slots: { p1: { restUntil: now } } }, "p1"],
  ];
  it.each(table)("goes to %s", (_, given, worker) => {
    const { rig } = dispatched(rigWith(given));
    const { job } = rig.seats.find(({ id }) => id === (given.seat ?? "p1")) as Seat;
    expect(job?.worker).toBe(worker);
    const holders = [...rig.slots, ...rig.hosts].filter(({ task }) => task?.jobId === JOB.id);
    expect(holders.map(({ id }) => id)).toEqual(worker === null ? [] : [worker]);
  });

  it("is left by those whom orders want, for the others that they do not", () => {
    const p3 = { kernels: { "duco-s1": 100, scrypt: 1 } };
    const rig = rigWith({ slots: { p1: BUSY, p3 }, host: BUSY });
    const order = newOrder(orderSpec(), now + 1e6);
    const left = (algorithm: "duco-s1" | "scrypt") => {
      const after = dispatched({ ...rig, orders: [{ ...order, algorithm }] }).rig;
      return after.slots.map(({ task }) => task?.seat ?? null);
    };
    expect(left("duco-s1")).toEqual(["x", "orders", "orders", "orders"]);
    expect(left("scrypt")).toEqual(["x", "p1", "orders", null]);
  });

  it("goes out over the link, with the epoch and the time that it may take", () => {
    const rig = rigWith({ slots: { p1: { rateHs: 240_000.5, progressAt: 0, busyAt: 0 } } });
    const { effects, rig: after } = dispatched(rig);
    const [before, slot] = [rig.slots[0] as Slot, after.slots[0] as Slot];
    const { prefix, target, to } = JOB;
    const message = {
      type: "job",
      id: JOB.id,
      epoch: before.epoch,
      algorithm: "duco-s1",
      prefix,
      target,
      from: 0,
      to,
      budgetMs: 4375,
    };
    const link = before.link?.id;
    expect(effects).toEqual([{ type: "send", slot: "p1", link, message }]);
    expect(slot.task).toEqual({ jobId: JOB.id, seat: "p1", link, until: now + 4375 });
    expect(slot).toMatchObject({ busyAt: now, progressAt: now });
  });

  it("goes to the host's thread as a search", () => {
    const { effects, rig } = dispatched(rigWith({ seat: "h1", host: { rateHs: 1e9 } }));
    const message = {
      id: JOB.id,
      epoch: state.hosts[0]?.epoch,
      from: 0,
      to: JOB.to,
      budgetMs: 2000,
    };
    expect(effects).toMatchObject([{ type: "host-search", worker: "h1", message }]);
    expect(rig.hosts[0]?.task).toEqual({ jobId: JOB.id, seat: "h1", until: now + 2000 });
  });

  it("starts no new clock for one that let the last pass in silence", () => {
    const quiet = dispatched(rigWith({ slots: { p1: { unanswered: 1, progressAt: 5 } } }));
    expect(quiet.rig.slots[0]?.progressAt).toBe(5);
  });

  it("is neither given out nor asked for while the controller stops", () => {
    const rig = { ...rigWith({}), quiescing: true };
    expect(
      dispatched({ ...rig, seats: rig.seats.map((seat) => ({ ...seat, state: "idle" as const })) })
        .effects,
    ).toEqual([]);
    expect(dispatched(rig).effects).toEqual([]);
  });

  const limits: [number, number, number][] = [
    // highest nonce, rate, ms
    [700_000, 0, 80_000],
    [700_000, -1, 80_000],
    [700_000, 0.5, 80_000],
    [700_000, 240_000, 4375],
    [700_000, 1e9, 2000],
    [200, 0.05, 80_000],
    [1, 0.5, 3000],
  ];
  it.each(limits)("up to %i at %f hashes a second may take %f ms", (to, rateHs, ms) => {
    expect(jobLimitMs({ ...JOB, to }, rateHs, DEFAULT_POLICY)).toBe(ms);
  });
});

describe("a seat without a job", () => {
  function seatIn(seat: Partial<Seat>, rig: Partial<RigState> = {}) {
    const given = rigWith({ seat: "nobody" });
    const seats = given.seats.map((each) => (each.id === "p1" ? { ...each, ...seat } : each));
    const draft = dispatched({ ...given, seats, lastConnectAt: 0, ...rig });
    return { seat: draft.rig.seats[0], effects: draft.effects, rig: draft.rig };
  }

  it("asks for one when its worker is free", () => {
    const { seat, effects } = seatIn({ state: "idle", since: 0 });
    expect(seat).toMatchObject({ state: "requested", since: now });
    expect(effects).toEqual([{ type: "request-job", seat: "p1" }]);
  });

  it("asks for none when its worker is not", () => {
    const rig = withSlot(rigWith({ seat: "nobody" }), "p1", BUSY);
    expect(seatIn({ state: "idle" }, { slots: rig.slots }).effects).toEqual([]);
  });

  it("opens its session", () => {
    const { seat, effects, rig } = seatIn({ state: "down", since: 0, retryAt: now });
    expect(seat).toMatchObject({ state: "connecting", since: now });
    expect(effects).toEqual([{ type: "connect-pool", seat: "p1" }]);
    expect(rig.lastConnectAt).toBe(now);
  });

  it.each([
    ["its pause is over", { retryAt: now + 1 }, {}],
    ["the last connection is long enough ago", { retryAt: now }, { lastConnectAt: now - 699 }],
  ])("opens none before %s", (_, seat, rig) => {
    expect(seatIn({ state: "down", ...seat }, rig).effects).toEqual([]);
  });

  it("opens its session 700 ms after the last", () => {
    const last = { lastConnectAt: now - 700 };
    expect(seatIn({ state: "down", retryAt: now }, last).effects).toHaveLength(1);
  });
});

describe("a seat of a rig with two goals", () => {
  const NODES = ["a:1", "b:1"] as const;

  interface GoalGiven {
    /** What p1's seat was at work for, and what the others' are; null for those without a session. */
    readonly own?: number;
    readonly others: readonly (number | null)[];
    /** Of late, for each goal. */
    readonly recent?: readonly [number, number];
    readonly percent?: readonly [number, number];
    /** How long both goals' pools rest. */
    readonly restMs?: number;
  }

  /** p1's seat is idle, all others are at work. */
  function asking({ own = 0, others, recent = [0, 0], percent = [50, 50], restMs = 0 }: GoalGiven) {
    const rig = rigWith({ seat: "nobody" });
    const target = (node: string) => ({ node, why: "first", since: 0, detail: null }) as const;
    const parts = NODES.map((name, index) => ({ name, percent: percent[index] as number }));
    const goals = openGoals(parts, target(NODES[0])).map((goal, index) => ({
      ...goal,
      pool: target(NODES[index] as string),
      recent: recent[index] as number,
      restUntil: now + restMs,
    }));
    const seats = rig.seats.map((seat, index): Seat => {
      const goal = index === 0 ? own : (others[index - 1] ?? null);
      if (goal === null) return { ...seat, state: "down", retryAt: now + 1e6 };
      const session = index === 0 ? "idle" : "requested";
      return { ...seat, goal, node: NODES[goal] as string, state: session, retryAt: 0 };
    });
    const slots = rig.slots.map((slot) => ({ ...slot, ...BUSY }));
    const free = [{ ...(slots[0] as Slot), task: null }, ...slots.slice(1)];
    const hosts = rig.hosts.map((host) => ({ ...host, ...BUSY }));
    return dispatched({ ...rig, goals, seats, slots: free, hosts });
  }

  it.each<[string, GoalGiven, number]>([
    ["the first where nobody is at work", { others: [null, null, null, null] }, 0],
    [
      "the first where nothing was done, whatever its part",
      { others: [null, null, null, null], percent: [10, 90] },
      0,
    ],
    ["what nobody is at work for", { others: [0, null, null, null] }, 1],
    ["what nobody is at work for, the other way", { others: [1, null, null, null] }, 0],
    ["what fewer are at work for", { others: [0, 0, 1, null] }, 1],
    ["what fewer are at work for, the host among them", { others: [0, 1, null, 0] }, 1],
    ["not counting its own work, which is over", { own: 0, others: [null, null, null, 1] }, 0],
    [
      "what lags by more than the others are about to do",
      { others: [1, null, null, null], recent: [1000.05, 0] },
      1,
    ],
    [
      "what lags by less than the others are about to do",
      { others: [1, null, null, null], recent: [999.95, 0] },
      0,
    ],
  ])("is for %s", (_, given, goal) => {
    const { effects } = asking(given);
    const stays = goal === (given.own ?? 0);
    expect(effects.map(({ type }) => type)).toEqual([stays ? "request-job" : "drop-pool"]);
  });

  it("asks for nothing while both rest", () => {
    const others = [null, null, null, null];
    expect(asking({ others, restMs: 1 }).effects).toEqual([]);
    expect(asking({ others }).effects).toHaveLength(1);
  });

  it("says why its session ends", () => {
    const { effects } = asking({ others: [0, null, null, null] });
    expect(effects).toMatchObject([
      { type: "drop-pool", seat: "p1", why: "its next work is for another goal" },
    ]);
  });
});

describe("a Zero that sleeps for want of work", () => {
  const asleep = { phase: "Off", shed: { why: "idle", at: 0 }, busyAt: 0 } as const;
  const hold = { kind: "cordon", reason: "", since: 0, until: Number.POSITIVE_INFINITY } as const;
  const others = { p2: BUSY, p3: BUSY, p4: BUSY };

  it("is woken by a job that nobody takes", () => {
    const given = rigWith({ slots: { p1: asleep, ...others }, host: BUSY });
    const { rig, effects, stirred } = dispatched(given);
    expect(rig.slots[0]).toMatchObject({ shed: null, busyAt: now });
    expect(stirred).toBe(true);
    expect(reportsOf(effects)).toMatchObject([
      { level: "info", ev: "slot.woken", slot: "p1", why: "work" },
    ]);
  });

  it("is woken by its session that is idle, which asks for a job", () => {
    const given = rigWith({ seat: "nobody", slots: { p1: asleep, ...others }, host: BUSY });
    const seats = given.seats.map((each) =>
      each.id === "p1" ? { ...each, state: "idle" as const } : each,
    );
    const { rig, effects } = dispatched({ ...given, seats });
    expect(rig.slots[0]).toMatchObject({ shed: null, busyAt: now });
    expect(ofType(effects, "request-job")).toEqual([{ type: "request-job", seat: "p1" }]);
  });

  it.each([
    ["by the job of another", { seat: "p2", slots: { p1: asleep, ...others } }],
    ["when it is held", { slots: { p1: { ...asleep, hold }, ...others } }],
    [
      "when another rule keeps it off",
      { slots: { p1: { ...asleep, shed: { why: "ceiling", at: 0 } }, ...others } },
    ],
    ["when it is not off yet", { slots: { p1: { ...asleep, phase: "PoweringOff" }, ...others } }],
    ["when somebody takes the job", { slots: { p1: asleep } }],
  ] as [string, Given][])("is not woken %s", (_, given) => {
    const { rig } = dispatched(rigWith({ host: BUSY, ...given }));
    expect(rig.slots[0]?.shed).not.toBeNull();
  });
});

describe("work whose time is over", () => {
  function expired(rig: RigState) {
    const draft = draftOf(rig, now);
    expireWork(draft);
    return draft;
  }
  const until = (at: number) => ({ jobId: JOB.id, seat: "p1", link: 1, until: at });

  it("is taken from a Zero, and nobody gives it back to it", () => {
    const task = until(now);
    const rig = rigWith({
      job: { worker: "p2" },
      slots: { p2: { task, slowResults: 1, unanswered: 1 } },
    });
    const { effects, rig: after } = expired(rig);
    expect(after.slots[1]).toMatchObject({ task: null, slowResults: 2, unanswered: 2 });
    expect(after.slots[1]?.epoch).toBe((rig.slots[1]?.epoch ?? 0) + 1);
    expect(after.seats[0]?.job).toMatchObject({ worker: null, tried: ["p2"] });
    expect(reportsOf(effects)).toMatchObject([
      { level: "warn", ev: "job.timeout", slot: "p2", detail: { job: JOB.id } },
    ]);
    const message = { type: "cancel", jobId: JOB.id, epoch: rig.slots[1]?.epoch };
    expect(ofType(effects, "send")).toMatchObject([{ slot: "p2", link: 1, message }]);
  });

  it("is taken from a host worker", () => {
    const rig = rigWith({ job: { worker: "h1" }, host: { task: until(now) } });
    const { effects, rig: after } = expired(rig);
    expect(after.hosts[0]).toMatchObject({ task: null, epoch: (rig.hosts[0]?.epoch ?? 0) + 1 });
    expect(after.seats[0]?.job).toMatchObject({ worker: null, tried: ["h1"] });
    expect(effects).toEqual([{ type: "host-cancel", worker: "h1" }]);
  });

  it("is not taken a moment before", () => {
    const task = until(now + 1);
    const rig = rigWith({ slots: { p2: { task } }, host: { task } });
    expect(expired(rig).effects).toEqual([]);
  });

  it("is asked for again when it is the known answer", () => {
    const task = { ...until(now), seat: SELF_TEST_SEAT, jobId: "t1" };
    const rig = rigWith({ slots: { p2: { task } } });
    const { effects, rig: after } = expired(rig);
    expect(ofType(effects, "send").map(({ message }) => message.type)).toEqual(["job"]);
    expect(reportsOf(effects)).toEqual([]);
    expect(after.slots[1]).toMatchObject({ slowResults: 0, epoch: rig.slots[1]?.epoch });
  });

  it.each([
    [0, 1],
    [1, 0],
  ])("%i ms before its end ends %i sessions", (early, drops) => {
    const receivedAt = now - DEFAULT_POLICY.jobLimitMaxMs + early;
    const draft = expired(rigWith({ job: { receivedAt } }));
    const drop = { type: "drop-pool", seat: "p1", why: "job expired" };
    expect(ofType(draft.effects, "drop-pool")).toEqual(Array(drops).fill(drop));
    // Once is enough: the session is on its way down.
    expect(ofType(expired(draft.rig).effects, "drop-pool")).toEqual([]);
  });
});

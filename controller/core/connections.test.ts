// Two pool connections a Zero: the next job waits in one while the Zero hashes the other's.

import { describe, expect, it } from "vitest";
import { ofType } from "../../test/sim/effects.ts";
import { mining, say, waitingJob, withSlot } from "../../test/sim/scene.ts";
import { World, type WorldOptions } from "../../test/sim/world.ts";
import { dispatch } from "./dispatch.ts";
import { draftOf } from "./draft.ts";
import { NOTHING_REMEMBERED } from "./memory.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import { hostIndexOf, type Job, type Seat, slotOfSeat } from "./seat.ts";
import type { Slot } from "./slot.ts";
import { initialState, type RigState } from "./state.ts";
import { view } from "./view.ts";

const TWO: WorldOptions = { policy: { connectionsPerZero: 2 }, hostWorkers: 1 };
const { state, now } = mining(TWO, 30_000);

const JOB = waitingJob(now);

describe("the seats", () => {
  it("are the first of each slot, the second of each, then the hosts'", () => {
    expect(state.seats.map(({ id }) => id)).toEqual(
      "p1 p2 p3 p4 p1.2 p2.2 p3.2 p4.2 h1".split(" "),
    );
    expect(state.seats.map(({ index }) => index)).toEqual([...state.seats.keys()]);
    expect(state.seats.map((seat) => slotOfSeat(state, seat)?.id ?? null)).toEqual([
      "p1",
      "p2",
      "p3",
      "p4",
      "p1",
      "p2",
      "p3",
      "p4",
      null,
    ]);
    expect(hostIndexOf(state, state.seats[8] as Seat)).toBe(0);
  });

  it("count what those of an earlier run counted, also of one that is no more", () => {
    const counts = (accepted: number) => ({ accepted, rejected: 1, unknown: 2 });
    const shares = new Map([
      ["p1", counts(10)],
      ["p1.2", counts(5)],
      ["p10", counts(100)],
      ["h1", counts(1)],
    ]);
    const accepted = (connectionsPerZero: number) =>
      initialState(
        { slots: ["p1"], hostWorkers: 1 },
        { ...DEFAULT_POLICY, connectionsPerZero },
        { ...NOTHING_REMEMBERED, shares },
        0,
      ).seats.map((seat) => [seat.id, seat.accepted, seat.rejected, seat.unknown]);
    expect(accepted(1)).toEqual([
      ["p1", 15, 2, 4],
      ["h1", 1, 1, 2],
    ]);
    expect(accepted(2)).toEqual([
      ["p1", 10, 1, 2],
      ["p1.2", 5, 1, 2],
      ["h1", 1, 1, 2],
    ]);
  });

  it("of one slot are shown together", () => {
    const seats = state.seats.map((seat) => ({ ...seat, accepted: 3, rejected: 2, unknown: 1 }));
    const status = view({ ...state, seats }, { version: "1", board: "b" }, now);
    expect(status.slots[0]).toMatchObject({ accepted: 6, rejected: 4, unknown: 2 });
    expect(status.host).toMatchObject({ accepted: 3, rejected: 2, unknown: 1 });
    expect(status.totals.accepted).toBe(27);
    expect(status.pool.connected).toBe(9);
  });
});

/** p1 hashes the job of its first seat since a moment ago; its second seat is idle. All others have nothing to do with it. */
function hashing(slot: Partial<Slot>, job: Partial<Job> = {}, policy = {}): RigState {
  const held: Job = { ...JOB, worker: "p1", ...job };
  const seats = state.seats.map((seat): Seat => {
    if (seat.id === "p1") return { ...seat, state: "working", share: null, job: held };
    const idle = seat.id === "p1.2";
    return { ...seat, state: idle ? "idle" : "requested", share: null, job: null, retryAt: 0 };
  });
  const task = { jobId: held.id, seat: "p1", link: 1, until: now + 1e6 };
  const rig = { ...state, policy: { ...state.policy, ...policy }, seats };
  return withSlot(rig, "p1", { task, busyAt: now, heat: 0, rateHs: 240_000, ...slot });
}

function asks(rig: RigState): boolean {
  const draft = draftOf(rig, now);
  dispatch(draft);
  return ofType(draft.effects, "request-job").some(({ seat }) => seat === "p1.2");
}

describe("the second seat of a Zero that hashes", () => {
  const limitS = DEFAULT_POLICY.jobLimitMaxMs / 1000;
  const table: [string, RigState, boolean][] = [
    ["asks for the next job", hashing({}), true],
    ["asks for none with one connection a Zero", hashing({}, {}, { connectionsPerZero: 1 }), false],
    ["asks for none for one that must rest after it", hashing({ heat: 1 }), false],
    ["asks for none for one that is leaving", hashing({ phase: "Suspect" }), false],
    ["asks for none for one whose link is gone", hashing({ link: null }), false],
    [
      "asks for none for one that a person holds",
      hashing({ hold: { kind: "drain", reason: "", since: 0, until: 1e9 } }),
      false,
    ],
    [
      "asks for it at once if both can be searched whole in time",
      hashing({}, { to: (240_000 * limitS) / 2 }),
      true,
    ],
    [
      "waits, if both could not be searched whole in time",
      hashing({}, { to: (240_000 * limitS) / 2 + 240 }),
      false,
    ],
    [
      "and asks as soon as they can",
      hashing({ busyAt: now - 2000 }, { to: 240_000 * (limitS / 2 + 1) }),
      true,
    ],
    ["asks for none while nothing is known of the Zero's speed", hashing({ rateHs: 0 }), false],
  ];
  it.each(table)("%s", (_, rig, expected) => expect(asks(rig)).toBe(expected));
});

describe("the further seats of a Zero that hashes", () => {
  const policy = { connectionsPerZero: 4 };
  const world = mining({ zeros: 1, policy }, 30_000);
  const limitS = DEFAULT_POLICY.jobLimitMaxMs / 1000;
  const waits = { state: "working", job: { ...JOB, id: "p1-8" } } as const;
  const asked = { state: "requested", job: null } as const;
  const idle = { state: "idle", job: null } as const;

  /** Which of them ask, if each job would take the Zero so much of the limit. */
  function asking(share: number, others: readonly (Partial<Seat> & { state: string })[]): string[] {
    const held = { ...JOB, worker: "p1", to: share * limitS * 240_000 };
    const seats = world.state.seats.map((seat, index): Seat => {
      const own = index === 0 ? ({ state: "working", job: held } as const) : others[index - 1];
      return { ...seat, share: null, retryAt: 0, ...own };
    });
    const task = { jobId: held.id, seat: "p1", link: 1, until: world.now + 1e6 };
    const slot = { task, busyAt: world.now, heat: 0, rateHs: 240_000 } as const;
    const draft = draftOf(withSlot({ ...world.state, seats }, "p1", slot), world.now);
    dispatch(draft);
    return ofType(draft.effects, "request-job").map(({ seat }) => seat);
  }

  it.each<[number, readonly (typeof waits | typeof asked | typeof idle)[], readonly string[]]>([
    [1 / 4, [idle, idle, idle], ["p1.2", "p1.3", "p1.4"]],
    [1 / 3, [idle, idle, idle], ["p1.2", "p1.3"]],
    [1 / 2, [idle, idle, idle], ["p1.2"]],
    [1 / 2, [waits, idle, idle], []],
    [1 / 2, [asked, idle, idle], []],
    [1 / 3, [asked, idle, waits], []],
    [1 / 4, [asked, idle, waits], ["p1.3"]],
  ])(
    "ask for so many that all could be searched whole in time: %f of the limit each",
    (share, others, expected) => {
      expect(asking(share, others)).toEqual(expected);
    },
  );
});

it("the seat of a host worker that is busy with another's job asks for its own, which goes first", () => {
  const busy = { task: { jobId: "x", seat: "p1", until: now + 1e6 } };
  const seats = state.seats.map(
    (seat): Seat => ({
      ...seat,
      state: seat.id === "h1" ? "idle" : "requested",
      job: null,
      retryAt: 0,
    }),
  );
  const hosts = state.hosts.map((host) => ({ ...host, ...busy }));
  const asked = (connectionsPerZero: number) => {
    const policy = { ...state.policy, connectionsPerZero };
    const draft = draftOf({ ...state, policy, seats, hosts }, now);
    dispatch(draft);
    return ofType(draft.effects, "request-job").map(({ seat }) => seat);
  };
  expect([asked(2), asked(1)]).toEqual([["h1"], []]);
});

it("a job goes to its own worker before anybody takes another's", () => {
  // p2 is free and both its own job and p1's wait.
  const seats = state.seats.map((seat): Seat => {
    const job = { ...JOB, id: `${seat.id}-9` };
    const waits = seat.id === "p1.2" || seat.id === "p2.2";
    return waits
      ? { ...seat, state: "working", share: null, job }
      : { ...seat, state: "requested", share: null, job: null };
  });
  const busy = { jobId: "x", seat: "x", link: 1, until: now + 1e6 };
  const slots = state.slots.map((slot) => ({ ...slot, task: slot.id === "p2" ? null : busy }));
  const hosts = state.hosts.map((host) => ({ ...host, task: busy }));
  const draft = draftOf({ ...state, seats, slots, hosts }, now);
  dispatch(draft);
  expect(draft.rig.seats.find(({ id }) => id === "p2.2")?.job?.worker).toBe("p2");
  expect(draft.rig.seats.find(({ id }) => id === "p1.2")?.job?.worker).toBe(null);
});

/** The share of its time that p1 hashes, of a pool that answers so late. */
function busyShare(connectionsPerZero: number, latencyMs: number): number {
  const world = new World({ zeros: 1, policy: { connectionsPerZero } });
  world.poolLatencyMs = latencyMs;
  world.allReady();
  world.run(60_000);
  let busyMs = 0;
  for (let ms = 0; ms < 120_000; ms += 10) {
    world.run(10);
    if (world.slot("p1").task !== null) busyMs += 10;
  }
  expect(world.sentAgain).toEqual([]);
  return busyMs / 120_000;
}

describe("a Zero whose jobs take 1.46 s", () => {
  it("waits for a slow pool with one connection, and hashes on with two", () => {
    expect(busyShare(1, 700)).toBeLessThan(0.52);
    expect(busyShare(2, 700)).toBeGreaterThan(0.99);
  });
});

describe("connections", () => {
  it("of all seats keep their gap", () => {
    const world = new World(TWO);
    world.allReady();
    world.run(20_000);
    const at = ofType(world.effects, "connect-pool").map(
      (effect) => (effect as { now?: number }).now ?? 0,
    );
    expect(at).toHaveLength(9);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(DEFAULT_POLICY.poolConnectGapMs);
  });
});

it("a job that waits behind a Zero that falls silent is done by another", () => {
  const world = mining({ ...TWO, hostWorkers: 0 }, 30_000);
  world.until(
    () =>
      world.state.seats.some(
        ({ id, job }) => id.startsWith("p1") && job !== null && job.worker === null,
      ),
    "a job waits for p1",
  );
  const seat = world.state.seats.find(
    ({ id, job }) => id.startsWith("p1") && job !== null && job.worker === null,
  ) as Seat;
  world.zero("p1").hung = true;
  const before = seat.accepted;
  world.until(
    () => (world.state.seats[seat.index]?.accepted ?? 0) > before,
    "its share is accepted",
  );
  expect(world.now - (seat.job?.receivedAt ?? 0)).toBeLessThan(60_000);
});

it("a job that the host's own worker could not solve goes to the next that is free, before that one's own", () => {
  const seats = state.seats.map((seat): Seat => {
    const job = { ...JOB, id: `${seat.id}-9`, tried: seat.id === "h1" ? ["h1"] : [] };
    const waits = seat.id === "h1" || seat.id === "p2";
    return waits
      ? { ...seat, state: "working", share: null, job }
      : { ...seat, state: "requested", share: null, job: null };
  });
  const busy = { jobId: "x", seat: "x", link: 1, until: now + 1e6 };
  const slots = state.slots.map((slot) => ({ ...slot, task: slot.id === "p2" ? null : busy }));
  const draft = draftOf({ ...state, seats, slots, hosts: state.hosts }, now);
  dispatch(draft);
  expect(draft.rig.seats.find(({ id }) => id === "h1")?.job?.worker).toBe("p2");
});

it("a seat whose Zero boots for longer than the pool's 90 s is closed, blamed on nobody, and opened again when it is back", () => {
  const world = mining({ zeros: 2, bootMs: [120_000, 121_000], policy: { bootGraceMs: 300_000 } });
  const seat = () => world.state.seats[0] as Seat;
  const accepted = seat().accepted;
  say(world, "cycle", ["p1"], { hard: true });
  world.until(
    () => world.slot("p1").link === null && seat().state === "idle",
    "its job was done by the other",
  );
  world.run(90_000);
  world.post({ type: "pool-down", seat: "p1", code: "closed", detail: "the pool hung up" });
  expect(seat()).toMatchObject({ state: "down", failures: 0, error: null, retryAt: world.now });
  world.run(10_000);
  expect(seat().state).toBe("down");
  world.until(() => seat().accepted > accepted + 2, "it mines again");
  expect(world.reported("pool.down")).toHaveLength(1);
  expect(seat().unknown).toBe(0);
});

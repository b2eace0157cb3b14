// A seat and its pool session: each event in the one state that it fits, what is reported, how long a pause lasts.

import { describe, expect, it } from "vitest";
import { mining } from "../../test/sim/scene.ts";
import type { Effect } from "./effect.ts";
import type { Event } from "./event.ts";
import type { Job, Seat, SeatState, Share } from "./seat.ts";
import type { RigState } from "./state.ts";
import { step } from "./step.ts";

const base = mining({ hostWorkers: 1 });
const { now } = base;

const JOB: Job = {
  id: "p1-7",
  algorithm: "duco-s1",
  poolTarget: "b",
  node: "",
  ref: "",
  prefix: "a",
  target: "b",
  difficulty: 5,
  to: 500,
  receivedAt: now - 1000,
  worker: "p1",
  tried: [],
  missed: [],
};
const SHARE: Share = {
  id: 7,
  seat: "p1",
  jobId: "p1-7",
  worker: "p1",
  algorithm: "duco-s1",
  poolTarget: "b",
  node: "",
  ref: "",
  prefix: "a",
  target: "b",
  difficulty: 5,
  nonce: 42,
  hashrateHs: 123_456.7,
};
const HELD: Readonly<Record<SeatState, Partial<Seat>>> = {
  down: {},
  connecting: {},
  idle: {},
  requested: {},
  working: { job: JOB },
  securing: { job: JOB, share: SHARE },
  submitting: { job: JOB, share: SHARE },
};
const STATES = Object.keys(HELD) as SeatState[];

/** A rig in which nobody works, so that nothing is dispatched, and p1's seat is in this state. */
function rigIn(state: SeatState, changes: Partial<Seat> = {}): RigState {
  const seats = base.state.seats.map(
    (seat): Seat => ({ ...seat, state: "idle", job: null, share: null }),
  );
  const [first, ...rest] = seats as [Seat, ...Seat[]];
  const p1 = { ...first, state, ...HELD[state], since: 0, failures: 0, error: null, ...changes };
  const slots = base.state.slots.map((slot) => ({ ...slot, task: null }));
  const hosts = base.state.hosts.map((host) => ({ ...host, task: null }));
  return { ...base.state, quiescing: true, seats: [p1, ...rest], slots, hosts };
}

type Told = Event extends infer E ? (E extends Event ? Omit<E, "now"> : never) : never;

function told(rig: RigState, event: Told) {
  const { state, effects } = step(rig, { ...event, now } as Event);
  return { seat: state.seats[0] as Seat, seats: state.seats, state, effects };
}

function reports(effects: readonly Effect[]) {
  return effects.flatMap((effect) => {
    if (effect.type !== "report") return [];
    const { level, ev, slot, why, detail } = effect;
    return [{ level, ev, slot, why, detail }];
  });
}

const UP: Told = { type: "pool-up", seat: "p1" };
const DOWN: Told = { type: "pool-down", seat: "p1", code: "closed", detail: "bye" };
const NEW_JOB: Told = {
  type: "pool-job",
  seat: "p1",
  prefix: "c",
  target: "d",
  difficulty: 9,
  to: 900,
};
const VERDICT: Told = {
  type: "pool-verdict",
  seat: "p1",
  verdict: "accepted",
  block: true,
  reason: null,
  pingMs: 12.6,
};

describe("an event of the pool", () => {
  const fits: [string, Told, readonly SeatState[]][] = [
    ["that it is up", UP, ["connecting"]],
    ["that it is down", DOWN, STATES.filter((state) => state !== "down")],
    ["a job", NEW_JOB, ["requested"]],
    ["a verdict", VERDICT, ["submitting"]],
  ];
  const cases = fits.flatMap(([name, event, states]) =>
    STATES.map((state) => [name, state, states.includes(state), event] as const),
  );
  it.each(cases)("%s, told to a seat that is %s, counts: %s", (_, state, counts, event) => {
    const rig = rigIn(state);
    const { seats, effects } = told(rig, event);
    if (counts) expect(seats[0]).not.toEqual(rig.seats[0]);
    else expect({ seats, effects }).toEqual({ seats: rig.seats, effects: [] });
    expect(seats.slice(1)).toEqual(rig.seats.slice(1));
  });
});

describe("a session", () => {
  it("that is up is reported, and forgets why it was down", () => {
    const rig = rigIn("connecting", { error: "refused", node: "192.0.2.1:2811" });
    const { seat, effects } = told(rig, UP);
    expect(seat).toMatchObject({ state: "idle", since: now, error: null });
    expect(reports(effects)).toEqual([
      {
        ...{ level: "info", ev: "pool.up", slot: "p1", why: null },
        detail: { seat: "p1", node: "192.0.2.1:2811" },
      },
    ]);
  });

  it("of a host worker names no slot", () => {
    const rig = rigIn("idle");
    const seats = rig.seats.map((seat) =>
      seat.id === "h1" ? { ...seat, state: "connecting" as const } : seat,
    );
    const { effects } = told({ ...rig, seats }, { type: "pool-up", seat: "h1" });
    expect(reports(effects)).toMatchObject([{ ev: "pool.up", slot: null }]);
  });

  const pauses: [number, number][] = [
    // failures before, pause
    [0, 5000],
    [1, 10_000],
    [2, 20_000],
    [4, 80_000],
    [5, 120_000],
    [50, 120_000],
  ];
  it.each(pauses)(
    "that fails after %i failures is opened again after %i ms",
    (failures, pauseMs) => {
      const { seat, effects } = told(rigIn("requested", { failures }), DOWN);
      expect(seat).toMatchObject({
        state: "down",
        since: now,
        failures: failures + 1,
        retryAt: now + pauseMs,
        error: "closed: bye",
      });
      const detail = { detail: "bye", seat: "p1", retry_ms: pauseMs };
      expect(reports(effects)).toEqual([
        { level: "warn", ev: "pool.down", slot: "p1", why: "closed", detail },
      ]);
    },
  );

  it("that ends while idle is no failure, and may be opened again at once", () => {
    const { seat, effects } = told(rigIn("idle", { failures: 3, error: "old" }), DOWN);
    expect(seat).toMatchObject({ state: "down", failures: 0, retryAt: now, error: "old" });
    expect(reports(effects)).toMatchObject([
      { level: "info", ev: "pool.down", detail: { retry_ms: 0 } },
    ]);
  });

  it.each(["working", "securing", "submitting"] as const)(
    "that ends while %s leaves neither job nor share",
    (state) => {
      const { seat } = told(rigIn(state), DOWN);
      expect(seat).toMatchObject({ job: null, share: null });
    },
  );

  it("that ends takes its job from whoever holds it, and nobody's else", () => {
    const rig = rigIn("working");
    const task = { jobId: JOB.id, seat: "p1", link: rig.slots[1]?.link?.id ?? 0, until: now + 1e5 };
    const slots = rig.slots.map((slot, index) => {
      if (index === 1) return { ...slot, task };
      return index === 2 ? { ...slot, task: { ...task, jobId: "p3-9", seat: "p3" } } : slot;
    });
    const hosts = rig.hosts.map((host) => ({
      ...host,
      task: { ...task, jobId: "h1-3", seat: "h1" },
    }));
    const { state, effects } = told({ ...rig, slots, hosts }, DOWN);
    expect(state.slots.map(({ task }) => task?.jobId ?? null)).toEqual([null, null, "p3-9", null]);
    expect(state.slots.map(({ epoch }, index) => epoch - (slots[index]?.epoch ?? 0))).toEqual([
      0, 1, 0, 0,
    ]);
    expect(state.hosts).toEqual(hosts);
    const cancels = effects.filter(({ type }) => type === "send" || type === "host-cancel");
    expect(cancels).toMatchObject([
      {
        slot: "p2",
        link: task.link,
        message: { type: "cancel", jobId: JOB.id, epoch: slots[1]?.epoch },
      },
    ]);
  });

  it("that ends takes its job from a host worker too", () => {
    const rig = rigIn("working");
    const hosts = rig.hosts.map((host) => ({
      ...host,
      task: { jobId: JOB.id, seat: "p1", until: now + 1e5 },
    }));
    const { state, effects } = told({ ...rig, hosts }, DOWN);
    expect(state.hosts[0]).toMatchObject({ task: null, epoch: (hosts[0]?.epoch ?? 0) + 1 });
    expect(effects).toContainEqual({ type: "host-cancel", worker: "h1" });
  });
});

describe("a job", () => {
  it("that comes is free, and ends the row of failures", () => {
    const { seat } = told(rigIn("requested", { failures: 3 }), NEW_JOB);
    expect(seat).toMatchObject({ state: "working", since: now, failures: 0 });
    expect(seat.job).toMatchObject({
      id: `p1-${base.state.nextId}`,
      algorithm: "duco-s1",
      poolTarget: "d",
      node: "",
      ref: "",
      prefix: "c",
      target: "d",
      difficulty: 9,
      to: 900,
      receivedAt: now,
      worker: null,
      tried: [],
      missed: [],
    });
  });
});

describe("a verdict", () => {
  const table = [
    ["accepted", "info", null],
    ["rejected", "warn", "too late"],
  ] as const;
  it.each(table)("%s is counted, written down and reported as %s", (verdict, level, reason) => {
    const rig = rigIn("submitting");
    const before = rig.seats[0] as Seat;
    const { seat, effects } = told(rig, { ...VERDICT, verdict, reason } as Told);
    expect(seat).toMatchObject({ state: "idle", since: now, job: null, share: null });
    expect(seat[verdict]).toBe(before[verdict] + 1);
    expect(seat.accepted + seat.rejected + seat.unknown).toBe(
      before.accepted + before.rejected + before.unknown + 1,
    );
    expect(effects[0]).toEqual({ type: "settle-share", share: 7, outcome: verdict, reason });
    const detail = {
      seat: "p1",
      worker: "p1",
      nonce: 42,
      difficulty: 5,
      hashrate_hs: 123_457,
      ping_ms: 13,
      block: true,
    };
    expect(reports(effects)).toEqual([
      { level, ev: `share.${verdict}`, slot: "p1", why: reason, detail },
    ]);
  });

  it("that can no more come leaves the share unknown", () => {
    const { seat, effects } = told(rigIn("submitting"), DOWN);
    expect(seat.unknown).toBe((base.state.seats[0]?.unknown ?? 0) + 1);
    expect(effects[0]).toMatchObject({ type: "settle-share", share: 7, outcome: "unknown" });
  });
});

describe("the node that connections go to", () => {
  const node = (
    address: string | null,
    why: "picked" | "failed-over" | "none" = "picked",
  ): Told => ({
    type: "pool-node",
    node: address,
    why,
    detail: null,
  });

  it("is reported when it changes, or why it is that one; else nothing is said", () => {
    const rig = rigIn("idle");
    const first = told(rig, node("a:1"));
    const report = { level: "info", ev: "pool.node", slot: null, why: "picked" };
    expect(reports(first.effects)).toEqual([{ ...report, detail: { node: "a:1", detail: null } }]);
    expect(first.state.pool).toEqual({ node: "a:1", why: "picked", since: now, detail: null });
    expect(told(first.state, node("a:1")).effects).toEqual([]);
    const later = step(first.state, { ...node("a:1", "failed-over"), now: now + 5 } as Event);
    expect(later.state.pool).toMatchObject({ why: "failed-over", since: now });
    expect(reports(later.effects)).toMatchObject([{ level: "warn", why: "failed-over" }]);
  });

  it("lets a seat that waits try at once, and leaves the others alone", () => {
    const waits = rigIn("down", { retryAt: now + 60_000, failures: 4 });
    expect(told(waits, node("a:1")).seat).toMatchObject({ retryAt: now, failures: 0 });
    const works = rigIn("working");
    expect(told(works, node("a:1")).seats).toEqual(works.seats);
  });

  it("that failed a seat and is left by now costs it no pause at the next", () => {
    const { state } = told(rigIn("submitting", { failures: 3 }), node("a:1", "failed-over"));
    const { seat, effects } = told(state, DOWN);
    expect(seat).toMatchObject({ state: "down", retryAt: now, failures: 0, unknown: 1 });
    expect(reports(effects)).toMatchObject([{ ev: "pool.down", detail: { retry_ms: 0 } }]);
  });

  /** The next thing that a free seat does, some time after the last connection. */
  function next(state: SeatState, address: string | null) {
    const rig = { ...rigIn(state), quiescing: false, lastConnectAt: now - 10_000 };
    const moved = told(rig, node(address, address === null ? "none" : "picked"));
    const { effects, state: after } = moved;
    const types = ["connect-pool", "request-job", "drop-pool"];
    const seats = after.seats.map((seat) => `${seat.state} ${seat.node}`);
    const asked = effects.filter(({ type }) => types.includes(type));
    return { first: asked.find((effect) => "seat" in effect && effect.seat === "p1"), seats };
  }

  it("is where a seat moves between two jobs: its session is ended once, then it connects", () => {
    const { first, seats } = next("idle", "a:1");
    expect(first).toEqual({ type: "drop-pool", seat: "p1", why: "another node is used now" });
    expect(seats[0]).toBe("idle null");
    const rig = { ...rigIn("idle", { node: null }), quiescing: false };
    const again = step({ ...rig, pool: { ...rig.pool, node: "a:1" } }, { type: "tick", now });
    expect(again.effects).not.toContainEqual(expect.objectContaining({ seat: "p1" }));
    const { seat } = told(again.state, DOWN);
    expect(seat).toMatchObject({ state: "down", retryAt: now, failures: 0, error: null });
  });

  it("is where a seat connects; while none is known it does not, and what is up works on", () => {
    expect(next("down", "a:1").first).toEqual({ type: "connect-pool", seat: "p1" });
    expect(next("down", null).first).toBeUndefined();
    expect(next("idle", null).first).toEqual({ type: "request-job", seat: "p1" });
  });
});

describe("what the pool wants of a seat", () => {
  it("a pause: no job is asked for until it is over", () => {
    const rig = rigIn("submitting");
    const { state, seat } = told(rig, { ...VERDICT, restMs: 3000 } as Told);
    expect(seat).toMatchObject({ state: "idle", retryAt: now + 3000 });
    const asks = (at: number) =>
      step({ ...state, quiescing: false, lastTickAt: at }, { type: "tick", now: at }).effects.some(
        (effect) => effect.type === "request-job" && effect.seat === "p1",
      );
    expect(asks(now + 2999)).toBe(false);
    expect(asks(now + 3000)).toBe(true);
  });

  it("to stay away: longer than it would by itself", () => {
    const away = { ...DOWN, code: "denied", retryMs: 120_000 } as Told;
    expect(told(rigIn("requested"), away).seat).toMatchObject({ retryAt: now + 120_000 });
    expect(
      told(rigIn("requested", { failures: 9 }), { ...DOWN, retryMs: 1 } as Told).seat,
    ).toMatchObject({
      retryAt: now + 120_000,
    });
  });

  it("a session that we end ourselves waits like any other, and is no fault", () => {
    const ended = { ...DOWN, code: "stopped", detail: "job expired" } as Told;
    const { seat, effects } = told(rigIn("working"), ended);
    expect(seat).toMatchObject({ state: "down", failures: 1, retryAt: now + 5000, error: null });
    expect(reports(effects)).toMatchObject([
      { level: "info", ev: "pool.down", why: "stopped", detail: { detail: "job expired" } },
    ]);
  });

  it("an idle session that ends for a reason is a fault; one that nobody used is not", () => {
    for (const code of ["denied", "banned", "desync", "nonsense"]) {
      const { seat } = told(rigIn("idle"), { ...DOWN, code } as Told);
      expect(seat).toMatchObject({ failures: 1, error: `${code}: bye` });
    }
    for (const code of ["closed", "timeout", "stopped"]) {
      expect(told(rigIn("idle"), { ...DOWN, code } as Told).seat).toMatchObject({
        failures: 0,
        error: null,
      });
    }
  });
});

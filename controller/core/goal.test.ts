// Hashing split among goals: each gets its part, a goal whose pool fails is left out for a while, and no share goes to another's pool.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ofType } from "../../test/sim/effects.ts";
import { World } from "../../test/sim/world.ts";
import { draftOf } from "./draft.ts";
import type { EventOf } from "./event.ts";
import { chooseGoal, countHashes, type Goal, openGoals, serve } from "./goal.ts";
import { step } from "./step.ts";
import { view } from "./view.ts";

const POOL = { node: "a:1", why: "first", since: 0, detail: null } as const;
const PARTS = [
  { name: "pool", percent: 70 },
  { name: "gift", percent: 30 },
];
const NONE = [0, 0];

function goalsWith(...changes: readonly Partial<Goal>[]): readonly Goal[] {
  return openGoals(PARTS, POOL).map((goal, index) => ({ ...goal, ...changes[index] }));
}

describe("the choice", () => {
  it.each<[string, readonly Goal[], readonly number[], number | null]>([
    ["the first while nothing was done", goalsWith(), NONE, 0],
    ["who lags", goalsWith({ recent: 71 }, { recent: 29 }), NONE, 1],
    ["who lags, the other way", goalsWith({ recent: 69 }, { recent: 31 }), NONE, 0],
    ["reckons with what others are about to do", goalsWith({}, {}), [1, 0], 1],
    ["none that rests", goalsWith({ restUntil: 6 }), NONE, 1],
    ["one that has rested", goalsWith({ restUntil: 5 }), NONE, 0],
    ["none without a pool", goalsWith({ pool: { ...POOL, node: null } }), NONE, 1],
    ["nothing where all rest", goalsWith({ restUntil: 6 }, { restUntil: 9 }), NONE, null],
  ])("%s", (_, goals, coming, chosen) => {
    expect(chooseGoal(goals, coming, 5)).toBe(chosen);
  });

  it("gives each its part, whatever the pieces are", () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 300, maxLength: 400 });
    const percent = fc.integer({ min: 5, max: 95 });
    fc.assert(
      fc.property(pieces, percent, (sizes, first) => {
        let goals = goalsWith({ percent: first }, { percent: 100 - first });
        for (const hashes of sizes) {
          goals = serve(goals, chooseGoal(goals, NONE, 0) ?? 0, hashes, 0);
        }
        const [mine, all] = [goals[0]?.hashes ?? 0, sizes.reduce((sum, size) => sum + size, 0)];
        // At no time further away than one piece.
        expect(Math.abs(mine - (all * first) / 100)).toBeLessThanOrEqual(1000);
      }),
    );
  });

  it("forgets half of what was done in ten minutes", () => {
    const [goal] = serve(goalsWith({ hashes: 8, recent: 8 }), 0, 1, 600_000);
    expect(goal).toMatchObject({ hashes: 9, recent: 5 });
    // Whoever says something first, and however often: the time is that since anybody did.
    const { state } = new World({ policy: { algorithm: "sha256d", goals: PARTS } });
    const begun = { ...state, goals: goalsWith({ recent: 8 }, { recent: 16 }), servedAt: 1000 };
    const draft = draftOf(begun, 601_000);
    countHashes(draft, "p1", 1);
    countHashes(draft, "p1", 1);
    expect(draft.rig.goals.map(({ recent }) => recent)).toEqual([6, 8]);
  });
});

const TWO = { policy: { algorithm: "sha256d", goals: PARTS } } as const;

function nodeOf(goal: number, node: string | null, why: EventOf<"pool-node">["why"] = "first") {
  return { type: "pool-node", goal, node, why, detail: null } as const;
}

/** A rig of four that mines for both goals. */
function bothMined(forMs: number): World {
  const world = new World(TWO);
  world.allReady();
  world.post(nodeOf(0, "a:1"));
  world.post(nodeOf(1, "b:1"));
  world.run(forMs);
  return world;
}

function statusOf({ state, now }: World) {
  return view(state, { version: "0", board: "x" }, now).pool;
}

it("knows nothing of the parts before anything was searched", () => {
  const { goals } = statusOf(new World(TWO));
  expect(goals?.map((goal) => goal.recent_percent)).toEqual([null, null]);
  const none = { hashes: 0, accepted: 0, rejected: 0, unknown: 0 };
  expect(goals).toMatchObject([none, none]);
  expect(statusOf(new World()).goals).toBeUndefined();
});

it("splits the hashing of a rig as it is told", () => {
  const world = bothMined(3_600_000);
  const [pool, gift] = statusOf(world).goals ?? [];
  expect(pool).toMatchObject({ name: "pool", percent: 70, address: "a:1", rests_ms: null });
  expect(gift).toMatchObject({ name: "gift", percent: 30, address: "b:1", rests_ms: null });
  const all = (pool?.hashes ?? 0) + (gift?.hashes ?? 0);
  expect((gift?.hashes ?? 0) / all).toBeCloseTo(0.3, 1);
  expect(gift?.recent_percent).toBeGreaterThan(25);
  expect(gift?.recent_percent).toBeLessThan(35);
  const shares = [pool, gift].map((goal) => goal?.accepted ?? 0);
  expect(shares[0]).toBeGreaterThan(shares[1] as number);
  expect(shares[1]).toBeGreaterThan(0);
  expect(world.state.halted).toBeNull();
});

it("says which goal a session is for, and sends no share of one to the other's pool", () => {
  const world = new World({ ...TWO, records: true });
  world.allReady();
  world.post(nodeOf(0, "a:1"));
  world.post(nodeOf(1, "b:1"));
  world.run(300_000);
  const sessions = ofType(world.effects, "connect-pool");
  expect(new Set(sessions.map(({ goal = 0 }) => goal))).toEqual(new Set([0, 1]));
  for (const seat of world.state.seats) expect(seat.node).toBe(["a:1", "b:1"][seat.goal]);
  const shares = ofType(world.effects, "submit-share").map(({ share }) => share);
  // The first were found before anybody knew a pool.
  expect(new Set(shares.map(({ node }) => node).filter(Boolean))).toEqual(new Set(["a:1", "b:1"]));
});

it("counts what a worker of the controller's own searches, too", () => {
  const world = new World({ ...TWO, zeros: 1, hostWorkers: 1 });
  world.allReady();
  const begun = world.state;
  world.run(60_000);
  const { slots, hosts } = world.state;
  const sum = (items: readonly { readonly hashes: number }[]) =>
    items.reduce((all, { hashes }) => all + hashes, 0);
  expect(sum(world.state.goals) - sum(begun.goals)).toBe(
    sum([...slots, ...hosts]) - sum([...begun.slots, ...begun.hosts]),
  );
  expect(hosts[0]?.hashes).toBeGreaterThan(0);
});

it("has each of its shares counted once", () => {
  const { goals, seats } = bothMined(60_000).state;
  const sum = (items: readonly { readonly accepted: number }[]) =>
    items.reduce((all, { accepted }) => all + accepted, 0);
  expect(sum(goals)).toBe(sum(seats));
  expect(sum(goals)).toBeGreaterThan(10);
});

describe("a goal whose pool fails", () => {
  const world = bothMined(60_000);
  const { now } = world;
  const seat = world.state.seats.findIndex(({ goal }) => goal === 1);
  const state = {
    ...world.state,
    goals: world.state.goals.map((goal) => ({ ...goal, failures: 0 })),
    seats: world.state.seats.map((each) => ({ ...each, goal: 1, node: "b:1" })),
  };
  const down = (id: string, code: string, more = {}) =>
    ({ type: "pool-down", now, seat: id, code, detail: "x", ...more }) as const;

  it("is among those that were mined for", () => {
    expect(seat).not.toBe(-1);
  });

  it("rests, once for all of its seats, and they go to the other at once", () => {
    let next = step(state, down("p1", "timeout")).state;
    expect(next.goals[1]).toMatchObject({ failures: 1, restUntil: now + 5000 });
    expect(next.seats[0]).toMatchObject({ failures: 0, error: "timeout: x" });
    next = step(next, down("p2", "timeout")).state;
    expect(next.goals[1]).toMatchObject({ failures: 1, restUntil: now + 5000 });
    const { state: after, effects } = step(next, { type: "tick", now });
    expect(after.seats[0]).toMatchObject({ state: "connecting", goal: 0, node: "a:1" });
    expect(ofType(effects, "connect-pool")).toContainEqual({ type: "connect-pool", seat: "p1" });
  });

  it("rests shortest the first time", () => {
    const fresh = { ...state, goals: openGoals(PARTS, { ...POOL, node: "b:1" }) };
    const rests = { failures: 1, restUntil: now + 5000 };
    expect(step(fresh, down("p1", "timeout")).state.goals[1]).toMatchObject(rests);
  });

  it("rests anew when it fails after its rest", () => {
    const goals = state.goals.map((goal) => ({ ...goal, failures: 1, restUntil: now }));
    const again = step({ ...state, goals }, down("p1", "timeout")).state.goals[1];
    expect(again).toMatchObject({ failures: 2, restUntil: now + 10_000 });
  });

  it("rests longer each time, and as long as the pool says", () => {
    const again = { ...state, goals: state.goals.map((goal) => ({ ...goal, failures: 3 })) };
    expect(step(again, down("p1", "timeout", { stretch: 1.1 })).state.goals[1]).toMatchObject({
      failures: 4,
      restUntil: now + 44_000,
    });
    const told = step(state, down("p1", "denied", { retryMs: 300_000 })).state;
    expect(told.goals[1]?.restUntil).toBe(now + 300_000);
    expect(view(told, { version: "0", board: "x" }, now).pool.goals?.[1]?.rests_ms).toBe(300_000);
  });

  it("is not blamed for what a pool did that it has left", () => {
    const left = { ...state, goals: state.goals.map((goal) => ({ ...goal, pool: POOL })) };
    expect(step(left, down("p1", "timeout")).state.goals[1]).toMatchObject({ failures: 0 });
  });

  it("is forgiven with its first work, or with another pool", () => {
    const failed = {
      ...state,
      goals: state.goals.map((goal) => ({ ...goal, failures: 3, restUntil: now + 9e5 })),
      seats: state.seats.map((each) => ({ ...each, state: "requested" as const })),
    };
    const job = { prefix: "0", target: "f", difficulty: 1, to: 9, algorithm: "sha256d" } as const;
    const worked = step(failed, { type: "pool-job", now, seat: "p1", ...job }).state;
    expect(worked.goals[1]?.failures).toBe(0);
    const moved = step(failed, { ...nodeOf(1, "c:1", "failed-over"), now }).state;
    expect(moved.goals[1]).toMatchObject({ failures: 0, restUntil: Number.NEGATIVE_INFINITY });
    expect(moved.goals[1]?.pool.node).toBe("c:1");
    expect(moved.pool.node).toBe("a:1");
  });

  it("leaves all idle where no goal has a pool, until one has", () => {
    const rig = new World({ ...TWO, records: true });
    rig.allReady();
    for (const goal of [0, 1]) rig.post(nodeOf(goal, null, "none"));
    rig.run(60_000);
    const { state: none } = rig;
    expect(none.seats.every(({ nextGoal }) => nextGoal === null)).toBe(true);
    rig.post(nodeOf(1, "b:1"));
    rig.run(60_000);
    expect(rig.state.seats.every(({ node, goal }) => node === "b:1" && goal === 1)).toBe(true);
  });
});

it("keeps its goals through a change of the numbers", () => {
  const { state, now } = bothMined(1000);
  const policy = { ...state.policy, goals: [], livenessMs: 12_345 };
  const next = step(state, { type: "policy", now, policy }).state;
  expect(next.policy).toMatchObject({ goals: PARTS, livenessMs: 12_345 });
});

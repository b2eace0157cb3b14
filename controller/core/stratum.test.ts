// Work in pieces: searched in vain, void, old or only good enough for ourselves, it is fetched anew and the session goes on.

import { describe, expect, it } from "vitest";
import { ofType } from "../../test/sim/effects.ts";
import { mining, waitingJob } from "../../test/sim/scene.ts";
import { helloOf } from "../../test/sim/sim-link.ts";
import type { Effect } from "./effect.ts";
import type { Event } from "./event.ts";
import { explain } from "./explain.ts";
import { violation } from "./guard.ts";
import { type Job, type Seat, shareOf } from "./seat.ts";
import type { RigState } from "./state.ts";
import { step } from "./step.ts";

const STRATUM = { algorithm: "sha256d" } as const;
const base = mining({ policy: STRATUM, hostWorkers: 1 }, 20_000);
const { now } = base;

const JOB: Job = {
  ...waitingJob(now),
  algorithm: "sha256d",
  prefix: "0".repeat(152),
  target: "f".repeat(64),
  poolTarget: "0".repeat(64),
  node: "a:1",
  ref: "7.1",
  worker: "p1",
};
const SHARE = shareOf(JOB, { id: 9, seat: "p1", worker: "p1", nonce: 5, hashrateHs: 1000 });

/** A rig in which nobody but p1 has anything to do, and its seat is as given. */
function rigWith(seat: Partial<Seat>): RigState {
  const { state } = base;
  const task = { jobId: JOB.id, seat: "p1", link: state.slots[0]?.link?.id ?? 0, until: now + 9e5 };
  return {
    ...state,
    pool: { ...state.pool, node: "a:1" },
    seats: state.seats.map((each) => ({
      ...each,
      node: "a:1",
      share: null,
      retryAt: now + 9e5,
      ...(each.id === "p1"
        ? { state: "working" as const, job: JOB, retryAt: now, ...seat }
        : { state: "idle" as const, job: null }),
    })),
    slots: state.slots.map((slot) => ({
      ...slot,
      task: slot.id === "p1" && seat.state === undefined ? task : null,
    })),
  };
}

type Bare = Event extends infer E ? (E extends Event ? Omit<E, "now"> : never) : never;

function told(state: RigState, event: Bare) {
  return step(state, { ...event, now } as Event);
}

function seatOf(state: RigState): Seat {
  const [seat] = state.seats;
  if (seat === undefined) throw new Error("no seat");
  return seat;
}

function result(state: RigState, nonce: number | null): Bare {
  const { link, epoch, id } = state.slots[0] ?? {};
  return {
    type: "result",
    worker: id ?? "",
    link: link?.id ?? null,
    jobId: JOB.id,
    epoch: epoch ?? 0,
    nonce,
    hashes: 100_000,
    elapsedMs: 1000,
  };
}

const ASKS = { type: "request-job", seat: "p1" };

describe("a piece of work", () => {
  it("is sent as a header and the target that its worker is to meet", () => {
    const state = rigWith({ state: "requested", job: null });
    const event = { type: "pool-job", seat: "p1", prefix: JOB.prefix, target: JOB.target } as const;
    const piece = { algorithm: "sha256d", poolTarget: JOB.poolTarget, ref: "7.1" } as const;
    const { state: next, effects } = told(state, { ...event, ...piece, difficulty: 0.5, to: 999 });
    expect(ofType(effects, "send")).toMatchObject([
      {
        slot: "p1",
        message: { type: "job", algorithm: "sha256d", header: JOB.prefix, target: JOB.target },
      },
    ]);
    expect(seatOf(next).job).toMatchObject({
      ...piece,
      node: "a:1",
      difficulty: 0.5,
    });
  });

  it("that is searched in vain is no fault of anybody's, and the next is fetched", () => {
    const state = rigWith({});
    const { state: next, effects } = told(state, result(state, null));
    expect(effects).toContainEqual(ASKS);
    expect(ofType(effects, "drop-pool")).toEqual([]);
    expect(effects.filter(({ type }) => type === "report")).toEqual([]);
    expect(seatOf(next)).toMatchObject({ state: "requested", job: null });
    expect(next.slots[0]).toMatchObject({ barren: 0, task: null });
  });

  it("that is void is taken from its worker at once, and the next is fetched", () => {
    const state = rigWith({});
    const epoch = state.slots[0]?.epoch ?? 0;
    const { state: next, effects } = told(state, { type: "pool-void", seat: "p1" });
    const cancel = { type: "cancel", jobId: JOB.id, epoch };
    expect(ofType(effects, "send")).toMatchObject([{ slot: "p1", message: cancel }]);
    expect(effects).toContainEqual(ASKS);
    expect(next.slots[0]?.epoch).toBe(epoch + 1);
  });

  it.each([
    ["securing", SHARE],
    ["submitting", SHARE],
    ["idle", null],
  ] as const)("that is void stays what it is while the seat is %s", (state, share) => {
    const rig = rigWith({ state, share, job: share && JOB, retryAt: now + 9e5 });
    const { state: next, effects } = told(rig, { type: "pool-void", seat: "p1" });
    expect(effects).toEqual([]);
    expect(seatOf(next)).toMatchObject({ state, share });
  });

  it("that grew old is fetched anew, and the session goes on", () => {
    const job = { ...JOB, receivedAt: now - base.policy.jobLimitMaxMs };
    const { state, effects } = told(rigWith({ job }), { type: "tick" });
    expect(effects).toContainEqual(ASKS);
    expect(ofType(effects, "drop-pool")).toEqual([]);
    expect(seatOf(state).state).toBe("requested");
  });
});

it("that one failed goes to it again, if nobody else that is up has the kernel", () => {
  const job = { ...JOB, worker: null, tried: ["p1"] };
  const rig = rigWith({ state: "working", job });
  const slots = rig.slots.map((slot) =>
    slot.id === "p1" || slot.link === null
      ? slot
      : { ...slot, link: { ...slot.link, hasKernel: false } },
  );
  const { effects } = told({ ...rig, hosts: [], slots }, { type: "tick" });
  expect(ofType(effects, "send").map(({ slot }) => slot)).toEqual(["p1"]);
});

describe("a share", () => {
  it("is secured with all that tells whom it is for", () => {
    const state = rigWith({});
    const { effects } = told(state, result(state, 5));
    const { id: _, hashrateHs: __, ...share } = SHARE;
    expect(ofType(effects, "secure-share")).toMatchObject([{ share }]);
  });

  const secured = { type: "share-secured", seat: "p1", share: 9, valid: true } as const;

  it("that is good enough only for ourselves is told to nobody, and counts for nothing", () => {
    const state = rigWith({ state: "securing", share: { ...SHARE, hashrateHs: 999.6 } });
    const { state: next, effects } = told(state, { ...secured, isLocal: true });
    expect(ofType(effects, "submit-share")).toEqual([]);
    expect(ofType(effects, "settle-share")).toEqual([]);
    expect(effects).toContainEqual(ASKS);
    const detail = { seat: "p1", nonce: 5, hashrate_hs: 1000 };
    expect(ofType(effects, "report")).toMatchObject([{ ev: "share.local", slot: "p1", detail }]);
    expect(seatOf(next)).toMatchObject({ state: "requested", job: null, share: null });
    const before = seatOf(state);
    expect(seatOf(next)).toMatchObject({ accepted: before.accepted, unknown: before.unknown });
  });

  it("of ours leaves its seat idle where no more may be asked for yet", () => {
    const seat = { state: "securing", share: SHARE, since: 0, retryAt: now + 1 } as const;
    const { state: next, effects } = told(rigWith(seat), { ...secured, isLocal: true });
    expect(effects).not.toContainEqual(ASKS);
    expect(seatOf(next)).toMatchObject({ state: "idle", since: now, job: null, share: null });
  });

  it("of ours that a thread of this machine found names no slot", () => {
    const share = { ...SHARE, worker: "h1" };
    const { effects } = told(rigWith({ state: "securing", share }), { ...secured, isLocal: true });
    expect(ofType(effects, "report")).toMatchObject([{ ev: "share.local", slot: null }]);
  });

  it("goes to the pool whose work it is of, and to no other", () => {
    const { effects } = told(rigWith({ state: "securing", share: SHARE }), secured);
    expect(ofType(effects, "submit-share")).toEqual([{ type: "submit-share", share: SHARE }]);
    const elsewhere = rigWith({ state: "securing", share: { ...SHARE, node: "b:1" } });
    const held = told(elsewhere, secured);
    expect(ofType(held.effects, "submit-share")).toEqual([]);
    expect(held.state.halted).toBe("12: a share for a pool that its job is not of");
  });
});

it("work of a pool that was left is not sent (11)", () => {
  const state = rigWith({});
  const [slot] = state.slots;
  const message = { type: "job", id: JOB.id, epoch: slot?.epoch } as never;
  const effect: Effect = { type: "send", slot: "p1", link: slot?.link?.id ?? 0, message };
  expect(violation(state, effect, now)).toBeNull();
  const left = rigWith({ job: { ...JOB, node: "b:1" } });
  expect(violation(left, effect, now)).toBe("11: work of a pool that was left");
});

describe("a Zero", () => {
  const linked = (algorithm: "sha256d" | "duco-s1") =>
    told(base.state, {
      type: "link-up",
      slot: "p1",
      link: 77,
      hello: helloOf("boot-9", algorithm),
    });

  it("that has the kernel is measured by it", () => {
    const { state, effects } = linked("sha256d");
    expect(state.slots[0]?.link).toMatchObject({ hasKernel: true, nominalHs: 240_000 });
    expect(effects).not.toContainEqual(expect.objectContaining({ ev: "link.no-kernel" }));
  });

  it("that has not is told of, and gets no work", () => {
    const { state, effects } = linked("duco-s1");
    expect(state.slots[0]?.link).toMatchObject({ hasKernel: false, nominalHs: 0 });
    const todo = 'add "sha256d" to `algorithms` in the agent.toml of this Zero';
    expect(effects).toContainEqual(
      expect.objectContaining({ ev: "link.no-kernel", detail: { algorithm: "sha256d", todo } }),
    );
    const slots = state.slots.map((slot) =>
      slot.id === "p1" && slot.link !== null
        ? { ...slot, phase: "Ready" as const, task: null, link: { ...slot.link, tested: true } }
        : slot,
    );
    const rig = { ...state, slots };
    const [slot] = rig.slots;
    expect(slot && explain(rig, slot, now).notes).toContain(
      "gets no work: its agent takes no sha256d jobs (`algorithms` in its agent.toml)",
    );
    const later = step(rig, { type: "tick", now });
    expect(ofType(later.effects, "send").filter(({ slot }) => slot === "p1")).toEqual([]);
  });
});

it("all seats connect at once, for they share one connection", () => {
  const rig = rigWith({ state: "down", job: null });
  const down = rig.seats.map((seat) => ({ ...seat, state: "down" as const, retryAt: 0 }));
  const { effects } = told({ ...rig, seats: down, lastConnectAt: now - 1 }, { type: "tick" });
  expect(ofType(effects, "connect-pool")).toHaveLength(down.length);
});

it("a lost pool is tried again after a time that is stretched at random", () => {
  const down = { type: "pool-down", seat: "p1", code: "closed", detail: "x" } as const;
  expect(seatOf(told(rigWith({}), down).state).retryAt).toBe(now + 5000);
  const { state } = told(rigWith({}), { ...down, stretch: 1.2 });
  expect(seatOf(state).retryAt).toBe(now + 6000);
});

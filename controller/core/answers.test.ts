// What a worker's answer does: to its rate, to the job, to its standing.

import { describe, expect, it } from "vitest";
import { ofType, reportsOf } from "../../test/sim/effects.ts";
import { INTENT, mining } from "../../test/sim/scene.ts";
import { draftOf } from "./draft.ts";
import type { EventOf } from "./event.ts";
import { onNack, onResult, onShareSecured } from "./observe-work.ts";
import type { Host, Job, Seat, Share } from "./seat.ts";
import { SELF_TEST, SELF_TEST_SEAT } from "./self-test.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";

const base = mining({ hostWorkers: 1 });
const { now } = base;
const NOMINAL_HS = base.state.slots[0]?.link?.nominalHs ?? 0;

const JOB: Job = {
  id: "p2-7",
  algorithm: "duco-s1",
  poolTarget: "b",
  node: "",
  ref: "",
  prefix: "a",
  target: "b",
  difficulty: 5,
  to: 500,
  receivedAt: now,
  worker: "p1",
  tried: [],
  missed: [],
};
const TASK = {
  jobId: JOB.id,
  seat: "p2",
  link: base.state.slots[0]?.link?.id ?? 0,
  until: now + 1e6,
};

/** p1 and h1 both hold the job of p2's seat; only one of them ever answers in a test. */
function rigWith(
  slot: Partial<Slot> = {},
  job: Partial<Job> = {},
  host: Partial<Host> = {},
): RigState {
  const plain = { task: TASK, heardAt: 0, progressAt: 0, busyAt: 0, rateHs: 0, rateWeightMs: 0 };
  return {
    ...base.state,
    slots: base.state.slots.map((each) =>
      each.id === "p1" ? { ...each, ...plain, ...slot } : { ...each, task: null },
    ),
    hosts: base.state.hosts.map((each) => ({
      ...each,
      task: TASK,
      rateHs: 0,
      rateWeightMs: 0,
      ...host,
    })),
    seats: base.state.seats.map((each): Seat => {
      const none = { state: "idle", job: null, share: null, since: 0 } as const;
      return each.id === "p2"
        ? { ...each, ...none, state: "working", job: { ...JOB, ...job } }
        : { ...each, ...none };
    }),
  };
}

function answered(rig: RigState, answer: Partial<EventOf<"result">> = {}, worker = "p1") {
  const host = worker === "h1" ? rig.hosts[0] : undefined;
  const draft = draftOf(rig, now);
  onResult(draft, {
    type: "result",
    now,
    worker,
    link: host ? null : TASK.link,
    jobId: JOB.id,
    epoch: (host ?? rig.slots[0])?.epoch ?? 0,
    nonce: 42,
    hashes: 240_000,
    elapsedMs: 1000,
    ...answer,
  });
  const [slot] = draft.rig.slots as [Slot];
  const [, seat] = draft.rig.seats as [Seat, Seat];
  const { rig: after, effects, stirred } = draft;
  return { slot, seat, host: after.hosts[0] as Host, effects, rig: after, stirred };
}

describe("the rate of a worker", () => {
  const table: [number, number, number, number, number, number][] = [
    // rate and weight before, hashes and time of the answer, rate and weight then
    [0, 0, 240_000, 1000, 240_000, 1000],
    [100, 1000, 300, 1000, 200, 2000],
    [100, 20_000, 2000, 20_000, 100, 20_000],
    [100, 19_500, 10_000, 500, 597.5, 20_000],
    [100, 20_000, 0, 20_000, 50, 20_000],
    [100, 1000, 5, 0, 105_000 / 1001, 1001],
    [0, 0, 5, 0.5, 5000, 1],
  ];
  it.each(table)(
    "of %f over %f ms is, with %f in %f ms, %f over %f ms",
    (rateHs, rateWeightMs, hashes, elapsedMs, rate, weight) => {
      const { slot, seat } = answered(rigWith({ rateHs, rateWeightMs }), { hashes, elapsedMs });
      expect(slot.rateHs).toBeCloseTo(rate, 6);
      expect(slot.rateWeightMs).toBe(weight);
      expect(seat.share?.hashrateHs).toBeCloseTo(rate, 6);
      const { host } = answered(
        rigWith({}, {}, { rateHs, rateWeightMs }),
        { hashes, elapsedMs },
        "h1",
      );
      expect(host.rateHs).toBeCloseTo(rate, 6);
      expect(host.rateWeightMs).toBe(weight);
    },
  );
});

describe("an answer of a Zero", () => {
  it("frees it, counts as a sign of life and of progress, and goes to be verified", () => {
    const { slot, seat, effects } = answered(rigWith({ unanswered: 2, slowResults: 2 }));
    expect(slot).toMatchObject({
      task: null,
      heardAt: now,
      progressAt: now,
      busyAt: now,
      unanswered: 0,
      slowResults: 0,
    });
    const share: Share = {
      id: base.state.nextId,
      seat: "p2",
      jobId: JOB.id,
      worker: "p1",
      algorithm: "duco-s1",
      poolTarget: "b",
      node: "",
      ref: "",
      prefix: "a",
      target: "b",
      difficulty: 5,
      nonce: 42,
      hashrateHs: 240_000,
    };
    expect(seat).toMatchObject({ state: "securing", since: now, share });
    expect(effects).toEqual([{ type: "secure-share", share }]);
  });

  const late: [string, Partial<EventOf<"result">>][] = [
    ["an older epoch", { epoch: 0 }],
    ["another job", { jobId: "p1-1" }],
  ];
  it.each(late)("of %s is reported, and tells only that the Zero lives", (_, answer) => {
    const rig = rigWith();
    const { slot, seat, effects } = answered(rig, answer);
    expect([slot, seat]).toEqual([{ ...rig.slots[0], heardAt: now }, rig.seats[1]]);
    const detail = { job: answer.jobId ?? JOB.id };
    expect(reportsOf(effects)).toEqual([
      { level: "info", ev: "result.late", slot: "p1", why: null, detail },
    ]);
  });

  it("over another link says nothing", () => {
    const rig = rigWith();
    const { effects, slot } = answered(rig, { link: 9999 });
    expect({ effects, slot }).toEqual({ effects: [], slot: rig.slots[0] });
  });

  const speeds: [number, number, number][] = [
    // share of the nominal rate, time, slow results after one before
    [0.49, 1000, 2],
    [0.4997, 1000, 2],
    [0.5, 1000, 0],
    [0.49, 100, 2],
    [0.01, 99, 0], // too short to tell
  ];
  it.each(speeds)(
    "at %f of its own rate over %i ms makes %i slow ones in a row",
    (share, elapsedMs, slow) => {
      const hashes = (share * NOMINAL_HS * elapsedMs) / 1000;
      expect(answered(rigWith({ slowResults: 1 }), { hashes, elapsedMs }).slot.slowResults).toBe(
        slow,
      );
    },
  );

  it("that is the third slow one in a row makes it Degraded, and a good one clears that", () => {
    const slow = { hashes: 1, elapsedMs: 1000 };
    expect(answered(rigWith({ slowResults: 1 }), slow).slot.phase).toBe("Ready");
    expect(answered(rigWith({ slowResults: 2 }), slow).slot).toMatchObject({
      phase: "Degraded",
      why: "slow",
    });
    const cleared = answered(rigWith({ phase: "Degraded", slowResults: 5 }));
    expect(cleared.slot).toMatchObject({ phase: "Ready", why: "recovered" });
  });

  it("of a warm Zero is followed by a rest as long as the work", () => {
    expect(answered(rigWith({ heat: 1, restUntil: 0 }), { elapsedMs: 700 }).slot.restUntil).toBe(
      now + 700,
    );
    expect(answered(rigWith({ heat: 0, restUntil: 0 }), { elapsedMs: 700 }).slot.restUntil).toBe(0);
    expect(answered(rigWith({ phase: "Degraded", heat: 1 })).stirred).toBe(true);
    expect(answered(rigWith({ heat: 0 })).stirred).toBe(false);
  });
});

describe("a search that found nothing", () => {
  it("gives the job to another, names who had it, and asks the Zero for the known answer", () => {
    const { slot, seat, effects } = answered(rigWith(), { nonce: null });
    expect(seat).toMatchObject({
      state: "working",
      job: { worker: null, tried: ["p1"], missed: ["p1"] },
    });
    expect(slot.task?.seat).toBe(SELF_TEST_SEAT);
    expect(reportsOf(effects)).toEqual([
      {
        level: "warn",
        ev: "job.no-solution",
        slot: null,
        why: null,
        detail: { seat: "p2", job: JOB.id, worker: "p1" },
      },
    ]);
    expect(ofType(effects, "secure-share")).toEqual([]);
  });

  it.each([
    [1, 0],
    [2, 1],
  ])("after %i others drops %i sessions", (others, drops) => {
    const tried = ["p3", "p4"].slice(0, others);
    const { effects, seat } = answered(rigWith({}, { tried, missed: tried }), { nonce: null });
    expect(ofType(effects, "drop-pool")).toMatchObject(Array(drops).fill({ seat: "p2" }));
    expect(seat.job).toMatchObject({ tried: [...tried, "p1"], missed: [...tried, "p1"] });
  });
});

describe("the known answer", () => {
  const TEST = { ...TASK, seat: SELF_TEST_SEAT };
  const untested = { ...(base.state.slots[0]?.link as NonNullable<Slot["link"]>), tested: false };
  const asked = { task: TEST, link: untested, phase: "Booting", why: "linked" } as const;

  it("given rightly makes it Ready, and closes what was open", () => {
    const { slot, effects } = answered(rigWith({ ...asked, intent: INTENT, tries: 2 }), {
      nonce: SELF_TEST.nonce,
    });
    expect(slot).toMatchObject({
      phase: "Ready",
      why: "self-test-passed",
      intent: null,
      tries: 0,
      task: null,
    });
    expect(slot.link?.tested).toBe(true);
    expect(ofType(effects, "close-intent")).toEqual([
      { type: "close-intent", intent: 3, outcome: "done" },
    ]);
    // It says nothing of speed, and is no share.
    expect(slot.rateWeightMs).toBe(0);
    expect(ofType(effects, "secure-share")).toEqual([]);
  });

  it("given wrongly is a fault until the next look", () => {
    const { slot } = answered(rigWith(asked), { nonce: SELF_TEST.nonce + 1 });
    expect(slot).toMatchObject({ phase: "Fault", why: "wrong-answers", until: now + 60_000 });
    expect(slot.link?.tested).toBe(false);
  });

  it("given rightly by one that is up changes nothing but its link", () => {
    const { slot, effects } = answered(rigWith({ ...asked, phase: "Degraded" }), {
      nonce: SELF_TEST.nonce,
    });
    expect(slot).toMatchObject({ phase: "Degraded", link: { tested: true } });
    expect(effects).toEqual([]);
  });

  describe("that ends a boot", () => {
    const onAt = now - 4321;
    const boots = Array.from({ length: 25 }, (_, index) => index);
    it("is learned from, as one of the last twenty", () => {
      const { slot, effects } = answered(
        rigWith({ ...asked, bootPending: true, onAt, bootMs: boots }),
        {
          nonce: SELF_TEST.nonce,
        },
      );
      expect(slot.bootMs).toEqual([...boots.slice(6), 4321]);
      expect(slot.bootPending).toBe(false);
      expect(ofType(effects, "save-slot")).toHaveLength(1);
    });

    it("that we did not begin is not", () => {
      const { slot, effects } = answered(
        rigWith({ ...asked, bootPending: false, onAt, bootMs: boots }),
        {
          nonce: SELF_TEST.nonce,
        },
      );
      expect(slot.bootMs).toEqual(boots);
      expect(ofType(effects, "save-slot")).toEqual([]);
    });
  });
});

describe("an answer of a host worker", () => {
  it("frees it and goes to be verified", () => {
    const { host, seat } = answered(rigWith({}, { worker: "h1" }, { hashes: 5 }), {}, "h1");
    expect(host).toMatchObject({ task: null, hashes: 240_005 });
    expect(seat).toMatchObject({ state: "securing", share: { worker: "h1" } });
  });

  it.each([{ epoch: 0 }, { jobId: "x" }])("that comes late %o only counts its hashes", (answer) => {
    const rig = rigWith({}, {}, { hashes: 5 });
    const { host, seat } = answered(rig, answer, "h1");
    expect(host).toEqual({ ...rig.hosts[0], hashes: 240_005 });
    expect(seat).toEqual(rig.seats[1]);
  });
});

describe("a refusal", () => {
  function refused(rig: RigState, nack: Partial<EventOf<"nack">>) {
    const draft = draftOf(rig, now);
    onNack(draft, {
      type: "nack",
      now,
      worker: "p1",
      link: TASK.link,
      jobId: JOB.id,
      epoch: 0,
      ...nack,
    });
    return { effects: draft.effects, rig: draft.rig };
  }

  it("of a Zero gives its job to another", () => {
    const rig = rigWith();
    const { effects, rig: after } = refused(rig, {});
    expect(after.slots[0]).toMatchObject({ task: null, epoch: (rig.slots[0]?.epoch ?? 0) + 1 });
    expect(after.seats[1]?.job).toMatchObject({ worker: null, tried: ["p1"], missed: [] });
    expect(reportsOf(effects)).toMatchObject([
      { level: "warn", ev: "job.refused", slot: "p1", detail: { job: JOB.id } },
    ]);
  });

  it("of a host worker too", () => {
    const { effects, rig: after } = refused(rigWith(), { worker: "h1", link: null });
    expect(after.hosts[0]?.task).toBeNull();
    expect(after.seats[1]?.job).toMatchObject({ worker: null, tried: ["h1"] });
    expect(effects).toEqual([{ type: "host-cancel", worker: "h1" }]);
  });

  it.each([{ link: 9999 }, { worker: "p2" }, { worker: "p9" }, { worker: "h1", jobId: "x" }])(
    "that does not fit, %o, changes nothing",
    (nack) => {
      const rig = rigWith();
      const { effects, rig: after } = refused(rig, nack);
      expect(effects).toEqual([]);
      expect([after.slots, after.hosts, after.seats]).toEqual([rig.slots, rig.hosts, rig.seats]);
    },
  );

  it("of a job that the Zero does not hold tells only that it lives", () => {
    const rig = rigWith();
    const { effects, rig: after } = refused(rig, { jobId: "x" });
    expect(effects).toEqual([]);
    expect(after.slots[0]).toEqual({ ...rig.slots[0], heardAt: now });
    expect(after.seats).toEqual(rig.seats);
  });
});

describe("a share", () => {
  const SHARE: Share = {
    id: 77,
    seat: "p2",
    jobId: JOB.id,
    worker: "p1",
    algorithm: "duco-s1",
    poolTarget: "b",
    node: "",
    ref: "",
    prefix: "a",
    target: "b",
    difficulty: 5,
    nonce: 42,
    hashrateHs: 1,
  };

  function secured(valid: boolean, job: Partial<Job> = {}, slot: Partial<Slot> = {}) {
    const rig = rigWith({ task: null, ...slot }, job);
    const seats = rig.seats.map((seat) =>
      seat.id === "p2" ? { ...seat, state: "securing" as const, share: SHARE } : seat,
    );
    const draft = draftOf({ ...rig, seats }, now);
    onShareSecured(draft, { type: "share-secured", now, seat: "p2", share: 77, valid });
    return { seat: draft.rig.seats[1], slots: draft.rig.slots, effects: draft.effects };
  }

  it("that is right and written down goes to the pool", () => {
    const { seat, effects } = secured(true);
    expect(seat).toMatchObject({ state: "submitting", since: now, share: SHARE });
    expect(effects).toEqual([{ type: "submit-share", share: SHARE }]);
  });

  it.each([0, 1, 3])("that is right ends a row of %i misses", (barren) => {
    expect(secured(true, {}, { barren }).slots[0]?.barren).toBe(0);
  });

  it("that is right puts the blame on those who searched its job and missed it", () => {
    const { slots } = secured(true, { missed: ["p3", "p4", "h1"] });
    expect(slots.map(({ barren }) => barren)).toEqual([0, 0, 1, 1]);
  });

  it("that is wrong goes to another worker, and its Zero is tested", () => {
    const { seat, effects, slots } = secured(false, {}, { barren: 1 });
    expect(seat).toMatchObject({
      state: "working",
      share: null,
      job: { worker: null, tried: ["p1"] },
    });
    expect(slots[0]).toMatchObject({
      barren: 2,
      task: { seat: SELF_TEST_SEAT },
      link: { tested: false },
    });
    expect(reportsOf(effects)).toEqual([
      {
        level: "error",
        ev: "share.wrong",
        slot: null,
        why: null,
        detail: { seat: "p2", worker: "p1" },
      },
    ]);
  });

  it("that is wrong after two others ends the session", () => {
    const { effects } = secured(false, { tried: ["p3", "p4"] });
    expect(ofType(effects, "drop-pool")).toEqual([
      { type: "drop-pool", seat: "p2", why: "no worker could solve the job" },
    ]);
  });

  it("that is wrong interrupts no other work of its Zero", () => {
    const { slots, effects } = secured(false, {}, { task: { ...TASK, jobId: "p1-9", seat: "p1" } });
    expect(slots[0]?.task?.jobId).toBe("p1-9");
    expect(ofType(effects, "send")).toEqual([]);
  });
});

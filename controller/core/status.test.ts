// The figures that people are shown: whose they are, how old, and what they add up to; and what is asked of silent Zeros.

import { describe, expect, it } from "vitest";
import { ofType } from "../../test/sim/effects.ts";
import { mining } from "../../test/sim/scene.ts";
import { draftOf } from "./draft.ts";
import { classify, onProbed, probeSilent } from "./evidence.ts";
import { nextStep } from "./evidence-text.ts";
import { countBarren } from "./ladder.ts";
import { accountEnergy } from "./meter.ts";
import type { Seat, SeatState } from "./seat.ts";
import { SELF_TEST_SEAT } from "./self-test.ts";
import type { Slot } from "./slot.ts";
import type { RigState } from "./state.ts";
import { awaitsVerdict, isSwitching, view } from "./view.ts";
import { orphan, releaseHost, releaseSlot } from "./work.ts";

const world = mining({ zeros: 2, hostWorkers: 2 });
const { now } = world;
const NEVER = Number.POSITIVE_INFINITY;
const TASK = { jobId: "p1-1", seat: "p1", link: 1, until: now };
const base: RigState = {
  ...world.state,
  slots: world.state.slots.map((slot): Slot => ({ ...slot, task: null, busyAt: now - 60_000 })),
};

function rig(p1: Partial<Slot>, changes: Partial<RigState> = {}): RigState {
  const slots = base.slots.map((slot) => (slot.id === "p1" ? { ...slot, ...p1 } : slot));
  return { ...base, slots, ...changes };
}

function shown(given: RigState) {
  return view(given, { version: "1", board: "a board" }, now);
}

describe("the rate that is shown", () => {
  const table: [string, Partial<Slot>, number][] = [
    ["is that of a Zero at work", { task: TASK }, 1235],
    ["is that of one between two jobs", { busyAt: now - 9999 }, 1235],
    ["is none of one that has had no job for long", { busyAt: now - 10_000 }, 0],
    ["is that of a degraded one", { phase: "Degraded", task: TASK }, 1235],
    ["is none of one that is not up", { phase: "Suspect", task: TASK }, 0],
  ];
  it.each(table)("%s", (_, changes, rate) => {
    expect(shown(rig({ rateHs: 1234.6, ...changes })).slots[0]?.hashrate_hs).toBe(rate);
  });
});

it("the kernel that is shown is the agent's; none is without a link", () => {
  const kernelOf = (changes: Partial<Slot>) => shown(rig(changes)).slots[0]?.kernel;
  const { link } = rig({}).slots[0] as Slot;
  expect(kernelOf({ link: link && { ...link, kernel: "wasm-simd" } })).toBe("wasm-simd");
  expect(kernelOf({ link: null })).toBe(null);
});

describe("the state that is shown", () => {
  const hold = (kind: "cordon" | "foreign") => ({
    hold: { kind, reason: "fan", since: 0, until: now + 700.6 },
  });
  it.each([
    [{ phase: "Ready", ...hold("cordon") }, "Cordoned"],
    [{ phase: "Degraded", ...hold("cordon") }, "Cordoned"],
    [{ phase: "Suspect", ...hold("cordon") }, "Suspect"],
    [{ phase: "Ready", ...hold("foreign") }, "Ready"],
  ] as const)("of %o is %s", (changes, state) => {
    expect(shown(rig(changes)).slots[0]?.state).toBe(state);
  });

  it("names a hold with the time that it has left", () => {
    expect(shown(rig(hold("cordon"))).slots[0]?.hold).toEqual({
      kind: "cordon",
      reason: "fan",
      left_ms: 701,
    });
    const over = { hold: { ...hold("cordon").hold, until: now - 5 } };
    expect(shown(rig(over)).slots[0]?.hold?.left_ms).toBe(0);
    const endless = { hold: { ...hold("cordon").hold, until: NEVER } };
    expect(shown(rig(endless)).slots[0]?.hold?.left_ms).toBeNull();
  });

  it("has ages that grow from what was last told", () => {
    const vitals = { at: now - 400.6, hashes: 1, tempC: 41, throttled: 2, uptimeMs: 5000 };
    expect(shown(rig({ vitals, since: now - 300.6 })).slots[0]).toMatchObject({
      uptime_ms: 5401,
      temp_c: 41,
      throttled: 2,
      for_ms: 301,
    });
    expect(shown(rig({}, { startedAt: now - 99.6 })).uptime_ms).toBe(100);
    const external = { watts: 9, source: "sun", until: now + 99.6 };
    expect(shown(rig({}, { external })).power.external?.left_ms).toBe(100);
  });

  it.each([
    [{}, false],
    [{ phase: "PoweringOn" }, true],
    [{ phase: "PoweringOff" }, true],
    [{ phase: "Off" }, false],
  ] as const)("of one of two slots, %o, is worth reading the board often: %s", (changes, often) => {
    expect(isSwitching(rig(changes))).toBe(often);
  });
});

describe("the sums", () => {
  const counts: [string, number, number, number][] = [
    ["p1", 1, 10, 100],
    ["p2", 2, 20, 200],
    ["h1", 4, 40, 400],
    ["h2", 8, 80, 800],
  ];
  const seats = base.seats.map((seat): Seat => {
    const [, accepted = 0, rejected = 0, unknown = 0] = counts.find(([id]) => id === seat.id) ?? [];
    return { ...seat, accepted, rejected, unknown };
  });
  const slots = base.slots.map(
    (slot, index): Slot => ({
      ...slot,
      hashes: 3 + index,
      fences: 5 + index,
      energy: { measuredJ: 1, modelledJ: 2 + index, at: now },
    }),
  );
  const hosts = base.hosts.map((host, index) => ({ ...host, hashes: 7 + index }));
  const policy = { ...base.policy, tariffPerKwh: 0.3 };
  const status = shown({ ...base, seats, slots, hosts, policy });

  it("are those of the Zeros and of the host", () => {
    expect(
      status.slots.map(({ accepted, rejected, unknown }) => [accepted, rejected, unknown]),
    ).toEqual([
      [1, 10, 100],
      [2, 20, 200],
    ]);
    expect(status.host).toEqual({
      workers: 2,
      accepted: 12,
      rejected: 120,
      unknown: 1200,
      hashes: 15,
    });
    expect(status.totals).toMatchObject({
      accepted: 15,
      rejected: 150,
      unknown: 1500,
      hashes: 22,
      fences: 11,
    });
  });

  it("of watts are told to the hundredth", () => {
    const meter = { watts: 1.238, until: NEVER };
    const metered = base.slots.map((slot) => ({ ...slot, meter }));
    expect(shown({ ...base, slots: metered }).watts).toBe(2.48);
  });

  it("of energy are for the work of the Zeros alone", () => {
    expect(status.slots[0]?.energy).toEqual({
      source: "both",
      joules: 3,
      measured_joules: 1,
      joules_per_hash: 1,
      joules_per_share: 3,
      cost: (3 / 3_600_000) * 0.3,
    });
    expect(status.totals.energy).toMatchObject({
      joules: 7,
      joules_per_hash: 1,
      joules_per_share: 7 / 3,
    });
  });

  const states: [SeatState, number, boolean][] = [
    ["down", 0, false],
    ["connecting", 0, false],
    ["idle", 4, false],
    ["requested", 4, false],
    ["working", 4, false],
    ["securing", 4, true],
    ["submitting", 4, true],
  ];
  it.each(states)(
    "of seats that are %s: %i sessions, a verdict is awaited: %s",
    (seatState, connected, awaits) => {
      const given = { ...base, seats: base.seats.map((seat) => ({ ...seat, state: seatState })) };
      expect(shown(given).pool.connected).toBe(connected);
      expect(awaitsVerdict(given)).toBe(awaits);
    },
  );
});

describe("what comes next", () => {
  it("of a Zero that a rule would switch off names the rule, and what it waits for", () => {
    const sun = { external: { watts: 1, source: "sun", until: NEVER } };
    const [p1, p2] = base.slots as [Slot, Slot];
    const old = rig(
      {},
      {
        ...sun,
        slots: [
          { ...p1, onAt: -1e6 },
          { ...p2, onAt: -1e6 + 1 },
        ],
      },
    );
    expect(nextStep(old, old.slots[1] as Slot, now)).toBe("off (ceiling)");
    expect(nextStep(old, old.slots[0] as Slot, now)).toBeNull();
    const none = { ...old, external: { ...sun.external, watts: 0 } };
    expect(nextStep(none, none.slots[0] as Slot, now)).toBe("off (ceiling), after p2");
    const [first, second] = none.slots as [Slot, Slot];
    const stuck = { ...none, slots: [first, { ...second, heat: 3, action: 9 } as const] };
    expect(nextStep(stuck, first, now)).toBe("off (ceiling)");
    const young = rig({}, { ...sun, slots: [p1, p2].map((slot) => ({ ...slot, movedAt: now })) });
    expect(nextStep(young, young.slots[1] as Slot, now)).toBe(
      "off (ceiling), waits for ceiling-dwell",
    );
    const hot = rig({ heat: 3 });
    expect(nextStep(hot, hot.slots[0] as Slot, now)).toBe("off (hot)");
    const policy = { ...base.policy, idleOffMs: 60_000 };
    const idle = rig({ since: now - 1e6, onAt: now - 1e6 }, { policy });
    expect(nextStep(idle, idle.slots[0] as Slot, now)).toBe("off (idle)");
  });
});

describe("a silent Zero", () => {
  const silent = { phase: "Suspect", heardAt: now - 10_000, probeAskedAt: now - 5000 } as const;
  const table: [string, Partial<Slot>, boolean][] = [
    ["is asked whether its kernel answers", silent, true],
    ["is asked on its way to the power line too", { ...silent, phase: "Remediating" }, true],
    ["is not asked while it is in no trouble", { ...silent, phase: "Ready" }, false],
    ["is not asked while it is heard", { ...silent, heardAt: now - 9999 }, false],
    ["is not asked again within five seconds", { ...silent, probeAskedAt: now - 4999 }, false],
  ];
  it.each(table)("%s", (_, changes, asked) => {
    const draft = draftOf(rig(changes, { resumedAt: -1e9 }), now);
    probeSilent(draft);
    expect(ofType(draft.effects, "probe")).toEqual(asked ? [{ type: "probe", slot: "p1" }] : []);
    expect(draft.rig.slots[0]?.probeAskedAt).toBe(asked ? now : changes.probeAskedAt);
  });

  it("is known to answer, or not to, from the moment that it was asked", () => {
    const draft = draftOf(rig({ answers: null }), now);
    onProbed(draft, { type: "probed", now, slot: "p1", answers: true });
    onProbed(draft, { type: "probed", now, slot: "p9", answers: true });
    expect(draft.rig.slots.map(({ answers }) => answers)).toEqual([
      { yes: true, at: now },
      base.slots[1]?.answers,
    ]);
  });

  it.each([
    [9999, "heard"],
    [10_000, "zero-dead"],
  ])("is called so %i ms after it was heard: %s", (ms, expected) => {
    const given = rig({ heardAt: now - ms }, { linkServerProvedAt: now });
    expect(classify(given, given.slots[0] as Slot, now)).toBe(expected);
  });
});

describe("a Zero that misses solutions", () => {
  it.each([
    [3, "Remediating", "restart-worker"],
    [7, "Remediating", "restart-agent"],
    [11, "Remediating", "soft-reboot"],
    [15, "Fault", null],
    [4, "Ready", null],
  ])("after %i and one more is in %s %s", (barren, phase, stage) => {
    const remedies = Math.floor(barren / 4);
    const draft = draftOf(rig({ barren, remedies, phase: "Ready" }), now);
    countBarren(draft, draft.rig.slots[0] as Slot);
    const [slot] = draft.rig.slots as [Slot];
    expect(slot).toMatchObject({ phase, barren: barren + 1 });
    if (stage !== null) expect(slot.stage).toBe(stage);
    const asked = stage === "restart-worker" ? { task: { seat: SELF_TEST_SEAT } } : {};
    expect(slot).toMatchObject(asked);
    if (phase === "Fault") expect(slot).toMatchObject({ why: "no-shares", until: now + 60_000 });
  });
});

describe("work that is taken away", () => {
  const job = {
    id: "p1-1",
    algorithm: "duco-s1" as const,
    poolTarget: "",
    node: "",
    ref: "",
    prefix: "",
    target: "",
    difficulty: 1,
    to: 9,
    receivedAt: 0,
    worker: "p1",
    tried: ["p2"],
    missed: [],
  };
  const held = (changes: Partial<RigState> = {}) => ({
    ...rig({ task: TASK }),
    seats: base.seats.map(
      (seat): Seat => ({
        ...seat,
        state: "securing",
        share: null,
        job: { ...job, id: `${seat.id}-1` },
      }),
    ),
    hosts: base.hosts.map((host) => ({ ...host, task: { jobId: "h1-1", seat: "h1", until: now } })),
    ...changes,
  });

  it.each([
    [false, ["p2"]],
    [true, ["p2", "p1"]],
  ])("from a Zero goes back to its seat, with blame: %s", (failed, tried) => {
    const draft = draftOf(held(), now);
    const [slot] = draft.rig.slots as [Slot];
    const next = releaseSlot(draft, slot, failed);
    expect(next).toMatchObject({ task: null, epoch: slot.epoch + 1 });
    expect(draft.rig.seats[0]).toMatchObject({
      state: "working",
      share: null,
      job: { worker: null, tried },
    });
    expect(draft.effects).toEqual([
      {
        type: "send",
        slot: "p1",
        link: 1,
        message: { type: "cancel", jobId: "p1-1", epoch: slot.epoch },
      },
    ]);
  });

  it.each([
    [false, ["p2"]],
    [true, ["p2", "h1"]],
  ])("from a host worker too, with blame: %s", (failed, tried) => {
    const draft = draftOf(held(), now);
    const [host] = draft.rig.hosts;
    if (host?.task == null) throw new Error("no task");
    releaseHost(draft, host, host.task, failed);
    expect(draft.rig.hosts[0]).toMatchObject({ task: null, epoch: host.epoch + 1 });
    expect(draft.rig.seats[2]).toMatchObject({ state: "working", job: { worker: null, tried } });
    expect(draft.effects).toEqual([{ type: "host-cancel", worker: "h1" }]);
  });

  it("before it was sent is not sent at all", () => {
    const draft = draftOf(held(), now);
    const send = (jobId: string) => ({
      type: "send" as const,
      slot: "p1" as const,
      link: 1,
      message: {
        type: "job" as const,
        id: jobId,
        epoch: 1,
        algorithm: "duco-s1" as const,
        prefix: "",
        target: "",
        from: 0,
        to: 1,
        budgetMs: 1,
      },
    });
    draft.effects.push(send("p1-1"), send("p2-1"));
    releaseSlot(draft, draft.rig.slots[0] as Slot, false);
    expect(draft.effects).toEqual([send("p2-1")]);
  });

  it("of a job that is another's by now changes nothing", () => {
    const draft = draftOf(held(), now);
    expect(orphan(draft, "p1", "p1-0", "p1")).toEqual([]);
    expect(draft.rig.seats).toEqual(held().seats);
  });
});

it("energy is accounted for every five seconds", () => {
  const at = (ms: number) => ({ energy: { measuredJ: 0, modelledJ: 0, at: now - ms } });
  const draft = draftOf(rig(at(5000)), now);
  accountEnergy(draft);
  expect(draft.rig.slots[0]?.energy).toEqual({ measuredJ: 0, modelledJ: 5, at: now });
  const early = draftOf(rig(at(4999)), now);
  accountEnergy(early);
  expect(early.rig.slots[0]?.energy).toEqual(at(4999).energy);
});

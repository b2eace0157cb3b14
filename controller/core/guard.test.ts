import { describe, expect, it } from "vitest";
import { INTENT } from "../../test/sim/scene.ts";
import { World } from "../../test/sim/world.ts";
import type { Effect } from "./effect.ts";
import { violation } from "./guard.ts";
import type { Hold, Slot } from "./slot.ts";
import { isMeantUp } from "./slot.ts";
import type { RigState } from "./state.ts";
import { step } from "./step.ts";

const PAUSE_HOLD: Hold = {
  kind: "cordon",
  reason: "",
  since: 0,
  until: Number.POSITIVE_INFINITY,
};

function mining(): World {
  const world = new World();
  world.allReady();
  world.run(10_000);
  return world;
}

function withSlot(state: RigState, id: string, changes: Partial<Slot>): RigState {
  return {
    ...state,
    slots: state.slots.map((slot) => (slot.id === id ? { ...slot, ...changes } : slot)),
  };
}

function power(
  to: "on" | "off",
  by: "operator" | "automation" = "automation",
  slot = "p1",
): Effect {
  return { type: "power", slot: slot as "p1", action: 1, to, by };
}

describe("the run-time assertions", () => {
  const world = mining();
  const { now } = world;
  const silent = withSlot(world.state, "p1", { intent: INTENT, phase: "PoweringOff", heardAt: 0 });
  const off = withSlot(world.state, "p1", {
    intent: INTENT,
    phase: "PoweringOn",
    line: "off",
    usb: "absent",
    offAt: 0,
  });

  it("let right effects pass", () => {
    expect(violation(silent, power("off"), now)).toBeNull();
    expect(violation(off, power("on"), now)).toBeNull();
    expect(violation(world.state, { type: "request-job", seat: "p1" }, now)).toBeNull();
  });

  it("stop a cut of a Zero that was heard, unless a person ordered it (1)", () => {
    const heard = withSlot(world.state, "p1", { intent: INTENT });
    expect(violation(heard, power("off"), now)).toMatch(/^1:/);
    expect(violation(heard, power("off", "operator"), now)).toBeNull();
  });

  it("count as heard who spoke within the liveness window, to the end of it (1)", () => {
    const { livenessMs } = world.state.policy;
    const heardAgo = (ms: number) => withSlot(silent, "p1", { heardAt: now - ms });
    expect(violation(heardAgo(livenessMs), power("off"), now)).toBeNull();
    expect(violation(heardAgo(livenessMs - 1), power("off"), now)).toMatch(/^1:/);
  });

  it("stop a cut of a Zero that boots in its grace, as long as that is (1)", () => {
    const { bootGraceMs } = world.state.policy;
    const booting = (changes: Partial<Slot>) =>
      violation(
        withSlot(silent, "p1", { bootPending: true, bootMs: [], ...changes }),
        power("off"),
        now,
      );
    const unheard = { heardAt: -1e9 };
    expect(booting({ ...unheard, onAt: now - bootGraceMs + 1 })).toMatch(/^1:.*boots/);
    expect(booting({ ...unheard, onAt: now - bootGraceMs })).toBeNull();
    // Its own boots were slower: 1.5 times the slowest.
    const slow = { ...unheard, bootMs: [bootGraceMs], onAt: now - bootGraceMs };
    expect(booting(slow)).toMatch(/^1:.*boots/);
    expect(booting({ ...slow, onAt: now - 1.5 * bootGraceMs })).toBeNull();
    // One that dialled in boots no more, whatever it answered.
    expect(booting({ ...slow, heardAt: slow.onAt })).toBeNull();
    // Found on at the start, and never heard since.
    const found = { bootPending: false, heardAt: Number.NEGATIVE_INFINITY };
    expect(booting({ ...found, onAt: now - bootGraceMs + 1 })).toMatch(/^1:.*boots/);
    expect(booting({ ...found, onAt: now - bootGraceMs })).toBeNull();
    // A further try of its start is no new cut.
    expect(booting({ ...unheard, onAt: now, tries: 1 })).toBeNull();
  });

  it("stop more cuts in an hour than are allowed, of the Zero and of the rig (2)", () => {
    const cuts = (count: number) => Array<number>(count).fill(now - 3_599_999);
    const cutting = (p1: number, p2: number) =>
      violation(
        withSlot(withSlot(silent, "p2", { cuts: cuts(p2) }), "p1", { cuts: cuts(p1) }),
        power("off"),
        now,
      );
    // The one that is about to be done is counted already.
    expect(cutting(6, 18)).toBeNull();
    expect(cutting(7, 0)).toMatch(/^2:.*hour/);
    expect(cutting(6, 19)).toMatch(/^2:.*hour/);
  });

  it("stop two starts within the stagger (14)", () => {
    const startedAgo = (ms: number) => withSlot(off, "p2", { onAt: now - ms });
    expect(violation(startedAgo(1999), power("on"), now)).toMatch(/^14:.*stagger/);
    expect(violation(startedAgo(2000), power("on"), now)).toBeNull();
    expect(violation(withSlot(off, "p1", { onAt: now }), power("on"), now)).toBeNull();
  });

  it("stop a write to lines that another hand was at, before they were read (10)", () => {
    const refused = withSlot(silent, "p1", { refused: true });
    expect(violation(refused, power("off"), now)).toMatch(/^10:/);
    expect(violation(refused, power("off", "operator"), now)).toMatch(/^10:/);
  });

  it("stop work for a Zero that is not up, or held by a person (11, 13)", () => {
    const job = world.effects.find(
      (effect) => effect.type === "send" && effect.message.type === "job",
    );
    if (job?.type !== "send") throw new Error("no job was sent");
    const { epoch } = world.slot(job.slot);
    const send = { ...job, message: { ...job.message, epoch } as never };
    const given = (changes: Partial<Slot>) =>
      violation(withSlot(world.state, job.slot, changes), send, now);
    const task = { jobId: "x", seat: "p1", link: 1, until: now };
    const hold = (kind: Hold["kind"]): Hold => ({ kind, reason: "", since: 0, until: now });
    expect(given({ task, phase: "Degraded" })).toBeNull();
    expect(given({ task, phase: "Suspect" })).toMatch(/^11:/);
    expect(given({ task: null, phase: "Booting" })).toMatch(/^11:/);
    expect(given({ task: { ...task, seat: "self-test" }, phase: "Booting" })).toBeNull();
    expect(given({ task, hold: hold("cordon") })).toMatch(/^13:/);
    expect(given({ task, hold: hold("foreign") })).toBeNull();
  });

  it("stop a shed against a pause or a hold that was there before it (13)", () => {
    const shed = (why: "ceiling" | "idle" | "hot" | "brown-out", changes: Partial<RigState>) =>
      violation(
        {
          ...withSlot(silent, "p1", {
            shed: { why, at: now - 100 },
            hold: changes.pause === undefined ? PAUSE_HOLD : null,
          }),
          ...changes,
        },
        { ...power("off"), by: "policy" } as Effect,
        now,
      );
    const pause = (since: number) => ({
      pause: { reason: "", since, until: Number.POSITIVE_INFINITY },
    });
    expect(shed("ceiling", pause(now - 101))).toMatch(/^13:/);
    expect(shed("ceiling", pause(now - 100))).toBeNull();
    expect(shed("idle", {})).toMatch(/^13:/);
    expect(shed("hot", pause(0))).toBeNull();
    expect(shed("brown-out", {})).toBeNull();
  });

  it("stop a second Zero between cut and beat (2)", () => {
    const two = withSlot(silent, "p2", { intent: INTENT });
    expect(violation(two, power("off"), now)).toMatch(/^2:/);
    const fault = withSlot(silent, "p2", { intent: INTENT, phase: "Fault" });
    expect(violation(fault, power("off"), now)).toBeNull();
  });

  it("stop `on` before off is proved, and within the dwell (4)", () => {
    expect(violation(withSlot(off, "p1", { line: "on" }), power("on"), now)).toMatch(/^4:/);
    expect(violation(withSlot(off, "p1", { usb: "present" }), power("on"), now)).toMatch(/^4:/);
    expect(violation(withSlot(off, "p1", { offAt: now - 1999 }), power("on"), now)).toMatch(
      /^4:.*dwell/,
    );
  });

  it("stop a power effect whose intent is not on disk (6)", () => {
    expect(violation(withSlot(silent, "p1", { intent: null }), power("off"), now)).toMatch(/^6:/);
    const written = { ...INTENT, durable: false };
    expect(violation(withSlot(silent, "p1", { intent: written }), power("off"), now)).toMatch(
      /^6:/,
    );
  });

  it("stop a power effect for a slot that there is not (10)", () => {
    expect(violation(silent, power("off", "automation", "p9"), now)).toMatch(/^10:/);
  });

  it("stop work for a closed epoch (11)", () => {
    const job = world.effects.find(
      (effect) => effect.type === "send" && effect.message.type === "job",
    );
    if (job?.type !== "send") throw new Error("no job was sent");
    const epoch = world.slot(job.slot).epoch;
    const send = (to: number): Effect => ({
      ...job,
      message: { ...job.message, epoch: to } as never,
    });
    expect(violation(world.state, send(epoch), now)).toBeNull();
    expect(violation(world.state, send(epoch - 1), now)).toMatch(/^11:/);
    expect(violation(world.state, { ...job, slot: "p9" }, now)).toMatch(/^11:/);
  });

  it("stop a share that is not secured, or not the seat's (12)", () => {
    const submit = world.effects.find(({ type }) => type === "submit-share");
    if (submit?.type !== "submit-share") throw new Error("no share was submitted");
    const { share } = submit;
    const seats = (state: "submitting" | "working") =>
      world.state.seats.map((seat) => (seat.id === share.seat ? { ...seat, state, share } : seat));
    expect(violation({ ...world.state, seats: seats("submitting") }, submit, now)).toBeNull();
    expect(violation({ ...world.state, seats: seats("working") }, submit, now)).toMatch(/^12:/);
    const other = { ...submit, share: { ...share, id: -1 } };
    expect(violation({ ...world.state, seats: seats("submitting") }, other, now)).toMatch(/^12:/);
  });

  it("stop `on` above the ceiling (14)", () => {
    const low = { ...off, policy: { ...off.policy, ceilingWatts: 4 } };
    expect(violation(low, power("on"), now)).toMatch(/^14:/);
    // Three that mine, and its own start, counted once.
    const enough = { ...off, policy: { ...off.policy, ceilingWatts: 4.4 } };
    expect(violation(enough, power("on"), now)).toBeNull();
  });

  it("stop automation when one bites, say so, and let the mining go on", () => {
    const broken = withSlot(world.state, "p1", {
      // A shed that no rule asks for: no path leads here, so the state is made by hand.
      phase: "Degraded",
      stage: "cut",
      shed: null,
      intent: { ...INTENT, by: "policy" },
      action: null,
      retryAt: 0,
    });
    const { state, effects } = step(broken, { type: "tick", now });
    expect(state.halted).toMatch(/^13:/);
    expect(effects.some(({ type }) => type === "power")).toBe(false);
    const said = effects.find(
      (effect) => effect.type === "report" && effect.ev === "invariant.broken",
    );
    expect(said).toMatchObject({ level: "error", why: state.halted });
    world.state = withSlot(state, "p1", { stage: null, intent: null });
    const before = state.seats.reduce((sum, seat) => sum + seat.accepted, 0);
    world.run(10_000);
    expect(world.state.seats.reduce((sum, seat) => sum + seat.accepted, 0)).toBeGreaterThan(before);
    world.zero("p2").hung = true;
    world.run(60_000);
    expect(world.powerEffects("p2").filter(({ to }) => to === "off")).toEqual([]);
  });

  it("name no slot where the effect has none", () => {
    const fresh = mining();
    fresh.until(() => fresh.state.seats.some(({ state }) => state === "securing"), "securing");
    const seat = fresh.state.seats.find(({ state }) => state === "securing");
    if (!seat?.share) throw new Error("no share");
    const wrong = { ...seat.share, seat: "p9" };
    expect(violation(fresh.state, { type: "submit-share", share: wrong }, fresh.now)).toMatch(
      /^12:/,
    );
  });
});

describe("a slot that ought to be up", () => {
  const held = (kind: Hold["kind"]): Hold => {
    return { kind, reason: "", since: 0, until: Number.POSITIVE_INFINITY };
  };
  const world = mining();
  const slot = world.slot("p1");
  const table: [string, Partial<Slot>, boolean][] = [
    ["is Ready", {}, true],
    ["is not wanted", { wanted: "off" }, false],
    ["is held", { hold: held("cordon") }, false],
    ["is in somebody's hands", { hold: held("maintenance") }, false],
    ["is in quarantine", { phase: "Quarantined" }, false],
    ["is a fault", { phase: "Fault" }, false],
    ["is off by a ceiling", { phase: "Off" }, false],
    ["is off within a cycle", { phase: "Off", intent: INTENT }, true],
  ];
  it.each(table)("%s", (_, changes, meant) => {
    expect(isMeantUp({ ...slot, ...changes })).toBe(meant);
  });
});

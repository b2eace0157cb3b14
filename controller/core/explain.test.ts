// `why` and `plan`: what is said of a slot, and that saying it changes nothing.

import { describe, expect, it } from "vitest";
import { mining, say, withSlot } from "../../test/sim/scene.ts";
import type { World } from "../../test/sim/world.ts";
import { explain, forecast } from "./explain.ts";
import type { Slot } from "./slot.ts";

const RIG = mining();

function why(world: World, changes: Partial<Slot> = {}) {
  return explain(world.state, { ...world.slot("p1"), ...changes }, world.now);
}

describe("why", () => {
  it("tells the last decision, its age and its evidence", () => {
    const world = mining();
    const said = why(world);
    expect(said).toMatchObject({
      slot: "p1",
      state: "Ready",
      why: "self-test-passed",
      class: "heard",
      next: null,
    });
    expect(said.for_ms).toBe(Math.round(world.now - world.slot("p1").since));
    expect(said.evidence).toMatch(/^heard \d\.\d s ago, line on/);
    expect(said.notes).toEqual([
      expect.stringMatching(/^pool p1: has a job for \d\.\d s; job p1-\d+ .*: searched by p1$/),
      expect.stringMatching(/^boot grace 90\.0 s \(1 boot known\)$/),
      "healthy 4 of 4 meant up, floor 3, storm normal",
    ]);
  });

  it("tells of a Zero that is heard what its cut would wait for, were it silent", () => {
    const world = mining();
    expect(why(world)).toMatchObject({ class: "heard", cut_waits_for: null });
    world.post({ type: "pause", reason: "guests", forMs: null });
    expect(why(world).cut_waits_for).toBe("paused");
    world.post({ type: "resume", reason: "" });
    // With two of four it would be one too many.
    const state = withSlot(withSlot(world.state, "p2", { phase: "Booting" }), "p3", {
      phase: "Booting",
    });
    expect(explain(state, world.slot("p1"), world.now).cut_waits_for).toBe("below-floor");
    const deaf = { ...world.state, linkServerProvedAt: world.now - 15_000 };
    expect(explain(deaf, world.slot("p1"), world.now).cut_waits_for).toBe("link-server-unproved");
  });

  it("counts a Zero that is heard among the silent ones, for what its cut would wait for", () => {
    const { state, now } = RIG;
    const [p1] = state.slots as [Slot];
    const none = { phase: "Fault", heardAt: Number.NEGATIVE_INFINITY } as const;
    const two = withSlot(withSlot(state, "p3", none), "p4", none);
    expect(explain(two, p1, now).cut_waits_for).toBeNull();
    const other = withSlot(two, "p2", { heardAt: now - 10_000 });
    expect(explain(other, p1, now).cut_waits_for).toBe("below-floor");
  });

  it("takes one for silent that was not heard for as long as a cut asks for", () => {
    const { state, now } = RIG;
    // The link server answered, but not since this silence began.
    const rig = {
      ...withSlot(state, "p1", { heardAt: now - 10_000 }),
      linkServerProvedAt: now - 6000,
    };
    expect(explain(rig, rig.slots[0] as Slot, now).cut_waits_for).toBe("link-server-unproved");
  });

  it("tells what a silent Zero waits for", () => {
    const world = mining();
    world.post({ type: "pause", reason: "guests", forMs: null });
    world.zero("p1").hung = true;
    world.run(20_000);
    const said = why(world);
    expect(said).toMatchObject({
      state: "Remediating",
      class: "zero-dead",
      cut_waits_for: "paused",
      next: "power cycle, waits for paused",
    });
    expect(said.notes.at(-1)).toBe("healthy 3 of 4 meant up, floor 3, storm normal");
  });

  const world = mining();
  const { now } = world;

  it("tells all that bears on it", () => {
    const hold = { kind: "cordon", reason: "fan", since: 0, until: now + 5000 } as const;
    const { notes } = why(world, {
      hold,
      shed: { why: "hot", at: now - 2000 },
      intent: {
        id: 1,
        kind: "off",
        by: "policy",
        why: "hot",
        reason: "last read 85 C",
        durable: true,
      },
      heat: 3,
      strikes: 1,
      cuts: [now - 1000],
      barren: 2,
      remedies: 4,
    });
    expect(notes.slice(0, -3)).toEqual([
      "held (cordon): fan, 5.0 s left",
      "kept off by a standing rule: hot, 2.0 s ago",
      "open intent: off by policy (hot): last read 85 C",
      "heat step 3 of 3",
      "1 cut since it was last well for long",
      // 27.6 s for the first slot after one strike.
      "not cut again for 26.6 s",
      "2 jobs in a row searched and not solved",
      "restarted by remedies 4 times since it last solved a job",
    ]);
    expect(
      why(world, { hold: { ...hold, reason: "", until: Number.POSITIVE_INFINITY } }).notes[0],
    ).toBe("held (cordon): no reason given");
  });

  it("tells an intent of an older version, which has no reason, without one", () => {
    const intent = {
      id: 1,
      kind: "on",
      by: "operator",
      why: "x",
      reason: "",
      durable: true,
    } as const;
    expect(why(world, { intent }).notes[0]).toBe("open intent: on by operator (x)");
  });

  it("tells nothing of a back-off that is over, or had no cause", () => {
    const backoff = (changes: Partial<Slot>) =>
      why(world, changes).notes.filter((note) => note.startsWith("not cut again"));
    expect(backoff({ strikes: 1, cuts: [now - 27_599] })).toEqual(["not cut again for 0.0 s"]);
    expect(backoff({ strikes: 1, cuts: [now - 27_600] })).toEqual([]);
    expect(backoff({ strikes: 0, cuts: [now] })).toEqual([]);
  });

  it("tells of a slot that is off what it waits for", () => {
    const world = mining();
    say(world, "off", ["p1"], { hard: true });
    world.until(() => world.slot("p1").phase === "Off", "off");
    world.post({ type: "external-ceiling", watts: 3, source: "sun", forMs: 1e7 });
    world.run(10_000);
    expect(why(world)).toMatchObject({ state: "Off", class: "off", on_waits_for: "ceiling" });
  });
});

describe("plan", () => {
  it("tells of all that a ceiling is too low for, in the order in which they go", () => {
    const world = mining();
    world.post({ type: "pause", reason: "", forMs: null });
    world.post({ type: "override", watts: 0, reason: "guests", forMs: null });
    expect(forecast(world.state, world.now).map(({ next }) => next)).toEqual(
      Array(4).fill("off (ceiling), waits for paused"),
    );
    const going = forecast({ ...world.state, pause: null }, world.now);
    const order = [...world.state.slots].sort((a, b) => b.onAt - a.onAt).map(({ id }) => id);
    const of = (place: number) => going.find(({ slot }) => slot === order[place]);
    expect(of(0)?.does).toBe("off (ceiling)");
    expect(of(1)?.next).toBe("off (ceiling)");
    expect(of(2)?.next).toBe(`off (ceiling), after ${order[1]}`);
    expect(of(3)?.next).toBe(`off (ceiling), after ${order[2]}`);
  });

  it("of a rig that is well begins nothing", () => {
    const world = mining();
    expect(forecast(world.state, world.now)).toEqual(
      world.state.slots.map(({ id }) => ({ slot: id, does: null, next: null })),
    );
  });

  it("tells what automation would begin and what waits, and changes nothing", () => {
    const world = mining({}, 70_000);
    world.post({ type: "pause", reason: "", forMs: null });
    world.zero("p1").hung = true;
    world.run(20_000);
    const before = JSON.stringify(world.state);
    const waiting = forecast(world.state, world.now);
    expect(waiting[0]).toEqual({ slot: "p1", does: null, next: "power cycle, waits for paused" });
    const [cut, ...others] = forecast({ ...world.state, pause: null }, world.now);
    expect(cut).toMatchObject({ slot: "p1", does: "cycle (power-cycle)" });
    expect(others.map(({ does }) => does)).toEqual([null, null, null]);
    expect(JSON.stringify(world.state)).toBe(before);
  });

  it("tells of each slot what is begun on it, and on no other", () => {
    const world = mining({ zeros: 2 });
    const state = withSlot({ ...world.state, linkServerProvedAt: world.now }, "p2", {
      phase: "Remediating",
      stage: "power-cycle",
      heardAt: world.now - 14_000,
    });
    expect(forecast(state, world.now).map(({ does }) => does)).toEqual([
      null,
      "cycle (power-cycle)",
    ]);
  });

  it("tells both of two things that begin in one pass", () => {
    const world = mining({ zeros: 1 });
    const off = withSlot(world.state, "p1", { heat: 3, wanted: "off" });
    expect(forecast(off, world.now)[0]?.does).toBe("off (hot), off (wanted-off)");
  });

  it("tells of a power effect that is about to go out", () => {
    const world = mining();
    const state = withSlot(world.state, "p1", {
      phase: "PoweringOff",
      stage: "cut",
      wanted: "off",
      intent: { id: 7, kind: "off", by: "operator", why: "x", reason: "", durable: true },
      retryAt: 0,
    });
    expect(forecast(state, world.now)[0]?.does).toBe("power off");
  });
});

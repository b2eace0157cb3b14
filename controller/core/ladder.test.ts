// The remedies below the power line: what is sent on each rung, how long it has, and what comes after the last.

import { describe, expect, it } from "vitest";
import { ofType } from "../../test/sim/effects.ts";
import { mining, say, withSlot } from "../../test/sim/scene.ts";
import { World } from "../../test/sim/world.ts";
import { draftOf, slotOf } from "./draft.ts";
import { BARREN_JOBS, countBarren, isRung, remedy } from "./ladder.ts";
import { SELF_TEST_SEAT } from "./self-test.ts";
import type { Slot } from "./slot.ts";

function stuck(): World {
  const world = new World();
  world.allReady();
  world.run(10_000);
  world.zero("p2").stuckWorker = true;
  world.until(() => world.slot("p2").phase === "Suspect", "suspect");
  return world;
}

function commands(world: World): string[] {
  return world.effects.flatMap((effect) => {
    if (effect.type !== "send") return [];
    const { message } = effect;
    if (message.type === "restart") return [`restart ${message.what}`];
    return message.type === "shutdown" ? [`shutdown ${message.how}`] : [];
  });
}

describe("a Zero that is heard but does not get on", () => {
  it("climbs the ladder below the power line, and is never cut while it is heard", () => {
    const world = stuck();
    expect(world.slot("p2").why).toBe("no-progress");
    world.until(() => world.slot("p2").phase === "Fault", "fault");
    expect(world.slot("p2").why).toBe("stuck-but-heard");
    expect(commands(world)).toEqual(["restart worker", "restart agent", "shutdown reboot"]);
    world.run(600_000);
    expect(world.powerEffects("p2").filter(({ to }) => to === "off")).toEqual([]);
  });

  it("is Ready again as soon as it hashes", () => {
    const world = stuck();
    world.until(() => world.slot("p2").phase === "Remediating", "ladder");
    world.zero("p2").stuckWorker = false;
    world.run(3000);
    expect(world.slot("p2").phase).toBe("Ready");
  });

  it("comes back over a reboot that it was asked for", () => {
    const world = stuck();
    world.until(() => world.slot("p2").stage === "soft-reboot", "reboot");
    const zero = world.zero("p2");
    zero.stuckWorker = false;
    zero.life++;
    world.unlink(zero);
    world.boot(zero);
    world.allReady();
    expect(world.powerEffects("p2").filter(({ to }) => to === "off")).toEqual([]);
  });

  it("goes to the power line once it falls silent", () => {
    const world = stuck();
    world.until(() => world.slot("p2").stage === "restart-agent", "agent");
    world.zero("p2").hung = true;
    world.until(() => world.slot("p2").fences === 1, "fence");
    world.allReady();
  });

  it("goes to the power line when it falls silent within the dwell, and after a dwell", () => {
    const world = stuck();
    world.unlink(world.zero("p2"));
    world.state = {
      ...world.state,
      slots: world.state.slots.map((slot) => (slot.id === "p2" ? { ...slot, heardAt: 0 } : slot)),
    };
    world.until(() => world.slot("p2").why === "silent", "silent");
    const { now } = world;
    world.until(() => world.powerEffects("p2").some(({ to }) => to === "off"), "cut");
    expect(world.now - now).toBeGreaterThanOrEqual(world.policy.suspectDwellMs);
    expect(commands(world)).toEqual([]);
  });

  it("has its dwell also when it fell silent on a rung: a voice within it is enough", () => {
    const world = stuck();
    world.until(() => world.slot("p2").phase === "Remediating", "ladder");
    const zero = world.zero("p2");
    world.run(world.slot("p2").until - world.now - world.policy.livenessMs - 3000);
    zero.cutOff = true;
    world.until(() => world.slot("p2").phase === "Suspect", "suspect");
    expect(world.slot("p2").why).toBe("silent");
    zero.cutOff = false;
    world.run(5000);
    expect(world.powerEffects("p2").filter(({ to }) => to === "off")).toEqual([]);
  });

  it("spends no remedy while there is no link to ask over", () => {
    const world = stuck();
    world.unlink(world.zero("p2"));
    world.run(3500);
    expect(world.slot("p2")).toMatchObject({ phase: "Suspect", remedies: 0 });
    expect(commands(world)).toEqual([]);
  });
});

describe("a Zero whose agent dials in again and again, and never proves itself", () => {
  it("boots no longer for that, so its cycle does not keep the lane", () => {
    const world = mining();
    const zero = world.zero("p2");
    zero.hung = true;
    world.until(() => world.slot("p2").phase === "Booting", "booting again");
    world.until(() => world.slot("p2").link !== null, "linked");
    zero.stuckWorker = true;
    const begunAt = world.now;
    world.until(() => {
      world.run(8000);
      world.unlink(zero);
      world.linkUp(zero, zero.bootId);
      return world.slot("p2").intent === null;
    }, "the end of the cycle");
    expect(world.now - begunAt).toBeLessThan(world.policy.bootGraceMs + 10_000);
  });
});

describe("a Zero that is heard and never gives the known answer", () => {
  function booted(): World {
    const world = new World({ zeros: 1 });
    world.zero("p1").stuckWorker = true;
    world.until(() => world.slot("p1").link !== null, "linked");
    return world;
  }

  function faults(world: World): number[] {
    return world
      .reported("slot.state", "p1")
      .flatMap(({ now, detail }) => (detail["to"] === "Fault" ? [now] : []));
  }

  it("climbs the ladder when its boot grace is over, and is back as soon as it answers", () => {
    const world = booted();
    world.until(() => world.slot("p1").phase === "Fault", "fault");
    expect(world.slot("p1")).toMatchObject({ why: "stuck-but-heard", remedies: 3 });
    expect(commands(world)).toEqual(["restart worker", "restart agent", "shutdown reboot"]);
    world.zero("p1").stuckWorker = false;
    world.allReady();
    expect(world.powerEffects("p1").map(({ to }) => to)).toEqual(["on"]);
  });

  it("climbs it anew after a pause that doubles, thrice in all; then a person is told once, and it is only asked", () => {
    const world = booted();
    world.run(3 * 3_600_000);
    expect(commands(world)).toHaveLength(9);
    const [first = 0, second = 0, third = 0, ...more] = faults(world);
    expect(more).toEqual([]);
    // The three rungs take 20, 30 and 150 s.
    expect(second - first).toBeCloseTo(120_000 + 200_000, -4);
    expect(third - second).toBeCloseTo(240_000 + 200_000, -4);
    expect(world.reported("slot.given-up", "p1")).toMatchObject([
      { level: "error", why: "stuck-but-heard", detail: { remedies: 9 } },
    ]);
    expect(world.powerEffects("p1").map(({ to }) => to)).toEqual(["on"]);
    world.zero("p1").stuckWorker = false;
    world.run(61_000);
    expect(world.slot("p1").phase).toBe("Ready");
    world.until(() => world.slot("p1").remedies === 0, "a share");
  });

  it("that was given up climbs it anew when a person releases it", () => {
    const world = booted();
    world.until(() => world.reported("slot.given-up").length > 0, "given up");
    say(world, "release", ["p1"]);
    world.until(() => commands(world).length === 10, "a remedy");
    expect(world.now - world.slot("p1").since).toBeLessThan(1000);
    expect(world.slot("p1")).toMatchObject({ stage: "restart-worker", remedies: 1 });
  });

  it("keeps the lane no longer than its boot grace: another silent Zero is fenced", () => {
    const world = mining();
    world.zero("p1").hung = true;
    world.until(() => world.slot("p1").phase === "PoweringOn", "cycled");
    world.zero("p1").stuckWorker = true;
    world.until(() => world.slot("p1").link !== null, "linked");
    world.zero("p2").hung = true;
    world.until(() => world.slot("p2").fences === 1, "fenced");
    expect(world.slot("p1").link).toMatchObject({ tested: false });
  });
});

describe("a Zero that answers wrongly", () => {
  it("is restarted at each look at its fault, and its fault is told once for each", () => {
    const world = mining();
    world.zero("p2").wrong = true;
    world.until(() => world.slot("p2").phase === "Fault", "fault");
    world.until(() => world.reported("slot.given-up", "p2").length > 0, "given up");
    expect(commands(world)).toHaveLength(9);
    const told = world.reported("slot.state", "p2").length;
    world.run(3_600_000);
    expect(commands(world)).toHaveLength(9);
    expect(world.reported("slot.state", "p2")).toHaveLength(told);
    world.zero("p2").wrong = false;
    world.allReady();
    expect(world.powerEffects("p2").map(({ to }) => to)).toEqual(["on"]);
  });
});

describe("a Zero whose link came anew and that does not answer", () => {
  it("is suspected, however often it is asked", () => {
    const world = mining({ zeros: 1, policy: { progressMs: 45_000 } });
    const zero = world.zero("p1");
    zero.stuckWorker = true;
    world.unlink(zero);
    world.linkUp(zero, zero.bootId);
    world.until(
      () => world.slot("p1").phase === "Ready" && world.slot("p1").task !== null,
      "asked",
    );
    world.run(46_000);
    expect(world.slot("p1")).toMatchObject({ phase: "Suspect", why: "no-progress" });
  });
});

describe("a Zero that misses solutions while it holds another job", () => {
  it("gives it to another worker when it is remedied", () => {
    const world = mining();
    const { state, now } = world;
    const held = state.slots.find(({ task }) => task !== null && task.seat !== SELF_TEST_SEAT);
    if (held === undefined) throw new Error("nobody works");
    const draft = draftOf(withSlot(state, held.id, { barren: BARREN_JOBS - 1 }), now);
    countBarren(draft, slotOf(draft, held.id) as Slot);
    const seat = draft.rig.seats.find(({ job }) => job?.id === held.task?.jobId);
    expect(seat).toMatchObject({ state: "working", job: { worker: null, tried: [] } });
    expect(slotOf(draft, held.id)).toMatchObject({
      stage: "restart-worker",
      task: { seat: SELF_TEST_SEAT },
    });
  });
});

describe("a Degraded Zero", () => {
  const cases: [string, Partial<{ tempC: number; throttled: number }>][] = [
    ["hot", { tempC: 81 }],
    ["throttled", { throttled: 0x4 }],
  ];
  it.each(cases)("is %s, works on, and recovers", (why, vitals) => {
    const world = new World({ zeros: 2 });
    world.allReady();
    const zero = world.zero("p1");
    const beat = {
      type: "beat",
      seq: 1,
      hashes: zero.hashes + 1,
      jobId: null,
      tempC: null,
      throttled: null,
      load: 1,
      memoryFreeBytes: 1,
      uptimeMs: 1,
    } as const;
    world.post({ type: "beat", slot: "p1", link: zero.link, beat: { ...beat, ...vitals } });
    expect(world.slot("p1")).toMatchObject({ phase: "Degraded", why });
    world.run(11_000);
    // Heat is left step by step: from no work to half the work, and from there to all of it.
    if (why === "hot") world.run(2 * world.state.policy.heatHoldMs);
    expect(world.slot("p1")).toMatchObject({ phase: "Ready", why: "recovered" });
  });

  it("is not given the work of others", () => {
    const world = new World({ zeros: 2 });
    world.allReady();
    world.run(5000);
    world.zero("p1").speed = 0.2;
    world.until(() => world.slot("p1").phase === "Degraded", "slow");
    const done = world.state.seats[1]?.accepted ?? 0;
    world.zero("p2").hung = true;
    world.run(9000);
    expect(world.state.seats[1]?.accepted ?? 0).toBeLessThanOrEqual(done + 1);
  });

  it("starts its count of hashes anew when its agent does", () => {
    const world = new World({ zeros: 1 });
    world.allReady();
    world.run(10_000);
    const before = world.slot("p1").hashes;
    world.zero("p1").hashes = -480_000 + 100;
    world.run(2100);
    expect(world.slot("p1").hashes).toBe(before + 100);
  });
});

describe("a rung", () => {
  const { state, now } = mining({ zeros: 1 });
  const [ready] = state.slots as [Slot];
  const drafted = (changes: Partial<Slot> = {}) =>
    draftOf({ ...state, slots: [{ ...ready, task: null, ...changes }] }, now);
  const own = { commandId: `c${state.nextId}` };
  const link = ready.link?.id;

  const table: [string, Partial<Slot>, number, object][] = [
    ["restart-worker", {}, 20_000, { type: "restart", what: "worker" }],
    ["restart-agent", { remedies: 1 }, 30_000, { type: "restart", what: "agent" }],
    ["soft-reboot", { remedies: 2 }, 150_000, { type: "shutdown", how: "reboot" }],
    // A slow starter has its own boot grace.
    ["soft-reboot", { remedies: 2, bootMs: [1e5] }, 210_000, { type: "shutdown", how: "reboot" }],
  ];
  it.each(table)("%s of %o has %i ms, and is asked for", (rung, changes, ms, words) => {
    const draft = drafted(changes);
    remedy(draft, draft.rig.slots[0] as Slot, "stuck-but-heard");
    const message = { ...words, ...own, deadlineMs: ms };
    expect(ofType(draft.effects, "send")[0]).toEqual({ type: "send", slot: "p1", link, message });
    expect(draft.rig.slots[0]).toMatchObject({
      phase: "Remediating",
      why: rung,
      stage: rung,
      until: now + ms,
      remedies: (changes.remedies ?? 0) + 1,
    });
  });

  it("asks a worker for the known answer, which an agent that starts anew is asked on its new link", () => {
    const asked = (remedies: number) => {
      const draft = drafted({ remedies });
      remedy(draft, draft.rig.slots[0] as Slot, "stuck-but-heard");
      return ofType(draft.effects, "send").map(({ message }) => message.type);
    };
    expect(asked(0)).toEqual(["restart", "job"]);
    expect(asked(1)).toEqual(["restart"]);
    expect(asked(2)).toEqual(["shutdown"]);
  });

  it.each([3, 6, 9])("that was the last, the %ith, is followed by a fault", (remedies) => {
    const draft = drafted({ remedies });
    remedy(draft, draft.rig.slots[0] as Slot, "no-shares");
    expect(draft.rig.slots[0]).toMatchObject({
      phase: "Fault",
      why: "no-shares",
      until: now + 60_000,
    });
    const told = ofType(draft.effects, "report").map(({ ev }) => ev);
    expect(told.includes("slot.given-up")).toBe(remedies === 9);
  });

  it("is a stage, but not each stage is one", () => {
    expect(isRung("restart-agent")).toBe(true);
    expect(isRung("power-cycle")).toBe(false);
    expect(isRung(null)).toBe(false);
  });

  it.each(["Suspect", "Remediating", "Booting"] as const)(
    "is not climbed for missed jobs by a Zero that is %s already; they are counted",
    (phase) => {
      const draft = drafted({ phase, barren: 3 });
      countBarren(draft, draft.rig.slots[0] as Slot);
      expect(draft.rig.slots[0]).toMatchObject({ phase, barren: 4 });
      expect(draft.effects).toEqual([]);
    },
  );

  it("is climbed for them by a Degraded one as by a Ready one", () => {
    const draft = drafted({ phase: "Degraded", barren: 3 });
    countBarren(draft, draft.rig.slots[0] as Slot);
    expect(draft.rig.slots[0]).toMatchObject({ phase: "Remediating", stage: "restart-worker" });
  });
});

// Cordon, drain, maintenance: what they keep from a Zero, and how they end.

import { describe, expect, it } from "vitest";
import { mining, say, withSlot } from "../../test/sim/scene.ts";
import type { World } from "../../test/sim/world.ts";

/** Runs until the Zero holds a job of the pool. */
function working(world: World): void {
  world.until(() => world.slot("p1").task !== null, "a job");
}

function jobsSent(world: World, from: number): number {
  return world.effects
    .slice(from)
    .filter(
      (effect) => effect.type === "send" && effect.slot === "p1" && effect.message.type === "job",
    ).length;
}

describe("a cordon", () => {
  it("lets the Zero finish what it has, and gives it nothing new", () => {
    const world = mining();
    working(world);
    say(world, "cordon", ["p1"], { reason: "fan" });
    const { accepted } = world.state.seats[0] ?? { accepted: 0 };
    const from = world.effects.length;
    world.run(60_000);
    expect(jobsSent(world, from)).toBe(0);
    expect(world.state.seats[0]?.accepted).toBe(accepted + 1);
    expect(world.slot("p1")).toMatchObject({ phase: "Ready", task: null });
    say(world, "uncordon", ["p1"]);
    working(world);
  });

  it("keeps a Zero that hangs from its fence; after uncordon it is fenced", () => {
    const world = mining();
    say(world, "cordon", ["p1"]);
    world.run(5000);
    world.zero("p1").hung = true;
    world.run(600_000);
    expect(world.slot("p1")).toMatchObject({ phase: "Remediating", fences: 0 });
    say(world, "uncordon", ["p1"]);
    world.until(() => world.slot("p1").fences === 1, "fence");
    world.allReady();
  });

  it("is no loss to the floor: one of the three others is still fenced, and a second after it", () => {
    const world = mining();
    say(world, "cordon", ["p1"]);
    world.zero("p1").hung = true;
    world.zero("p2").hung = true;
    world.until(() => world.slot("p2").fences === 1, "fence");
    expect(world.state.storm.state).toBe("normal");
  });

  it("with an end expires by itself, and that is said", () => {
    const world = mining();
    say(world, "cordon", ["p1"], { reason: "fan", forMs: 60_000 });
    world.run(59_000);
    expect(world.slot("p1").hold?.kind).toBe("cordon");
    world.run(2000);
    expect(world.slot("p1").hold).toBeNull();
    expect(world.reported("hold.expired", "p1")).toMatchObject([
      { why: "cordon", detail: { reason: "fan" } },
    ]);
    working(world);
  });

  it("without an end stays", () => {
    const world = mining();
    say(world, "cordon", ["p1"], { forMs: null });
    world.run(1_800_000);
    expect(world.slot("p1").hold?.kind).toBe("cordon");
  });
});

describe("a drain", () => {
  it("of a Zero without a job is over at once, and leaves it cordoned", () => {
    const world = mining();
    world.until(() => world.slot("p1").task === null, "free");
    world.poolSilent = true;
    world.until(() => world.slot("p1").task === null, "free");
    say(world, "drain", ["p1"], { reason: "card" });
    expect(world.slot("p1").hold).toMatchObject({ kind: "cordon", reason: "card" });
    expect(world.reported("slot.drained", "p1")).toMatchObject([{ level: "info", why: "card" }]);
  });

  it("waits for the job, and counts its share", () => {
    const world = mining();
    working(world);
    say(world, "drain", ["p1"]);
    expect(world.slot("p1").hold?.kind).toBe("drain");
    world.until(() => world.slot("p1").hold?.kind === "cordon", "drained");
    expect(world.slot("p1").task).toBeNull();
    expect(world.reported("slot.drained", "p1")).toHaveLength(1);
    expect(world.slot("p1").hold?.until).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    [undefined, 300_000],
    [null, 300_000],
    [30_000, 30_000],
  ])(
    "with a limit of %s gives up after %s ms, says so, and leaves the Zero cordoned",
    (forMs, limitMs) => {
      const world = mining({ policy: { progressMs: 1e9, jobLimitMaxMs: 1e9, jobPatience: 1e9 } });
      world.until(() => world.slot("p1").task === null, "free");
      working(world);
      world.zero("p1").stuckWorker = true;
      say(world, "drain", ["p1"], forMs === undefined ? {} : { forMs });
      world.run(limitMs - 1500);
      expect(world.slot("p1").hold?.kind).toBe("drain");
      world.run(3000);
      expect(world.slot("p1").hold?.kind).toBe("cordon");
      expect(world.reported("slot.drain-timeout", "p1")).toMatchObject([{ level: "warn" }]);
      expect(world.reported("slot.drained", "p1")).toEqual([]);
    },
  );

  it("is called off by uncordon", () => {
    const world = mining();
    working(world);
    say(world, "drain", ["p1"]);
    say(world, "uncordon", ["p1"]);
    world.run(60_000);
    expect(world.slot("p1").hold).toBeNull();
    expect(world.reported("slot.drained")).toEqual([]);
  });
});

describe("maintenance", () => {
  it("keeps the power as it is: nothing is fenced, and what is off stays off", () => {
    const world = mining();
    say(world, "off", ["p2"], { hard: true });
    world.until(() => world.slot("p2").phase === "Off", "off");
    say(world, "maintenance", ["p1", "p2"]);
    say(world, "on", ["p2"]);
    const before = world.powerEffects().length;
    world.zero("p1").hung = true;
    world.run(600_000);
    expect(world.powerEffects().length).toBe(before);
    say(world, "uncordon", ["p1", "p2"]);
    world.allReady();
    expect(world.slot("p1").fences).toBe(1);
  });

  it("yields to a person's own off", () => {
    const world = mining();
    say(world, "maintenance", ["p1"]);
    say(world, "off", ["p1"]);
    world.until(() => world.slot("p1").phase === "Off", "off");
  });
});

describe("an operator's word", () => {
  it("without a reason is written down as an operator's", () => {
    const world = mining();
    say(world, "off", ["p1"], { hard: true });
    world.until(() => world.slot("p1").phase === "Off", "off");
    say(world, "on", ["p1"], { reason: "" });
    world.until(() => world.slot("p1").phase === "Ready", "on");
    const ons = world.effects.filter(
      (effect) => effect.type === "write-intent" && effect.slot === "p1" && effect.kind === "on",
    );
    expect(ons.at(-1)).toMatchObject({ by: "operator", why: "operator" });
  });

  it("to cycle, which waits for the lane, is done with where the board itself switches the slot off", () => {
    const world = mining();
    say(world, "cycle", ["p1"]);
    say(world, "cycle", ["p2"]);
    expect(world.slot("p2").cycleAsked).not.toBeNull();
    world.powerLost = true;
    world.powerDown(world.zero("p2"));
    world.run(1000);
    expect(world.slot("p2").cycleAsked).toBeNull();
    world.powerLost = false;
    world.allReady();
    expect(world.slot("p2").boots).toBe(2);
  });

  it("in favour of a Zero forgets what counted against it", () => {
    for (const verb of ["on", "release"] as const) {
      const world = mining();
      world.state = {
        ...world.state,
        slots: world.state.slots.map((slot) => ({ ...slot, strikes: 2, cuts: [1], barren: 3 })),
      };
      say(world, verb, ["p1"]);
      expect(world.slot("p1")).toMatchObject({ strikes: 0, cuts: [], barren: 0, wanted: "on" });
      expect(world.slot("p2").strikes).toBe(2);
    }
  });

  it("`release` has a slot in Fault looked at again at once", () => {
    const world = mining();
    world.zero("p1").wrong = true;
    world.unlink(world.zero("p1"));
    world.linkUp(world.zero("p1"), world.zero("p1").bootId);
    world.until(() => world.slot("p1").phase === "Fault", "fault");
    world.zero("p1").wrong = false;
    world.run(2000);
    say(world, "release", ["p1"]);
    world.run(2000);
    expect(world.slot("p1").phase).toBe("Ready");
  });

  it.each(["on", "cycle", "release"] as const)("`%s` lets a slot out of quarantine", (verb) => {
    const world = mining();
    world.powerDown(world.zero("p1"));
    world.state = withSlot(world.state, "p1", { phase: "Quarantined", line: "off", strikes: 3 });
    world.run(3000);
    say(world, verb, ["p1"], { reason: "new card" });
    expect(world.reported("slot.state", "p1").map(({ why }) => why)).toContain("released");
    world.until(() => world.slot("p1").phase === "Ready", "back");
  });
});

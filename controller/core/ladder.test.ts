import { describe, expect, it } from "vitest";
import { World } from "../../test/sim/world.ts";

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

  it("goes straight to the power line when it falls silent within the dwell", () => {
    const world = stuck();
    world.unlink(world.zero("p2"));
    world.state = {
      ...world.state,
      slots: world.state.slots.map((slot) => (slot.id === "p2" ? { ...slot, heardAt: 0 } : slot)),
    };
    world.run(4000);
    expect(commands(world)).toEqual([]);
    expect(world.slot("p2").fences + Number(world.slot("p2").stage !== null)).toBeGreaterThan(0);
  });

  it("skips a command when there is no link to send it over", () => {
    const world = stuck();
    world.unlink(world.zero("p2"));
    world.run(3500);
    expect(world.slot("p2").stage).toBe("restart-worker");
    expect(commands(world)).toEqual([]);
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

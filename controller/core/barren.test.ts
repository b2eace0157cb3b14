// A Zero that hashes and never solves: a job has exactly one solution, so whoever searched all of it and missed it is not well.

import { describe, expect, it } from "vitest";
import { beatOf, leftBehind, mining, withSlot } from "../../test/sim/scene.ts";
import { World } from "../../test/sim/world.ts";
import { draftOf } from "./draft.ts";
import { judgeVitals } from "./observe-link.ts";
import { step } from "./step.ts";

/** Lets p1 search its next job to the end without an answer; another worker then solves it. */
function miss(world: World): void {
  const own = () => {
    const { task, phase } = world.slot("p1");
    return phase === "Ready" && task !== null && task.seat === "p1";
  };
  world.until(own, "a job of its own");
  const { task, link, epoch, barren } = world.slot("p1");
  if (task === null || link === null) throw new Error("no task");
  world.post({
    type: "result",
    worker: "p1",
    link: link.id,
    jobId: task.jobId,
    epoch,
    nonce: null,
    hashes: 700_000,
    elapsedMs: 2900,
  });
  world.until(() => world.slot("p1").barren !== barren, "blame");
}

function commands(world: World): string[] {
  return world.effects.flatMap((effect) => {
    if (effect.type !== "send" || effect.slot !== "p1") return [];
    const { message } = effect;
    if (message.type === "restart") return [`restart ${message.what}`];
    return message.type === "shutdown" ? [`shutdown ${message.how}`] : [];
  });
}

describe("a Zero that misses solutions", () => {
  it("is blamed for each job that another solved, and cleared by a share of its own", () => {
    const world = mining();
    miss(world);
    expect(world.slot("p1").barren).toBe(1);
    expect(commands(world)).toEqual([]);
    world.until(() => world.slot("p1").barren === 0, "a share");
    expect(world.slot("p1").phase).toBe("Ready");
  });

  it("is given the next remedy for each four in a row, and at last to people; its power is never touched", () => {
    const world = mining();
    const missed = (count: number) => {
      const remedies = count / 4 - 1;
      world.state = withSlot(world.state, "p1", { barren: count - 1, remedies });
      miss(world);
    };
    missed(4);
    expect(commands(world)).toEqual(["restart worker"]);
    missed(8);
    expect(commands(world).at(-1)).toBe("restart agent");
    // Its agent does not come back from its restart, so the next rung is its turn without a miss.
    missed(12);
    expect(commands(world).at(-1)).toBe("shutdown reboot");
    expect(world.slot("p1")).toMatchObject({ phase: "Fault", why: "no-shares" });
    expect(world.powerEffects("p1").filter(({ to }) => to === "off")).toEqual([]);
  });

  it("is not cleared by hashes that rise, as they did all the time, but by the known answer", () => {
    const world = mining();
    world.zero("p1").speed = 0.001; // its answer takes a while
    world.state = withSlot(world.state, "p1", { barren: 3 });
    miss(world);
    expect(world.slot("p1")).toMatchObject({ phase: "Remediating", stage: "restart-worker" });
    beatOf(world, "p1", { hashes: world.zero("p1").hashes + 1_000_000 });
    expect(world.slot("p1").phase).toBe("Remediating");
    const { link, task, epoch } = world.slot("p1");
    if (link === null || task === null) throw new Error("no self-test");
    world.post({
      type: "result",
      worker: "p1",
      link: link.id,
      jobId: task.jobId,
      epoch,
      nonce: 100_003,
      hashes: 5003,
      elapsedMs: 20,
    });
    expect(world.slot("p1").phase).toBe("Ready");
  });

  it("is counted but not remedied while it is no longer up", () => {
    const world = mining();
    world.state = withSlot(world.state, "p1", { barren: 3 });
    world.until(() => world.slot("p1").task?.seat === "p1", "a job");
    const { task, link, epoch } = world.slot("p1");
    if (task === null || link === null) throw new Error("no task");
    world.post({
      type: "result",
      worker: "p1",
      link: link.id,
      jobId: task.jobId,
      epoch,
      nonce: null,
      hashes: 700_000,
      elapsedMs: 2900,
    });
    world.zero("p1").hung = true;
    world.state = withSlot(world.state, "p1", { phase: "Fault", until: Number.POSITIVE_INFINITY });
    world.until(() => world.slot("p1").barren === 4, "blame");
    expect(commands(world)).toEqual([]);
  });

  it("may be a host worker, which has no remedies", () => {
    const world = mining({ zeros: 1, hostWorkers: 1 });
    world.until(() => world.state.hosts[0]?.task?.seat === "h1", "a job");
    const [host] = world.state.hosts;
    if (host?.task == null) throw new Error("no task");
    const { jobId } = host.task;
    world.post({
      type: "result",
      worker: "h1",
      link: null,
      jobId,
      epoch: host.epoch,
      nonce: null,
      hashes: 700_000,
      elapsedMs: 500,
    });
    const settled = () =>
      world.effects.some(
        (effect) => effect.type === "submit-share" && effect.share.jobId === jobId,
      );
    world.until(settled, "solved by the Zero");
    expect(world.slot("p1").barren).toBe(0);
  });
});

describe("a Zero that knows the known answer, and whose shares are wrong", () => {
  const HOUR_MS = 3_600_000;

  function wrongFor(ms: number): World {
    const world = mining({ zeros: 2 });
    world.zero("p1").wrongShares = true;
    world.run(ms);
    return world;
  }

  function entered(world: World, phase: string): number[] {
    return world
      .reported("slot.state", "p1")
      .flatMap(({ now, detail }) => (detail["to"] === phase ? [now] : []));
  }

  it("climbs three ladders, each after its pause, and a person is told once", () => {
    const world = wrongFor(3 * HOUR_MS);
    expect(commands(world)).toHaveLength(9);
    const [first = 0, second = 0, third = 0] = entered(world, "Fault");
    const ladderMs = second - first - 120_000;
    expect(third - second - ladderMs).toBeCloseTo(240_000, -5);
    expect(world.reported("slot.given-up", "p1")).toMatchObject([
      { why: "no-shares", detail: { remedies: 9 } },
    ]);
    expect(world.powerEffects("p1").filter(({ to }) => to === "off")).toEqual([]);
  });

  it("is not back before its pause is over, but then for a try, each eight minutes when it was given up", () => {
    const world = wrongFor(3 * HOUR_MS);
    const [, , third = 0, ...more] = entered(world, "Fault");
    const tries = entered(world, "Ready").filter((at) => at > third);
    expect(tries.length).toBe(more.length);
    for (const [index, at] of tries.entries()) {
      expect(at - ([third, ...more][index] ?? 0)).toBeCloseTo(480_000, -3);
    }
    expect(tries.length).toBeGreaterThan(10);
    world.zero("p1").wrongShares = false;
    world.until(() => world.slot("p1").remedies === 0, "a share that is right");
    expect(world.now).toBeLessThan(11_000_000 + 10 * 60_000);
  });

  it("goes on where it was with the next controller", () => {
    const world = wrongFor(3 * HOUR_MS);
    const { remedies, barren, ofNoUseAt } = world.slot("p1");
    const next = new World({ zeros: 2, lines: "on", remembered: leftBehind(world) });
    expect(next.slot("p1")).toMatchObject({ remedies, barren });
    expect(next.now - (next.slot("p1").ofNoUseAt ?? 0)).toBe(world.now - (ofNoUseAt ?? 0));
    next.zero("p1").wrongShares = true;
    next.run(HOUR_MS);
    expect(commands(next)).toEqual([]);
    expect(next.reported("slot.given-up")).toEqual([]);
    expect(next.slot("p1").phase).toBe("Fault");
  });

  it("begins anew when its line is found off", () => {
    const world = wrongFor(HOUR_MS);
    expect(world.slot("p1").remedies).toBeGreaterThan(0);
    const next = new World({ zeros: 2, remembered: leftBehind(world) });
    next.run(1000);
    expect(next.slot("p1")).toMatchObject({ line: "off", remedies: 0, ofNoUseAt: null });
  });
});

describe("what is told of a worker out of order", () => {
  it("is taken: a share whose job is gone is sent, and nobody is blamed", () => {
    const world = mining();
    world.until(() => world.state.seats.some(({ state }) => state === "securing"), "securing");
    const seat = world.state.seats.find(({ state }) => state === "securing");
    if (!seat?.share) throw new Error("no share");
    const seats = world.state.seats.map((each) =>
      each.id === seat.id ? { ...each, job: null } : each,
    );
    const { effects } = step(
      { ...world.state, seats },
      { type: "share-secured", seat: seat.id, share: seat.share.id, valid: true, now: world.now },
    );
    expect(effects.map(({ type }) => type)).toContain("submit-share");
  });

  it("is no ailment where no beat told of any", () => {
    const world = mining({ zeros: 1 });
    const slot = { ...world.slot("p1"), vitals: null };
    const draft = draftOf({ ...world.state, slots: [slot] }, world.now);
    expect(judgeVitals(draft, slot).phase).toBe("Ready");
  });
});

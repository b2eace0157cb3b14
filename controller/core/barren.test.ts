// A Zero that hashes and never solves: a job has exactly one solution, so whoever searched all of it and missed it is not well.

import { describe, expect, it } from "vitest";
import { beatOf, mining, withSlot } from "../../test/sim/scene.ts";
import type { World } from "../../test/sim/world.ts";
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
    missed(12);
    expect(commands(world).at(-1)).toBe("shutdown reboot");
    missed(16);
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

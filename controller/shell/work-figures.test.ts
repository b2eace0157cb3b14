import { describe, expect, it } from "vitest";
import { mining } from "../../test/sim/scene.ts";
import { World } from "../../test/sim/world.ts";
import type { Event } from "../core/event.ts";
import type { WorkFigures as Shown } from "../core/status.ts";
import type { step } from "../core/step.ts";
import { iotOf } from "./asker.ts";
import { shareText } from "./share-text.ts";
import { type Judged, WorkFigures } from "./work-figures.ts";

/** The figures of a simulated rig's worker after it has mined for so long. */
function watched(world: World, ms: number) {
  const figures = new WorkFigures(world.now);
  const judged: Judged[] = [];
  const { core } = world;
  const plain = core.step;
  Object.assign(core, {
    step: (state: Parameters<typeof step>[0], event: Event) => {
      const result = plain(state, event);
      const share = figures.take(state, event, result.effects);
      if (share !== null) judged.push(share);
      return result;
    },
  });
  world.run(ms);
  Object.assign(core, { step: plain });
  const of = (id: string) => figures.figures()[id] as Shown;
  return { of, judged, figures };
}

function rig(options: ConstructorParameters<typeof World>[0] = {}) {
  const world = new World({ ...options, core: { ...new World().core } });
  world.allReady();
  world.run(30_000);
  return world;
}

describe("the figures of a worker", () => {
  it("tell how long it waits, how busy it is, and how its shares fare", () => {
    const world = rig();
    world.poolLatencyMs = 200;
    const { of, judged } = watched(world, 60_000);
    const p1 = of("p1");
    expect(p1.jobs).toBeGreaterThan(25);
    expect(p1).toMatchObject({
      hashrate_hs: 240_000,
      job_wait_ms: 200,
      verdict_wait_ms: 200,
      ping_ms: 200,
      difficulty: 7000,
    });
    // A job takes 1.46 s, and 0.4 s go by between two.
    expect(p1.busy).toBeGreaterThan(0.77);
    expect(p1.busy).toBeLessThan(0.81);
    expect([p1.rejected, p1.rejected_by]).toEqual([0, {}]);
    expect(p1.streak).toBe(p1.accepted);
    expect(judged.filter(({ worker }) => worker === "p1").at(-1)).toEqual({
      worker: "p1",
      accepted: p1.accepted,
      rejected: 0,
      elapsedMs: expect.closeTo(1458, 0),
    });
  });

  it("count rejected shares by the pool's words, and end a streak", () => {
    const world = rig();
    const { of, figures } = watched(world, 20_000);
    const good = of("p1").accepted;
    expect(good).toBeGreaterThan(5);
    const seats = world.state.seats.map((seat) => ({ ...seat, state: "submitting" as const }));
    const state = { ...world.state, seats };
    const verdict = (reason: string | null) => {
      const event: Event = {
        type: "pool-verdict",
        seat: "p1",
        verdict: "rejected",
        block: false,
        reason,
        pingMs: 7.4,
        now: world.now,
      };
      return figures.take(state, event, []);
    };
    for (let index = 0; index < 20; index++) verdict(`reason ${index}`);
    verdict(null);
    verdict("reason 3");
    expect(of("p1")).toMatchObject({
      rejected: 22,
      streak: 0,
      best_streak: good,
      ping_ms: 7,
      rejected_by: { "reason 0": 1, "reason 3": 2, "reason 15": 1, other: 5 },
    });
  });

  it("are of both seats of a Zero, and of the host's workers", () => {
    const world = rig({ policy: { connectionsPerZero: 2 }, hostWorkers: 1 });
    const { of } = watched(world, 60_000);
    expect(of("p1").busy).toBeGreaterThan(0.99);
    expect(of("p1").accepted).toBeGreaterThan(35);
    expect(of("h1").accepted).toBeGreaterThan(20);
    expect(of("h1").hashrate_hs).toBe(Math.round(world.state.hosts[0]?.rateHs ?? 0));
    expect(of("h1").hashrate_hs).toBeGreaterThan(0);
  });

  it("of a rig with one connection are the connection's, the parts and the busy share the Zeros'", () => {
    const { of, judged } = watched(rig({ policy: { poolMode: "split" } }), 30_000);
    expect(of("all").accepted).toBeGreaterThan(20);
    expect(of("all").hashrate_hs).toBe(null);
    expect(of("p1")).toMatchObject({ accepted: 0, job_wait_ms: null });
    expect(of("p1").jobs).toBeGreaterThan(3);
    expect(of("p1").busy).toBeGreaterThan(0.7);
    expect(judged.every(({ worker }) => worker === "all")).toBe(true);
  });

  it("forget what is older than ten minutes of waits, and nothing of counts", () => {
    const world = rig({ zeros: 1 });
    world.poolLatencyMs = 2000;
    const { of, figures } = watched(world, 300_000);
    expect(of("p1").job_wait_ms).toBe(2000);
    const jobs = of("p1").jobs;
    const tick = (now: number) =>
      figures.take({ ...world.state, slots: [] }, { type: "tick", now }, []);
    for (let ms = 1; ms <= 660_000; ms += 1000) tick(world.now + ms);
    expect(of("p1")).toMatchObject({ jobs, job_wait_ms: null, verdict_wait_ms: null, busy: null });
  });

  it("count nothing that does not fit: late results, the known answer, strangers", () => {
    const world = mining({ zeros: 1 });
    const figures = new WorkFigures(world.now);
    const slots = world.state.slots.map((slot) => ({
      ...slot,
      task: { jobId: "t1", seat: "self-test", link: 1, until: 1e9 },
    }));
    const state = { ...world.state, slots };
    const result = {
      type: "result",
      link: 1,
      epoch: 0,
      nonce: 1,
      hashes: 1,
      elapsedMs: 1,
    } as const;
    const job = { type: "pool-job", prefix: "", target: "", difficulty: 1, to: 1 } as const;
    const verdict = {
      type: "pool-verdict",
      verdict: "accepted",
      block: false,
      reason: null,
    } as const;
    const now = world.now + 10;
    figures.take(state, { ...result, worker: "p1", jobId: "t1", now }, []);
    figures.take(state, { ...result, worker: "p1", jobId: "p1-1", now }, []);
    figures.take(state, { ...result, worker: "p9", jobId: "t1", now }, []);
    figures.take(state, { ...job, seat: "p9", now }, []);
    figures.take(state, { ...verdict, seat: "p9", pingMs: 1, now }, []);
    expect(figures.figures()["p1"]).toMatchObject({ jobs: 0, busy: 0, accepted: 0 });
    expect(Object.keys(figures.figures())).toEqual(["p1"]);
  });
});

describe("the text of a share's log line", () => {
  const detail = { hashrate_hs: 240_123, difficulty: 7500, ping_ms: 41, block: false };
  const judged = { worker: "p1", accepted: 12, rejected: 0, elapsedMs: 3120 };
  const table: [string, Parameters<typeof shareText>, string | undefined][] = [
    [
      "accepted",
      [judged, "share.accepted", null, detail],
      "|p1| Accepted 12/12 (100%) · 3.1s · 240 kH/s · diff 7.5 k · ping 41ms",
    ],
    [
      "a block",
      [judged, "share.accepted", null, { ...detail, block: true, hashrate_hs: 1.2e6 }],
      "|p1| Block found 12/12 (100%) · 3.1s · 1.20 MH/s · diff 7.5 k · ping 41ms",
    ],
    [
      "rejected",
      [
        { ...judged, rejected: 1 },
        "share.rejected",
        "Incorrect result",
        { ...detail, difficulty: 7 },
      ],
      "|p1| Rejected 12/13 (92%): Incorrect result · 3.1s · 240 kH/s · diff 7 · ping 41ms",
    ],
    ["what tells of no share", [judged, "link.up", null, {}], undefined],
    ["a share that nobody judged", [null, "share.accepted", null, detail], undefined],
  ];
  it.each(table)("%s", (_, given, text) => expect(shareText(...given)).toBe(text));
});

it("the temperature is of the Zero whose seat it is, whichever of its seats", () => {
  const { state } = mining({ policy: { connectionsPerZero: 2 }, hostWorkers: 1 });
  expect(iotOf(state, "p2.2")).toMatch(/^CPU temperature:\d+\.\d\*C$/);
  expect(iotOf(state, "p2")).toBe(iotOf(state, "p2.2"));
  const slots = state.slots.map((slot) => ({ ...slot, vitals: null }));
  expect([iotOf({ ...state, slots }, "p1"), iotOf(state, "h1"), iotOf(state, "x")]).toEqual([
    "",
    "",
    "",
  ]);
});

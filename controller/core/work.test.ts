import { describe, expect, it } from "vitest";
import { helloOf } from "../../test/sim/sim-link.ts";
import { World } from "../../test/sim/world.ts";
import { jobLimitMs } from "./candidate.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import type { Job } from "./seat.ts";
import { awaitsVerdict } from "./view.ts";

function mining(options: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World(options);
  world.allReady();
  world.run(10_000);
  return world;
}

function totals(world: World) {
  const sum = (of: "accepted" | "rejected" | "unknown") =>
    world.state.seats.reduce((total, seat) => total + seat[of], 0);
  return { accepted: sum("accepted"), rejected: sum("rejected"), unknown: sum("unknown") };
}

describe("work", () => {
  it("goes to every Ready Zero, each over its own pool session, and each share is sent once", () => {
    const world = mining();
    world.run(60_000);
    for (const seat of world.state.seats) expect(seat.accepted).toBeGreaterThan(20);
    expect(world.sent.size).toBeGreaterThan(0);
    expect(world.sentAgain).toEqual([]);
    expect(totals(world).accepted).toBe(
      world.effects.filter(({ type }) => type === "settle-share").length,
    );
  });

  it("connects to the pool with a gap between the sessions", () => {
    const world = mining({ lines: "on" });
    const at = world.effects.filter(({ type }) => type === "connect-pool").map(({ now }) => now);
    expect(at).toHaveLength(4);
    for (let index = 1; index < at.length; index++) {
      expect((at[index] ?? 0) - (at[index - 1] ?? 0)).toBeGreaterThanOrEqual(
        DEFAULT_POLICY.poolConnectGapMs - 0.001,
      );
    }
  });

  it("is shared by host workers", () => {
    const world = mining({ hostWorkers: 2 });
    world.run(20_000);
    expect(
      world.state.seats
        .filter(({ id }) => id.startsWith("h"))
        .every(({ accepted }) => accepted > 0),
    ).toBe(true);
    expect(world.state.hosts[0]?.rateHs).toBeCloseTo(1_000_000, 3);
  });

  it("moves on when a worker takes too long, and the late result is discarded", () => {
    const world = mining();
    world.zero("p2").speed = 0.05;
    world.until(() => world.reported("job.timeout", "p2").length > 0, "timeout");
    world.until(() => world.reported("result.late", "p2").length > 0, "late result");
    expect(world.slot("p2").phase).toBe("Degraded");
    expect(world.slot("p2").fences).toBe(0);
    expect(world.sent.size).toBeGreaterThan(0);
    expect(world.sentAgain).toEqual([]);
    world.zero("p2").speed = 1;
    world.until(() => world.slot("p2").phase === "Ready", "recovered");
  });

  it("moves on when a Zero's link ends, or its agent refuses", () => {
    const world = mining();
    const zero = world.zero("p1");
    const job = world.slot("p1").task?.jobId ?? "";
    world.post({
      type: "nack",
      worker: "p1",
      link: zero.link,
      jobId: job,
      epoch: world.slot("p1").epoch,
    });
    expect(world.reported("job.refused", "p1")).toHaveLength(1);
    world.post({ type: "nack", worker: "p1", link: zero.link, jobId: "none", epoch: 0 });
    world.post({ type: "nack", worker: "p1", link: 999, jobId: job, epoch: 0 });
    world.post({ type: "nack", worker: "nobody", link: 1, jobId: job, epoch: 0 });
    world.unlink(zero);
    expect(world.slot("p1").task).toBeNull();
    world.linkUp(zero, zero.bootId);
    world.run(5000);
    expect(world.slot("p1").task).not.toBeNull();
    expect(world.slot("p1").phase).toBe("Ready");
  });

  it("gives a host worker's job away when it runs out of time or refuses", () => {
    const world = new World({ zeros: 1, hostWorkers: 1 });
    world.until(() => world.state.hosts[0]?.task != null, "a job for the host worker");
    const job = world.state.hosts[0]?.task?.jobId ?? "";
    world.post({ type: "nack", worker: "h1", link: null, jobId: job, epoch: 1 });
    expect(world.effects.some(({ type }) => type === "host-cancel")).toBe(true);
    world.post({
      type: "result",
      worker: "h1",
      link: null,
      jobId: job,
      epoch: 0,
      nonce: 1,
      hashes: 5,
      elapsedMs: 1,
    });
    expect(world.state.hosts[0]?.hashes).toBeGreaterThanOrEqual(5);
    world.state = {
      ...world.state,
      hosts: world.state.hosts.map((host) => ({
        ...host,
        task: { jobId: "x", seat: "nobody", until: world.now },
      })),
    };
    world.post({ type: "tick" });
    expect(world.state.hosts[0]?.epoch).toBeGreaterThan(1);
    // The task that the test put in place of its own is lost: the job runs into its limit.
    world.run(100_000);
    expect(world.state.seats[1]?.accepted).toBeGreaterThan(0);
  });

  it("never sends a share that is wrong: another worker solves the job, and the Zero is tested again", () => {
    const world = mining();
    world.zero("p2").wrong = true;
    world.until(() => world.reported("share.wrong").length > 0, "wrong share");
    world.until(() => world.slot("p2").phase === "Fault", "fault");
    expect(world.slot("p2").why).toBe("wrong-answers");
    expect(totals(world).rejected).toBe(0);
    world.run(200_000);
    expect(world.slot("p2").phase).toBe("Fault"); // heard, so never cut
    expect(world.slot("p2").fences).toBe(0);
    world.zero("p2").wrong = false;
    world.allReady();
  });

  it("starts over with the pool when nobody finds a solution", () => {
    const world = mining({ zeros: 1 });
    for (let round = 0; round < 3; round++) {
      world.until(() => world.slot("p1").task?.seat === "p1", "a job");
      const { task, epoch, link } = world.slot("p1");
      world.post({
        type: "result",
        worker: "p1",
        link: link?.id ?? 0,
        jobId: task?.jobId ?? "",
        epoch,
        nonce: null,
        hashes: 700_000,
        elapsedMs: 3000,
      });
    }
    expect(world.reported("job.no-solution")).toHaveLength(3);
    expect(world.effects.some(({ type }) => type === "drop-pool")).toBe(true);
    world.run(20_000);
    expect(world.state.seats[0]?.state).not.toBe("down");
  });

  it("drops a job that outlived the pool's patience, once", () => {
    const world = mining({ zeros: 1 });
    world.until(() => world.state.seats[0]?.state === "working", "working");
    world.zero("p1").hung = true;
    world.zero("p1").neverBoots = true;
    world.run(90_000);
    expect(world.effects.filter(({ type }) => type === "drop-pool")).toHaveLength(1);
    expect(world.state.seats[0]?.state).toBe("down");
  });

  it("limits a job by its expected time, between 2 s and the pool's patience", () => {
    const job = { to: 700_000 } as Job;
    expect(jobLimitMs(job, 0, DEFAULT_POLICY)).toBe(DEFAULT_POLICY.jobLimitMaxMs);
    expect(jobLimitMs(job, 240_000, DEFAULT_POLICY)).toBeCloseTo(4375);
    expect(jobLimitMs(job, 1e9, DEFAULT_POLICY)).toBe(2000);
    expect(jobLimitMs(job, 10, DEFAULT_POLICY)).toBe(80_000);
  });
});

describe("a pool session that ends", () => {
  it("with a share at the pool leaves it unknown; it is not sent again", () => {
    const world = mining();
    world.until(() => world.state.seats[0]?.state === "submitting", "submitting");
    world.post({ type: "pool-down", seat: "p1", code: "closed", detail: "x" });
    expect(world.state.seats[0]).toMatchObject({ unknown: 1, state: "down" });
    world.post({ type: "pool-down", seat: "p1", code: "closed", detail: "x" });
    world.run(30_000);
    expect(world.sent.size).toBeGreaterThan(0);
    expect(world.sentAgain).toEqual([]);
    expect(world.state.seats[0]?.error).toBeNull();
  });

  it("with a share being written down leaves it unknown, unless it was wrong", () => {
    const world = mining();
    world.storeSlow = 300;
    world.until(() => world.state.seats[0]?.state === "securing", "securing");
    world.post({ type: "pool-down", seat: "p1", code: "closed", detail: "x" });
    world.run(400);
    expect(world.state.seats[0]?.unknown).toBe(1);
    world.post({ type: "share-secured", seat: "p1", share: 12345, valid: false });
    world.post({ type: "share-secured", seat: "none", share: 12345, valid: true });
    expect(world.state.seats[0]?.unknown).toBe(1);
  });

  it("takes the job from its worker, host workers included", () => {
    const world = mining({ hostWorkers: 1 });
    world.until(() => world.state.seats[4]?.state === "working", "working");
    world.post({ type: "pool-down", seat: "h1", code: "closed", detail: "x" });
    expect(world.state.hosts[0]?.task).toBeNull();
    world.until(
      () => world.state.seats[0]?.state === "working" && world.slot("p1").task !== null,
      "working",
    );
    world.post({ type: "pool-down", seat: "p1", code: "closed", detail: "x" });
    expect(world.slot("p1").task).toBeNull();
  });

  it("while idle is no fault", () => {
    const world = mining();
    world.state = {
      ...world.state,
      seats: world.state.seats.map((seat) =>
        seat.id === "p1" ? { ...seat, state: "idle", job: null } : seat,
      ),
    };
    world.state = { ...world.state, quiescing: true };
    world.post({ type: "pool-down", seat: "p1", code: "closed", detail: "idle" });
    expect(world.state.seats[0]).toMatchObject({ failures: 0, error: null });
  });

  it("is opened again with a growing pause while the pool refuses", () => {
    const world = new World({ zeros: 1 });
    world.poolRefuses = true;
    world.run(120_000);
    const tries = world.effects.filter(({ type }) => type === "connect-pool").length;
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(8);
    expect(world.state.seats[0]?.error).toContain("refused");
    world.poolRefuses = false;
    world.until(() => (world.state.seats[0]?.accepted ?? 0) > 0, "mining");
  });

  it("ignores what does not fit the state of the seat", () => {
    const world = mining();
    const before = world.state.seats;
    world.state = { ...world.state, quiescing: true };
    world.post({ type: "pool-up", seat: "p1" });
    world.post({ type: "pool-up", seat: "nobody" });
    world.post({ type: "pool-down", seat: "nobody", code: "x", detail: "" });
    world.post({
      type: "pool-job",
      seat: "nobody",
      prefix: "",
      target: "",
      difficulty: 1,
      to: 100,
    });
    const verdict = {
      type: "pool-verdict",
      verdict: "rejected",
      block: false,
      reason: "x",
      pingMs: 1,
    } as const;
    world.post({ ...verdict, seat: "nobody" });
    expect(world.state.seats.map(({ accepted }) => accepted)).toEqual(
      before.map(({ accepted }) => accepted),
    );
  });

  it("counts a rejection with its reason", () => {
    const world = mining();
    world.until(() => world.state.seats[0]?.state === "submitting", "submitting");
    world.post({
      type: "pool-verdict",
      seat: "p1",
      verdict: "rejected",
      block: false,
      reason: "Too low difficulty",
      pingMs: 9,
    });
    expect(world.state.seats[0]?.rejected).toBe(1);
    expect(world.reported("share.rejected", "p1")[0]?.why).toBe("Too low difficulty");
  });
});

describe("quiescing", () => {
  it("asks for nothing new and lets verdicts come in", () => {
    const world = mining();
    world.until(() => awaitsVerdict(world.state), "a share at the pool");
    world.post({ type: "quiesce" });
    world.run(10_000);
    expect(awaitsVerdict(world.state)).toBe(false);
    const requests = world.effects.filter(({ type }) => type === "request-job").length;
    world.run(10_000);
    expect(world.effects.filter(({ type }) => type === "request-job").length).toBe(requests);
  });
});

describe("a link", () => {
  it("of no slot, or replaced, says nothing that counts", () => {
    const world = mining();
    const old = world.zero("p1").link;
    world.post({ type: "link-up", slot: "p9", link: 77, hello: helloOf("x") });
    world.linkUp(world.zero("p1"), world.zero("p1").bootId);
    expect(
      world.effects.some((effect) => effect.type === "close-link" && effect.link === old),
    ).toBe(true);
    world.post({ type: "link-down", slot: "p1", link: old, detail: "late" });
    world.post({ type: "heard", slot: "p1", link: old });
    world.post({ type: "heard", slot: "p1", link: world.zero("p1").link });
    world.post({
      type: "result",
      worker: "p1",
      link: old,
      jobId: "x",
      epoch: 0,
      nonce: 1,
      hashes: 1,
      elapsedMs: 1,
    });
    world.post({
      type: "result",
      worker: "p1",
      link: null,
      jobId: "x",
      epoch: 0,
      nonce: 1,
      hashes: 1,
      elapsedMs: 1,
    });
    expect(world.slot("p1").link?.id).toBe(world.zero("p1").link);
  });

  it("with a new boot while Ready is a reboot that we did not ask for", () => {
    const world = mining();
    world.linkUp(world.zero("p1"), "surprise");
    expect(world.slot("p1").phase).toBe("Booting");
    world.allReady();
    expect(world.slot("p1").boots).toBe(2);
  });

  it("of a slot whose line is off is reported, and gets no work", () => {
    const world = mining();
    world.post({ type: "operator", verb: "off", slots: ["p1"], reason: "", hard: true });
    world.until(() => world.slot("p1").phase === "Off", "off");
    world.post({ type: "link-up", slot: "p1", link: 999, hello: helloOf("ghost") });
    expect(world.reported("link.while-off", "p1")).toHaveLength(1);
    expect(world.slot("p1").phase).toBe("Off");
  });

  it("that comes up while its power is being cut changes nothing", () => {
    const world = mining();
    world.post({ type: "operator", verb: "off", slots: ["p1"], reason: "", hard: false });
    world.post({ type: "link-up", slot: "p1", link: 999, hello: helloOf("late") });
    expect(world.slot("p1").phase).toBe("PoweringOff");
    world.until(() => world.slot("p1").phase === "Off", "off");
  });
});

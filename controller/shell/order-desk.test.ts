import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { JobStatus } from "../core/job-status.ts";
import { NOTHING_REMEMBERED } from "../core/memory.ts";
import type { OrderEnd, OrderProgress } from "../core/order.ts";
import { DEFAULT_POLICY } from "../core/policy.ts";
import { initialState, type RigState } from "../core/state.ts";
import { step } from "../core/step.ts";
import { type HandClock, handClock } from "./hand-clock.ts";
import { type JobReply, OrderDesk, type OrderLimits } from "./order-desk.ts";
import { Store } from "./store.ts";

const DUCO = { algorithm: "duco-s1", prefix: "a".repeat(40), target: "b".repeat(40), to: 999 };
const LIMITS: OrderLimits = {
  maxOpen: 3,
  maxRange: 10_000,
  timeLimitMs: 60_000,
  keepMs: 3_600_000,
};
const DONE: OrderProgress = { next: 1000, open: [[10, 19]], hashes: 990, leftMs: 5 };
const FOUND: OrderEnd = { outcome: "found", nonce: 7, worker: "p1", why: null };

interface Scene {
  readonly desk: OrderDesk;
  readonly store: Store;
  readonly clock: HandClock;
  /** Ends a job as the core would have it ended. */
  end(id: string, end?: OrderEnd): void;
  state(): RigState;
}

/** A desk before a real core, which has no Zeros that are up. */
function scene(dir: string, limits: Partial<OrderLimits> = {}): Scene {
  const clock = handClock();
  const store = new Store(dir, () => clock.wall());
  onTestFinished(() => store.close());
  const shape = { slots: ["p1"], hostWorkers: 0 } as const;
  const remembered = { ...NOTHING_REMEMBERED, orders: store.orders.open() };
  let state = initialState(shape, DEFAULT_POLICY, remembered, 0);
  const desk = new OrderDesk({
    store: store.orders,
    clock,
    limits: () => ({ ...LIMITS, ...limits }),
    state: () => state,
    post: (event) => {
      ({ state } = step(state, { ...event, now: clock.now() } as never));
    },
  });
  const end = (id: string, how: OrderEnd = FOUND) => {
    store.orders.end(id, how, DONE, clock.wall().toISOString());
    state = { ...state, orders: state.orders.filter((order) => order.id !== id) };
    desk.onEnd(id);
  };
  return { desk, store, clock, end, state: () => state };
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "zr-orders-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function jobOf(reply: JobReply): JobStatus {
  if (!reply.ok) throw new Error(reply.error);
  return reply.job;
}

describe("submitting", () => {
  it("takes a job, writes it down and hands it to the core", async () => {
    const { desk, store, state } = scene(folder());
    const reply = await desk.submit("k1", DUCO);
    expect(reply).toMatchObject({ ok: true, is_new: true });
    const job = jobOf(reply);
    expect(job).toMatchObject({ state: "queued", waits_for: "worker", to: 999, progress: 0 });
    expect(store.orders.byId(job.id)?.end).toBeNull();
    expect(state().orders.map(({ id }) => id)).toEqual([job.id]);
    expect(desk.counts()).toMatchObject({ queued: 1, running: 0, found: 0 });
  });

  it("takes a repeated key for the same job, also after a restart and when that is over", async () => {
    const dir = folder();
    const first = scene(dir);
    const { id } = jobOf(await first.desk.submit("k1", DUCO));
    // Written otherwise, it asks for the same.
    const same = { ...DUCO, from: 0, prefix: "A".repeat(40), time_limit_ms: null };
    expect(await first.desk.submit("k1", same)).toMatchObject({ is_new: false, job: { id } });
    expect(first.state().orders).toHaveLength(1);
    const second = scene(dir);
    expect(await second.desk.submit("k1", DUCO)).toMatchObject({ is_new: false, job: { id } });
    second.end(id);
    expect(await second.desk.submit("k1", DUCO)).toMatchObject({
      is_new: false,
      job: { id, state: "found", nonce: 7, found_by: "p1", searched: 990, left_ms: null },
    });
    expect(second.desk.counts()).toMatchObject({ queued: 0, found: 1 });
  });

  it("refuses a key that was used for another job", async () => {
    const { desk } = scene(folder());
    await desk.submit("k1", DUCO);
    for (const other of [
      { ...DUCO, to: 998 },
      { ...DUCO, time_limit_ms: 5000 },
    ]) {
      expect(await desk.submit("k1", other)).toMatchObject({ ok: false, code: "key-reused" });
    }
  });

  it("refuses what is wrong, too large, or one too many", async () => {
    const { desk, end } = scene(folder());
    const codeOf = async (key: string, job: unknown) => {
      const reply = await desk.submit(key, job);
      return reply.ok ? null : [reply.code, reply.error.split(":")[0]];
    };
    expect(await codeOf("k", { ...DUCO, to: -1 })).toEqual(["bad-request", "to"]);
    expect(await codeOf("k", { ...DUCO, to: 10_000 })).toEqual(["too-large", "to"]);
    expect(await codeOf("k", { ...DUCO, time_limit_ms: 60_001 })).toEqual([
      "bad-request",
      "time_limit_ms",
    ]);
    const { id } = jobOf(await desk.submit("k1", { ...DUCO, to: 9999, time_limit_ms: 60_000 }));
    await desk.submit("k2", DUCO);
    await desk.submit("k3", DUCO);
    expect((await codeOf("k4", DUCO))?.[0]).toBe("too-many-jobs");
    // What was taken is told all the same.
    expect(await codeOf("k3", DUCO)).toBeNull();
    end(id);
    expect(await codeOf("k4", DUCO)).toBeNull();
  });

  it("takes nothing that it cannot write down", async () => {
    const { desk, store, state } = scene(folder());
    store.orders.add = () => {
      throw new Error("disk full");
    };
    expect(await desk.submit("k1", DUCO)).toMatchObject({ ok: false, code: "failed" });
    expect(state().orders).toEqual([]);
  });
});

describe("asking", () => {
  it("tells that a job is not known", async () => {
    const { desk } = scene(folder());
    expect(await desk.job("j1", 0)).toMatchObject({ ok: false, code: "no-job" });
    expect(await desk.cancel("j1", "")).toMatchObject({ ok: false, code: "no-job" });
  });

  it("waits for the end, or for so long", async () => {
    const { desk, clock, end } = scene(folder());
    const { id } = jobOf(await desk.submit("k1", DUCO));
    const late = desk.job(id, 1000);
    await clock.pass(1000);
    expect(jobOf(await late).state).toBe("queued");
    const other = jobOf(await desk.submit("k2", DUCO)).id;
    const told = desk.job(id, 60_000);
    end(other);
    end(id);
    expect(jobOf(await told).state).toBe("found");
    // Of what is over nobody waits.
    expect(jobOf(await desk.job(id, 60_000)).state).toBe("found");
  });

  it("lets nobody wait who is one too many, or when it closes", async () => {
    const { desk } = scene(folder());
    const { id } = jobOf(await desk.submit("k1", DUCO));
    const waiting = Array.from({ length: 64 }, () => desk.job(id, 60_000));
    expect(jobOf(await desk.job(id, 60_000)).state).toBe("queued");
    desk.close();
    for (const each of waiting) expect(jobOf(await each).state).toBe("queued");
  });

  it("lists jobs, the newest first, all or those of one state", async () => {
    const { desk, end } = scene(folder());
    const ids: string[] = [];
    for (const key of ["k1", "k2", "k3"]) ids.push(jobOf(await desk.submit(key, DUCO)).id);
    const [first, second, third] = ids as [string, string, string];
    end(second);
    const idsOf = (state: JobStatus["state"] | null, limit = 10) =>
      desk.jobs(state, limit).jobs.map(({ id }) => id);
    expect(idsOf(null)).toEqual([third, second, first]);
    expect(idsOf(null, 1)).toEqual([third]);
    expect(idsOf("queued")).toEqual([third, first]);
    expect(idsOf("running")).toEqual([]);
    expect(idsOf("found")).toEqual([second]);
    expect(idsOf("failed")).toEqual([]);
  });

  it("shows a header's target as it was submitted", async () => {
    const { desk } = scene(folder());
    const target = `00${"ff".repeat(31)}`;
    const header = "0c".repeat(76);
    const job = jobOf(await desk.submit("k1", { algorithm: "sha256d", header, target, to: 9 }));
    expect(job).toMatchObject({ header, target });
    expect(job.prefix).toBeUndefined();
  });
});

describe("a job", () => {
  it("is cancelled once, and one that is over stays as it ended", async () => {
    const { desk, state, end } = scene(folder());
    const { id } = jobOf(await desk.submit("k1", DUCO));
    await desk.cancel(id, "");
    expect(state().orders[0]?.end).toMatchObject({ outcome: "cancelled", why: "asked for" });
    // Not before that is written down.
    expect(jobOf(await desk.job(id, 0)).state).toBe("queued");
    end(id, { outcome: "cancelled", nonce: null, worker: null, why: "asked for" });
    expect(jobOf(await desk.cancel(id, "again"))).toMatchObject({
      state: "cancelled",
      why: "asked for",
    });
  });

  it("ends once on disk, and goes on from its progress after a restart", async () => {
    const dir = folder();
    const { desk, store, end } = scene(dir);
    const { id } = jobOf(await desk.submit("k1", DUCO));
    const other = jobOf(await desk.submit("k2", DUCO)).id;
    store.orders.saveProgress(id, { next: 500, open: [[10, 19]], hashes: 600, leftMs: 4000 });
    const [recalled] = store.orders.open();
    expect(recalled).toMatchObject({ id, next: 500, open: [[10, 19]], hashes: 600, leftMs: 4000 });
    expect(store.recall().orders.map((order) => order.id)).toEqual([id, other]);
    const again = scene(dir);
    expect(again.state().orders[0]).toMatchObject({ id, next: 500, hashes: 600, until: 4000 });
    end(id);
    store.orders.end(id, { ...FOUND, nonce: 8 }, DONE, "2026-01-01T00:00:00.000Z");
    store.orders.saveProgress(id, { ...DONE, hashes: 1 });
    expect(store.orders.byId(id)).toMatchObject({ end: FOUND, progress: { hashes: 990 } });
  });

  it("is forgotten with its key when it has been over for long, and never before", async () => {
    const { desk, clock, end } = scene(folder());
    const { id } = jobOf(await desk.submit("k1", DUCO));
    const open = jobOf(await desk.submit("k2", DUCO)).id;
    end(id);
    await clock.pass(LIMITS.keepMs);
    desk.thin();
    expect((await desk.job(id, 0)).ok).toBe(true);
    await clock.pass(1);
    desk.thin();
    expect(await desk.job(id, 0)).toMatchObject({ code: "no-job" });
    expect((await desk.job(open, 0)).ok).toBe(true);
    expect(await desk.submit("k1", DUCO)).toMatchObject({ is_new: true });
    expect(desk.counts()).toMatchObject({ queued: 2, found: 0 });
  });
});

// Where work is submitted and asked for: it is on disk before it is answered, a repeated key is the same job, and everybody is told its fate.

import { randomBytes } from "node:crypto";
import type { JobCounts, JobStatus } from "../core/job-status.ts";
import { type Order, searchedOf } from "../core/order.ts";
import { orderView } from "../core/order-view.ts";
import type { RigState } from "../core/state.ts";
import type { Clock } from "./clock.ts";
import type { JobRequest, Refusal } from "./control-protocol.ts";
import { messageOf } from "./error.ts";
import { twoTurns, type Untimed } from "./loop.ts";
import { type Asked, parseOrder, reversedBytes } from "./order-form.ts";
import type { OrderStore, StoredOrder } from "./order-store.ts";

export interface OrderLimits {
  readonly maxOpen: number;
  readonly maxRange: number;
  /** The time limit of an order that names none, and the longest that one may name. */
  readonly timeLimitMs: number;
  readonly keepMs: number;
}

export interface DeskParts {
  readonly store: OrderStore;
  readonly clock: Clock;
  readonly limits: () => OrderLimits;
  readonly state: () => RigState;
  readonly post: (event: Untimed) => void;
}

export type JobReply =
  | { readonly ok: true; readonly job: JobStatus; readonly is_new: boolean }
  | Refusal;
export type JobsReply = { readonly ok: true; readonly jobs: readonly JobStatus[] };

/** Who waits for ends at the same time. */
const WAITERS_MAX = 64;

function refusal(code: string, error: string): Refusal {
  return { ok: false, code, error };
}

/** Equal for two requests that ask for the same, however they wrote it. */
function fingerprint({ spec, limitMs }: Asked): string {
  const { algorithm, prefix, target, from, to } = spec;
  return JSON.stringify([algorithm, prefix, target, from, to, limitMs]);
}

export class OrderDesk {
  readonly #parts: DeskParts;
  readonly #waiters = new Map<() => void, string>();
  #counts: ReturnType<OrderStore["counts"]>;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#counts = parts.store.counts();
  }

  /** Takes a job. By the key of one that was taken it is that one, whatever became of it. */
  async submit(key: string, body: unknown): Promise<JobReply> {
    const parsed = parseOrder(body);
    if (!parsed.ok) return refusal("bad-request", parsed.error);
    const { asked } = parsed;
    const known = this.#parts.store.byKey(key);
    if (known !== null) {
      if (known.asked === fingerprint(asked)) {
        return { ok: true, job: this.#status(known), is_new: false };
      }
      return refusal("key-reused", `the key ${key} was used for another job, ${known.spec.id}`);
    }
    const refused = this.#refuse(asked);
    if (refused !== null) return refused;
    return this.#take(key, asked);
  }

  /** A job, once it is over or after so long. */
  async job(id: string, waitMs: number): Promise<JobReply> {
    const found = this.#find(id);
    if (found === null) return this.#unknown(id);
    if (found.end === null && waitMs > 0) await this.#ended(id, waitMs);
    const job = this.#find(id);
    return job === null ? this.#unknown(id) : { ok: true, job: this.#status(job), is_new: false };
  }

  /** What is asked of jobs over the control socket or HTTP. */
  answer(request: JobRequest): Promise<JobReply> | JobsReply {
    switch (request.verb) {
      case "submit":
        return this.submit(request.key, request.job);
      case "job":
        return this.job(request.id, request.waitMs);
      case "jobs":
        return this.jobs(request.state, request.limit);
      case "cancel-job":
        return this.cancel(request.id, request.reason);
    }
  }

  /** The newest first. */
  jobs(state: JobStatus["state"] | null, limit: number): JobsReply {
    const { store } = this.#parts;
    if (state === "queued" || state === "running") {
      const open = store.list(null, this.#counts.open).map((order) => this.#status(order));
      return { ok: true, jobs: open.filter((job) => job.state === state).slice(0, limit) };
    }
    const listed = store.list(state ?? undefined, limit);
    return { ok: true, jobs: listed.map((order) => this.#status(order)) };
  }

  /** Ends a job that is not over; of one that is, only tells. */
  async cancel(id: string, reason: string): Promise<JobReply> {
    if (this.#find(id)?.end === null) {
      this.#parts.post({ type: "order-cancelled", order: id, reason: reason || "asked for" });
      await twoTurns();
    }
    return this.job(id, 0);
  }

  counts(): JobCounts {
    const { open: _, ...ended } = this.#counts;
    const states = this.#parts.state().orders.map((order) => this.#viewOf(order).state);
    const running = states.filter((state) => state === "running").length;
    return { queued: states.length - running, running, ...ended };
  }

  /** An end was written down: whoever waits for it is told. */
  onEnd(id: string): void {
    this.#counts = this.#parts.store.counts();
    for (const [wake, awaited] of [...this.#waiters]) if (awaited === id) wake();
  }

  /** Lets go of those that ended long ago. */
  thin(): void {
    const { store, clock, limits } = this.#parts;
    store.thin(new Date(clock.wall().getTime() - limits().keepMs).toISOString());
    this.#counts = store.counts();
  }

  close(): void {
    for (const wake of [...this.#waiters.keys()]) wake();
  }

  #refuse({ spec, limitMs }: Asked): Refusal | null {
    const { maxOpen, maxRange, timeLimitMs } = this.#parts.limits();
    const length = spec.to - spec.from + 1;
    if (length > maxRange) {
      return refusal(
        "too-large",
        `to: a range of ${length} nonces; [jobs] max_range is ${maxRange}`,
      );
    }
    if (limitMs !== null && limitMs > timeLimitMs) {
      return refusal("bad-request", `time_limit_ms: expected at most ${timeLimitMs}`);
    }
    if (this.#counts.open < maxOpen) return null;
    return refusal("too-many-jobs", `${maxOpen} jobs are open, and [jobs] max_open allows no more`);
  }

  async #take(key: string, asked: Asked): Promise<JobReply> {
    const { store, clock, limits, post } = this.#parts;
    const spec = { id: `j${randomBytes(6).toString("hex")}`, ...asked.spec };
    const limitMs = asked.limitMs ?? limits().timeLimitMs;
    const at = clock.wall().toISOString();
    try {
      store.add({ spec, key, asked: fingerprint(asked), limitMs, at });
    } catch (error) {
      return refusal("failed", `the job could not be written down: ${messageOf(error)}`);
    }
    this.#counts = store.counts();
    post({ type: "order-placed", order: spec, forMs: limitMs });
    await twoTurns();
    const job = await this.job(spec.id, 0);
    return job.ok ? { ...job, is_new: true } : job;
  }

  #find(id: string): StoredOrder | null {
    return this.#parts.store.byId(id);
  }

  #unknown(id: string): Refusal {
    return refusal("no-job", `no job ${id} is known; those that ended are kept for [jobs] keep_ms`);
  }

  #ended(id: string, waitMs: number): Promise<void> {
    if (this.#waiters.size >= WAITERS_MAX) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        this.#waiters.delete(wake);
        resolve();
      };
      const cancel = this.#parts.clock.after(waitMs, wake);
      this.#waiters.set(wake, id);
    });
  }

  #viewOf(order: Order) {
    const { clock, state } = this.#parts;
    return orderView(state(), order, clock.now());
  }

  #status(stored: StoredOrder): JobStatus {
    const { spec, end, progress, submittedAt, endedAt } = stored;
    const { id, algorithm, prefix, target, from, to } = spec;
    const isDuco = algorithm === "duco-s1";
    const live = this.#parts.state().orders.find((order) => order.id === id);
    const open = progress.open.map(([first, last]) => ({ from: first, to: last }));
    const searched = searchedOf(from, progress.next, open);
    const length = to - from + 1;
    const resting = {
      state: end?.outcome ?? "queued",
      waits_for: null,
      searched,
      hashes: progress.hashes,
      hashrate_hs: 0,
      workers: [],
      left_ms: end === null ? progress.leftMs : null,
    } as const;
    const shown = end === null && live !== undefined ? this.#viewOf(live) : resting;
    return {
      id,
      ...shown,
      progress: shown.searched / length,
      nonce: end?.nonce ?? null,
      found_by: end?.worker ?? null,
      why: end?.why ?? null,
      algorithm,
      ...(isDuco ? { prefix } : { header: prefix }),
      target: isDuco ? target : reversedBytes(target),
      from,
      to,
      submitted_at: submittedAt,
      ended_at: endedAt,
    };
  }
}

// What each worker's work looks like from here: how long it waited for jobs and verdicts, how busy it was, how its shares fared.
// It looks on, step by step, and decides nothing.

import type { Effect } from "../core/effect.ts";
import type { Event, EventOf } from "../core/event.ts";
import { slotOfSeat } from "../core/seat.ts";
import { SELF_TEST_SEAT } from "../core/self-test.ts";
import { isUp } from "../core/slot.ts";
import type { RigState } from "../core/state.ts";
import type { WorkFigures as Figures } from "../core/status.ts";

/** Waits and the busy share are those of this period and of what has gone by of the next. */
const PERIOD_MS = 5 * 60_000;
/** Reasons are the pool's own words: those beyond are counted together. */
const REASONS_MAX = 16;

interface Sums {
  jobWaitMs: number;
  jobsGot: number;
  verdictWaitMs: number;
  verdicts: number;
  upMs: number;
  busyMs: number;
}

const NOTHING: Sums = {
  jobWaitMs: 0,
  jobsGot: 0,
  verdictWaitMs: 0,
  verdicts: 0,
  upMs: 0,
  busyMs: 0,
};

interface Worker {
  jobs: number;
  rateHs: number;
  accepted: number;
  rejected: number;
  readonly rejectedBy: Map<string, number>;
  streak: number;
  bestStreak: number;
  difficulty: number | null;
  pingMs: number | null;
  now: Sums;
  last: Sums;
  /** What went by before these two. */
  past: Sums;
}

interface SeatTimes {
  askedAt: number;
  sentAt: number;
  elapsedMs: number;
}

/** What a worker did since the controller started; the names are those of the samples. */
export interface WorkSums {
  readonly jobs: number;
  readonly job_waits: number;
  readonly job_wait_ms: number;
  readonly verdicts: number;
  readonly verdict_wait_ms: number;
  readonly up_ms: number;
  readonly busy_ms: number;
  readonly rejectedBy: Readonly<Record<string, number>>;
}

/** A share whose verdict came, for the line that miners know. */
export interface Judged {
  readonly worker: string;
  readonly accepted: number;
  readonly rejected: number;
  /** How long it was searched for. */
  readonly elapsedMs: number;
}

export class WorkFigures {
  readonly #workers = new Map<string, Worker>();
  readonly #seats = new Map<string, SeatTimes>();
  #at: number;
  #periodAt: number;

  constructor(now: number) {
    this.#at = now;
    this.#periodAt = now;
  }

  /** Takes in one step of the loop. Returns the share that it judged, if it did. */
  take(before: RigState, event: Event, effects: readonly Effect[]): Judged | null {
    this.#pass(before, event.now);
    for (const effect of effects) {
      if (effect.type === "request-job") this.#seat(effect.seat).askedAt = event.now;
      if (effect.type === "submit-share") this.#seat(effect.share.seat).sentAt = event.now;
    }
    if (event.type === "result") this.#result(before, event);
    if (event.type === "pool-job") this.#job(before, event);
    return event.type === "pool-verdict" ? this.#verdict(before, event) : null;
  }

  /** Of each worker that had anything to do. */
  figures(): Readonly<Record<string, Figures>> {
    return Object.fromEntries([...this.#workers].map(([id, worker]) => [id, figuresOf(worker)]));
  }

  /** Of each worker that had anything to do. */
  sums(): Readonly<Record<string, WorkSums>> {
    return Object.fromEntries([...this.#workers].map(([id, worker]) => [id, sumsOf(worker)]));
  }

  #pass({ slots, hosts }: RigState, now: number): void {
    const ms = now - this.#at;
    this.#at = now;
    if (ms <= 0) return;
    if (now - this.#periodAt >= PERIOD_MS) {
      this.#periodAt = now;
      for (const worker of this.#workers.values()) {
        worker.past = addSums(worker.past, worker.last);
        worker.last = worker.now;
        worker.now = { ...NOTHING };
      }
    }
    for (const slot of slots) {
      if (!isUp(slot)) continue;
      const busy = slot.task !== null && slot.task.seat !== SELF_TEST_SEAT;
      this.#spent(slot, ms, busy);
    }
    for (const host of hosts) this.#spent(host, ms, host.task !== null);
  }

  #spent(
    { id, rateHs }: { readonly id: string; readonly rateHs: number },
    ms: number,
    busy: boolean,
  ) {
    const worker = this.#worker(id);
    worker.rateHs = rateHs;
    worker.now.upMs += ms;
    if (busy) worker.now.busyMs += ms;
  }

  #result(before: RigState, { worker: id, jobId, elapsedMs }: EventOf<"result">): void {
    const worker = [...before.slots, ...before.hosts].find((each) => each.id === id);
    const task = worker?.task;
    if (task?.jobId !== jobId || task.seat === SELF_TEST_SEAT) return;
    this.#worker(id).jobs++;
    this.#seat(task.seat).elapsedMs = elapsedMs;
  }

  #job(before: RigState, { seat, difficulty, now }: EventOf<"pool-job">): void {
    const owner = ownerOf(before, seat, "requested");
    if (owner === null) return;
    const worker = this.#worker(owner);
    worker.difficulty = difficulty;
    worker.now.jobsGot++;
    worker.now.jobWaitMs += now - this.#seat(seat).askedAt;
  }

  #verdict(before: RigState, event: EventOf<"pool-verdict">): Judged | null {
    const owner = ownerOf(before, event.seat, "submitting");
    if (owner === null) return null;
    const worker = this.#worker(owner);
    const { sentAt, elapsedMs } = this.#seat(event.seat);
    worker.pingMs = event.pingMs;
    worker.now.verdicts++;
    worker.now.verdictWaitMs += event.now - sentAt;
    if (event.verdict === "accepted") {
      worker.accepted++;
      worker.streak++;
      worker.bestStreak = Math.max(worker.bestStreak, worker.streak);
    } else {
      worker.rejected++;
      worker.streak = 0;
      countReason(worker.rejectedBy, event.reason ?? "no reason given");
    }
    const { accepted, rejected } = worker;
    return { worker: owner, accepted, rejected, elapsedMs };
  }

  #worker(id: string): Worker {
    const known = this.#workers.get(id);
    if (known !== undefined) return known;
    const worker: Worker = {
      jobs: 0,
      rateHs: 0,
      accepted: 0,
      rejected: 0,
      rejectedBy: new Map(),
      streak: 0,
      bestStreak: 0,
      difficulty: null,
      pingMs: null,
      now: { ...NOTHING },
      last: { ...NOTHING },
      past: { ...NOTHING },
    };
    this.#workers.set(id, worker);
    return worker;
  }

  #seat(id: string): SeatTimes {
    const known = this.#seats.get(id);
    if (known !== undefined) return known;
    const times = { askedAt: this.#at, sentAt: this.#at, elapsedMs: 0 };
    this.#seats.set(id, times);
    return times;
  }
}

function addSums(a: Sums, b: Sums): Sums {
  return {
    jobWaitMs: a.jobWaitMs + b.jobWaitMs,
    jobsGot: a.jobsGot + b.jobsGot,
    verdictWaitMs: a.verdictWaitMs + b.verdictWaitMs,
    verdicts: a.verdicts + b.verdicts,
    upMs: a.upMs + b.upMs,
    busyMs: a.busyMs + b.busyMs,
  };
}

function sumsOf({ jobs, rejectedBy, past, last, now }: Worker): WorkSums {
  const all = addSums(past, addSums(last, now));
  return {
    jobs,
    job_waits: all.jobsGot,
    job_wait_ms: all.jobWaitMs,
    verdicts: all.verdicts,
    verdict_wait_ms: all.verdictWaitMs,
    up_ms: all.upMs,
    busy_ms: all.busyMs,
    rejectedBy: Object.fromEntries(rejectedBy),
  };
}

function countReason(counts: Map<string, number>, reason: string): void {
  const key = counts.has(reason) || counts.size < REASONS_MAX ? reason : "other";
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Whose seat it is, if what came fits its state; the core lets go by what does not. */
function ownerOf(rig: RigState, seatId: string, state: string): string | null {
  const seat = rig.seats.find(({ id }) => id === seatId);
  if (seat?.state !== state) return null;
  return slotOfSeat(rig, seat)?.id ?? seat.id;
}

function figuresOf(worker: Worker): Figures {
  const { now, last } = worker;
  const mean = (total: keyof Sums, count: keyof Sums) => {
    const of = now[count] + last[count];
    return of === 0 ? null : (now[total] + last[total]) / of;
  };
  const whole = (value: number | null) => (value === null ? null : Math.round(value));
  const busy = mean("busyMs", "upMs");
  return {
    jobs: worker.jobs,
    hashrate_hs: worker.jobs === 0 ? null : Math.round(worker.rateHs),
    job_wait_ms: whole(mean("jobWaitMs", "jobsGot")),
    verdict_wait_ms: whole(mean("verdictWaitMs", "verdicts")),
    ping_ms: whole(worker.pingMs),
    busy: busy === null ? null : Math.round(busy * 10_000) / 10_000,
    difficulty: worker.difficulty,
    accepted: worker.accepted,
    rejected: worker.rejected,
    rejected_by: Object.fromEntries(worker.rejectedBy),
    streak: worker.streak,
    best_streak: worker.bestStreak,
  };
}

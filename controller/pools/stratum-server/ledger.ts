// What each worker handed in, by the name that it gave: the figures that people look at.

import { type HeaderAlgorithm, hashesPerShare, targetOf } from "../stratum/target.ts";
import type { JudgedShare } from "./session-state.ts";
import type { ShareVerdict } from "./work.ts";

export type Rejected = Readonly<Record<Exclude<ShareVerdict, "accepted">, number>>;

/** One worker's figures. */
export interface WorkerFigures {
  readonly worker: string;
  readonly accepted: number;
  readonly rejected: Rejected;
  /** Estimated from its shares: of the last 5 minutes, and of the last hour. */
  readonly hashrateHs: number;
  readonly hourlyHashrateHs: number;
  /** By the ledger's clock; null before the first. */
  readonly lastShareMs: number | null;
  readonly difficulty: number | null;
}

interface Worker {
  readonly firstMs: number;
  readonly counts: Record<ShareVerdict, number>;
  lastShareMs: number | null;
  difficulty: number | null;
  /** Hashes by minute, the newest last. */
  readonly minutes: { readonly minute: number; hashes: number }[];
}

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
/** A worker that is silent for long makes room for one that is new. */
const WORKERS_MAX = 1000;
/** Over less a rate would be a guess. */
const ELAPSED_MIN_MS = 30_000;

function none(): Record<ShareVerdict, number> {
  return {
    accepted: 0,
    stale: 0,
    duplicate: 0,
    "low difficulty": 0,
    invalid: 0,
    refused: 0,
    lost: 0,
  };
}

export class Ledger {
  readonly #algorithm: HeaderAlgorithm;
  /** By name, the one that was silent for longest first. */
  readonly #workers = new Map<string, Worker>();
  readonly #totals = none();

  constructor(algorithm: HeaderAlgorithm) {
    this.#algorithm = algorithm;
  }

  /** The worker is here, and gets shares of this difficulty. */
  greet(name: string, difficulty: number, now: number): void {
    this.#worker(name, now).difficulty = difficulty;
  }

  /** Where the worker left off; null where nobody knows. */
  difficultyOf(name: string): number | null {
    return this.#workers.get(name)?.difficulty ?? null;
  }

  take({ user, verdict, difficulty }: JudgedShare, now: number): void {
    const worker = this.#worker(user, now);
    worker.counts[verdict]++;
    this.#totals[verdict]++;
    // What the source did with it is nothing to the hashes that it took.
    if (verdict !== "accepted" && verdict !== "refused" && verdict !== "lost") return;
    worker.lastShareMs = now;
    const minute = Math.floor(now / MINUTE_MS);
    const { minutes } = worker;
    if (minutes.at(-1)?.minute !== minute) minutes.push({ minute, hashes: 0 });
    const last = minutes.at(-1);
    if (last !== undefined) last.hashes += hashesPerShare(targetOf(difficulty, this.#algorithm));
    while ((minutes[0]?.minute ?? minute) <= minute - HOUR_MINUTES) minutes.shift();
  }

  get totals(): Readonly<Record<ShareVerdict, number>> {
    return { ...this.#totals };
  }

  workers(now: number): WorkerFigures[] {
    return [...this.#workers].map(([name, worker]) => {
      const { accepted, ...rejected } = worker.counts;
      return {
        worker: name,
        accepted,
        rejected,
        hashrateHs: rateOf(worker, 5, now),
        hourlyHashrateHs: rateOf(worker, HOUR_MINUTES, now),
        lastShareMs: worker.lastShareMs,
        difficulty: worker.difficulty,
      };
    });
  }

  #worker(name: string, now: number): Worker {
    const known = this.#workers.get(name);
    this.#workers.delete(name);
    const fresh = { counts: none(), lastShareMs: null, difficulty: null, minutes: [] };
    const worker: Worker = known ?? { ...fresh, firstMs: now };
    this.#workers.set(name, worker);
    const [oldest] = this.#workers.keys();
    if (this.#workers.size > WORKERS_MAX && oldest !== undefined) this.#workers.delete(oldest);
    return worker;
  }
}

/** Hashes a second over whole minutes and the one that runs; less where the worker is not that old. */
function rateOf({ minutes, firstMs }: Worker, over: number, now: number): number {
  const from = Math.floor(now / MINUTE_MS) - over + 1;
  const hashes = minutes
    .filter(({ minute }) => minute >= from)
    .reduce((sum, each) => sum + each.hashes, 0);
  return (1000 * hashes) / Math.max(ELAPSED_MIN_MS, now - Math.max(firstMs, from * MINUTE_MS));
}

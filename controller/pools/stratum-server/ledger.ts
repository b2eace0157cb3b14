// What each worker handed in, by the name that it gave: the figures that people look at, and what is kept of them over a restart.

import { type HeaderAlgorithm, hashesPerShare, targetOf } from "../stratum/target.ts";
import type { JudgedShare } from "./session-state.ts";
import type { ShareVerdict } from "./work.ts";
import {
  addHashes,
  addRecord,
  type Counts,
  freshRecord,
  greater,
  HOUR_MINUTES,
  hasRightShares,
  hasShares,
  NO_COUNTS,
  rateOf,
  restoredRecord,
  totalsOf,
  type WorkerRecord,
  type WorkerTotals,
} from "./worker-record.ts";

export type Rejected = Readonly<Record<Exclude<ShareVerdict, "accepted">, number>>;

/** One worker's figures. */
export interface WorkerFigures {
  readonly totals: WorkerTotals;
  /** Estimated from its shares: of the last 5 minutes, and of the last hour. */
  readonly hashrateHs: number;
  readonly hourlyHashrateHs: number;
  /** The age of its last right share; null before the first. */
  readonly lastShareAgeMs: number | null;
}

/** What is to be written to be kept; `isAll`: of what was written before nothing else holds. */
export interface Changes {
  readonly rows: readonly WorkerTotals[];
  readonly isAll: boolean;
}

/** The name that those have together who made room for others. No miner can give it. */
const OTHERS = "";
/** A worker that is silent for long makes room for one that is new. */
const WORKERS_MAX = 1000;

export class Ledger {
  readonly #algorithm: HeaderAlgorithm;
  /** By name, the one that was silent for longest first. */
  readonly #workers = new Map<string, WorkerRecord>();
  /** Those that are not known by name any more; null while all are. */
  #others: WorkerRecord | null = null;
  /** All that ever were, together; null before the first share. */
  #all: WorkerRecord | null = null;
  /** Somebody made room since `saved`. */
  #isForgetful = false;

  constructor(algorithm: HeaderAlgorithm) {
    this.#algorithm = algorithm;
  }

  /** Goes on from what runs before had come to; before anybody is served. */
  restore(kept: readonly WorkerTotals[], now: number): void {
    const bySilence = [...kept].sort((a, b) => seenAt(a) - seenAt(b));
    for (const totals of bySilence) {
      const record = restoredRecord(totals, now);
      this.#all ??= freshRecord(now);
      addRecord(this.#all, record);
      if (totals.worker === OTHERS) this.#others = record;
      else this.#workers.set(totals.worker, record);
    }
  }

  /** The worker is here, and gets shares of this difficulty. */
  greet(name: string, difficulty: number, now: number): void {
    const worker = this.#worker(name, now);
    if (worker.difficulty === difficulty) return;
    worker.difficulty = difficulty;
    worker.isChanged = true;
  }

  /** Where the worker left off; null where nobody knows. */
  difficultyOf(name: string): number | null {
    return this.#workers.get(name)?.difficulty ?? null;
  }

  take({ user, verdict, difficulty }: JudgedShare, now: number): void {
    const worker = this.#count(user, now, ({ counts }) => counts[verdict]++);
    // What the source did with it is nothing to the hashes that it took.
    if (verdict !== "accepted" && verdict !== "refused" && verdict !== "lost") return;
    worker.lastShareMs = now;
    addHashes(worker, hashesPerShare(targetOf(difficulty, this.#algorithm)), now);
  }

  /** A share was right, and would have met this difficulty. */
  found(user: string, difficulty: number, now: number): void {
    this.#count(user, now, (record) => {
      record.best = greater(record.best, difficulty);
    });
  }

  /** The source wanted a share, and said what it makes of it. */
  handedOn(user: string, verdict: ShareVerdict, now: number): void {
    const said = verdict === "accepted" ? "accepted" : "rejected";
    this.#count(user, now, ({ handedOn }) => handedOn[said]++);
  }

  /** A share was a block of the network. */
  block(user: string, now: number): void {
    this.#count(user, now, (record) => record.blocks++);
  }

  /** Of all workers that ever were, together; null before the first share. */
  totals(now: number, wallMs: number): WorkerTotals | null {
    return this.#all === null ? null : totalsOf(OTHERS, this.#all, now, wallMs);
  }

  get counts(): Counts {
    return this.#all?.counts ?? NO_COUNTS;
  }

  workers(now: number, wallMs: number): WorkerFigures[] {
    return [...this.#workers].map(([name, record]) => {
      const totals = totalsOf(name, record, now, wallMs);
      const { lastShareAt } = totals;
      return {
        totals,
        hashrateHs: rateOf(record, 5, now),
        hourlyHashrateHs: rateOf(record, HOUR_MINUTES, now),
        lastShareAgeMs: lastShareAt === null ? null : Math.max(0, Math.round(wallMs - lastShareAt)),
      };
    });
  }

  /** What came since `saved`; null where nothing did. Who never handed in a share is not worth a row. */
  changes(now: number, wallMs: number): Changes | null {
    const named = [...this.#workers].filter(
      ([, record]) => hasShares(record) && (record.isChanged || this.#isForgetful),
    );
    const others = this.#isForgetful && this.#others ? [[OTHERS, this.#others] as const] : [];
    const rows = [...named, ...others].map(([name, record]) => totalsOf(name, record, now, wallMs));
    return rows.length === 0 ? null : { rows, isAll: this.#isForgetful };
  }

  /** What `changes` gave is kept. */
  saved(): void {
    this.#isForgetful = false;
    for (const record of this.#workers.values()) record.isChanged = false;
  }

  #count(name: string, now: number, count: (record: WorkerRecord) => void): WorkerRecord {
    const worker = this.#worker(name, now);
    worker.isChanged = true;
    this.#all ??= freshRecord(now);
    for (const record of [worker, this.#all]) count(record);
    return worker;
  }

  #worker(name: string, now: number): WorkerRecord {
    const worker = this.#workers.get(name) ?? freshRecord(now);
    this.#workers.delete(name);
    if (this.#workers.size >= WORKERS_MAX) this.#makeRoom(now);
    this.#workers.set(name, worker);
    return worker;
  }

  /** Names cost a stranger nothing: those go first that never found a share. What the one that goes came to counts on without its name. */
  #makeRoom(now: number): void {
    const all = [...this.#workers];
    const [name, record] = all.find(([, each]) => !hasRightShares(each)) ?? all[0] ?? [];
    if (name === undefined || record === undefined) return;
    this.#workers.delete(name);
    if (!hasShares(record)) return;
    this.#others ??= freshRecord(now);
    addRecord(this.#others, record);
    this.#isForgetful = true;
  }
}

function seenAt({ lastShareAt, since }: WorkerTotals): number {
  return lastShareAt ?? since;
}

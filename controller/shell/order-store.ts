// The orders on disk: written before whoever submits one is told that it was taken, ended once, kept for a while after.

import type Database from "better-sqlite3";
import type { OrderEnd, OrderMemory, OrderProgress, OrderSpec } from "../core/order.ts";

/** More finished ones are not kept, however young they are. */
const ENDED_KEPT = 10_000;

/** As it was submitted. */
export interface NewOrder {
  readonly spec: OrderSpec;
  readonly key: string;
  /** Equal for two requests that ask for the same. */
  readonly asked: string;
  readonly limitMs: number;
  readonly at: string;
}

export interface StoredOrder {
  readonly spec: OrderSpec;
  readonly asked: string;
  readonly submittedAt: string;
  readonly progress: OrderProgress;
  /** Null while it is open. */
  readonly end: OrderEnd | null;
  readonly endedAt: string | null;
}

type Outcome = OrderEnd["outcome"];

interface Row {
  readonly asked: string;
  readonly spec: string;
  readonly submitted_at: string;
  readonly progress: string;
  readonly outcome: Outcome | null;
  readonly nonce: number | null;
  readonly worker: string | null;
  readonly why: string | null;
  readonly ended_at: string | null;
}

function storedOf(row: Row): StoredOrder {
  const { outcome, nonce, worker, why } = row;
  return {
    asked: row.asked,
    spec: JSON.parse(row.spec) as OrderSpec,
    submittedAt: row.submitted_at,
    progress: JSON.parse(row.progress) as OrderProgress,
    end: outcome === null ? null : { outcome, nonce, worker, why },
    endedAt: row.ended_at,
  };
}

export class OrderStore {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /** Once this returns, the order survives a power cut. */
  add({ spec, key, asked, limitMs, at }: NewOrder): void {
    const progress: OrderProgress = { next: spec.from, open: [], hashes: 0, leftMs: limitMs };
    this.#db
      .prepare(
        "INSERT INTO orders (id, key, asked, spec, submitted_at, progress) VALUES (?, ?, ?, ?, ?, ?)",
      )
      .run(spec.id, key, asked, JSON.stringify(spec), at, JSON.stringify(progress));
  }

  byKey(key: string): StoredOrder | null {
    const row = this.#db.prepare<[string], Row>("SELECT * FROM orders WHERE key = ?").get(key);
    return row === undefined ? null : storedOf(row);
  }

  byId(id: string): StoredOrder | null {
    const row = this.#db.prepare<[string], Row>("SELECT * FROM orders WHERE id = ?").get(id);
    return row === undefined ? null : storedOf(row);
  }

  /** The newest first; of one outcome alone, or only open ones (null), or all (undefined). */
  list(outcome: Outcome | null | undefined, limit: number): StoredOrder[] {
    return this.#db
      .prepare<[number, Outcome | null, number], Row>(
        "SELECT * FROM orders WHERE ? OR outcome IS ? ORDER BY seq DESC LIMIT ?",
      )
      .all(outcome === undefined ? 1 : 0, outcome ?? null, limit)
      .map(storedOf);
  }

  /** What a controller that starts goes on with, the oldest first. */
  open(): OrderMemory[] {
    return this.#db
      .prepare<[], Row>("SELECT * FROM orders WHERE outcome IS NULL ORDER BY seq")
      .all()
      .map((row) => {
        const { spec, progress } = storedOf(row);
        return { ...spec, ...progress };
      });
  }

  /** How many of each fate are kept; "open" are those that have none yet. */
  counts(): Record<Outcome | "open", number> {
    const counts = { open: 0, found: 0, exhausted: 0, cancelled: 0, failed: 0 };
    const rows = this.#db
      .prepare<[], { outcome: Outcome | null; count: number }>(
        "SELECT outcome, count(*) AS count FROM orders GROUP BY outcome",
      )
      .all();
    for (const { outcome, count } of rows) counts[outcome ?? "open"] = count;
    return counts;
  }

  saveProgress(id: string, progress: OrderProgress): void {
    this.#db
      .prepare("UPDATE orders SET progress = ? WHERE id = ? AND outcome IS NULL")
      .run(JSON.stringify(progress), id);
  }

  /** Ends an order once: a second call changes nothing. */
  end(id: string, end: OrderEnd, progress: OrderProgress, at: string): void {
    const { outcome, nonce, worker, why } = end;
    this.#db
      .prepare(
        `UPDATE orders SET outcome = ?, nonce = ?, worker = ?, why = ?, progress = ?, ended_at = ?
           WHERE id = ? AND outcome IS NULL`,
      )
      .run(outcome, nonce, worker, why, JSON.stringify(progress), at, id);
  }

  /** Lets go of those that ended before then, and with them of their keys. */
  thin(before: string): void {
    this.#db.prepare("DELETE FROM orders WHERE ended_at < ?").run(before);
    this.#db
      .prepare(
        `DELETE FROM orders WHERE outcome IS NOT NULL AND seq <=
           (SELECT seq FROM orders WHERE outcome IS NOT NULL ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
      )
      .run(ENDED_KEPT);
  }
}

// Reads the statistics file: sums over any span, step by step or in one. Also used by whoever reads the file beside the controller.

import type Database from "better-sqlite3";
import { BUCKET, MERGED, sumsOf } from "./stats-sql.ts";
import type { Reasons, Sums } from "./sums.ts";

export interface Bucket {
  /** Where it begins, in ms of the wall clock. */
  readonly at: number;
  readonly sums: Sums;
}

export interface Total {
  /** Since when anything was counted, in ms of the wall clock. */
  readonly since: number;
  readonly sums: Sums;
}

/** Spans that are remembered: people look at the same ones again and again. */
const SPANS_KEPT = 1000;

export class StatsReader {
  readonly #db: Database.Database;
  readonly #spans = new Map<string, Sums | null>();

  constructor(db: Database.Database) {
    this.#db = db;
  }

  series(): readonly { readonly id: number; readonly name: string }[] {
    return this.#db
      .prepare<[], { id: number; name: string }>("SELECT id, name FROM series ORDER BY id")
      .all();
  }

  /** Steps in [from, to) that anything is known of, the oldest first, `limit` at most. A sample counts where it begins. */
  steps(name: string, from: number, to: number, stepMs: number, limit = -1): readonly Bucket[] {
    return this.#db
      .prepare<object, Sums & { bucket: number }>(
        `SELECT ${BUCKET} AS bucket, ${MERGED} FROM samples
           WHERE level IN (0, 1, 2, 3) AND series = (SELECT id FROM series WHERE name = @name) AND at >= @from AND at < @to
           GROUP BY bucket ORDER BY bucket LIMIT @limit`,
      )
      .all({ name, from, to, step: stepMs, limit })
      .map((row) => ({ at: row.bucket, sums: sumsOf(row) }));
  }

  /** A span that is over: it is read once. */
  pastSpan(name: string, from: number, to: number): Sums | null {
    const key = `${name} ${from} ${to}`;
    const known = this.#spans.get(key);
    if (known !== undefined) return known;
    if (this.#spans.size >= SPANS_KEPT) this.#spans.clear();
    const found = this.span(name, from, to);
    this.#spans.set(key, found);
    return found;
  }

  /** All of [from, to) in one; null where nothing is known. */
  span(name: string, from: number, to: number): Sums | null {
    const row = this.#db
      .prepare<unknown[], Sums & { known: number }>(
        `SELECT count(*) AS known, ${MERGED} FROM samples
           WHERE level IN (0, 1, 2, 3) AND series = (SELECT id FROM series WHERE name = ?) AND at >= ? AND at < ?`,
      )
      .get(name, from, to);
    return row === undefined || row.known === 0 ? null : sumsOf(row);
  }

  reasons(name: string, from: number, to: number): Reasons {
    const rows = this.#db
      .prepare<unknown[], { reason: string; count: number }>(
        `SELECT reason, sum(count) AS count FROM reasons
           WHERE level IN (0, 1, 2, 3) AND series = (SELECT id FROM series WHERE name = ?) AND at >= ? AND at < ?
           GROUP BY reason`,
      )
      .all(name, from, to);
    return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
  }

  total(name: string): Total | null {
    const row = this.#db
      .prepare<[string], Sums & { since: number }>(
        "SELECT totals.* FROM totals JOIN series ON series.id = totals.series WHERE name = ?",
      )
      .get(name);
    return row === undefined ? null : { since: row.since, sums: sumsOf(row) };
  }

  reasonTotals(name: string): Reasons {
    const rows = this.#db
      .prepare<[string], { reason: string; count: number }>(
        "SELECT reason, count FROM reason_totals JOIN series ON series.id = series WHERE name = ?",
      )
      .all(name);
    return Object.fromEntries(rows.map(({ reason, count }) => [reason, count]));
  }

  /** When the last sample was; null where there are none. */
  lastAt(name: string): number | null {
    const row = this.#db
      .prepare<[string], { last: number | null }>(
        `SELECT max(last) AS last FROM (
           SELECT max(at) AS last FROM samples, (SELECT id FROM series WHERE name = ?) AS mine
             WHERE level IN (0, 1, 2, 3) AND series = mine.id GROUP BY level)`,
      )
      .get(name);
    return row?.last ?? null;
  }
}

// The statistics on disk: a SQLite file of their own beside the state, so that neither can harm or slow the other. Written once a
// minute in one transaction: a crash between two of these loses no count, only when within that minute it was.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { openOrSetAside } from "../shell/sqlite-file.ts";
import { AHEAD_MS, coarserStepMs, DAYS, foldedLevels, SECONDS } from "./levels.ts";
import { MinerStore } from "./miner-store.ts";
import { RIG } from "./reading.ts";
import { addGrowth, type Baseline, type Growth, type Sample } from "./sampler.ts";
import { STATS_FILE, STATS_MIGRATIONS } from "./schema.ts";
import { StatsReader } from "./stats-reader.ts";
import {
  ADD_REASON,
  ADD_REASON_TOTAL,
  ADD_SAMPLE,
  ADD_TOTAL,
  DROP_REASONS,
  DROP_SAMPLES,
  FOLD_REASONS,
  FOLD_SAMPLES,
  HAS_STALE,
  valuesOf,
} from "./stats-sql.ts";

/** What the write-ahead log may keep on the disk. */
const WAL_BYTES_KEPT = 1 << 20;

export class StatsStore {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement<unknown[]>>();
  readonly #ids = new Map<string, number>();
  readonly reader: StatsReader;
  readonly miners: MinerStore;
  /** Where the file went that was found damaged; null if it was sound. */
  readonly setAside: string | null;

  constructor(dir: string, wall: () => Date) {
    mkdirSync(dir, { recursive: true, mode: 0o750 });
    const { db, setAside } = openOrSetAside(join(dir, STATS_FILE), STATS_MIGRATIONS, wall);
    db.pragma(`journal_size_limit = ${WAL_BYTES_KEPT}`);
    this.#db = db;
    this.setAside = setAside;
    this.reader = new StatsReader(db);
    this.miners = new MinerStore(db);
  }

  baseline(): Baseline {
    const row = this.#db
      .prepare<[], { value: string }>("SELECT value FROM meta WHERE name = 'baseline'")
      .get();
    return row === undefined ? {} : (JSON.parse(row.value) as Baseline);
  }

  /** Adds samples, each with its place on the wall clock (ms), and the baseline that they lead to: all of it or nothing. */
  write(samples: readonly (readonly [atMs: number, Sample])[], baseline: Baseline): void {
    // Those that were given out in a try that failed are not there.
    this.#ids.clear();
    this.#db.transaction(() => {
      const totals = new Map<string, { since: number; growth: Growth }>();
      for (const [at, { series }] of samples) {
        const second = Math.floor(at / SECONDS.stepMs) * SECONDS.stepMs;
        for (const [name, growth] of series) {
          const total = totals.get(name);
          if (total === undefined) totals.set(name, { since: second, growth });
          else total.growth = addGrowth(total.growth, growth);
          this.#add(ADD_SAMPLE, name, second, growth);
          for (const [reason, count] of Object.entries(growth.reasons)) {
            this.#run(ADD_REASON, this.#id(name), second, reason, count);
          }
        }
      }
      for (const [name, { since, growth }] of totals) {
        this.#add(ADD_TOTAL, name, since, growth);
        for (const [reason, count] of Object.entries(growth.reasons)) {
          this.#run(ADD_REASON_TOTAL, this.#id(name), reason, count);
        }
      }
      this.#db
        .prepare("INSERT OR REPLACE INTO meta VALUES ('baseline', ?)")
        .run(JSON.stringify(baseline));
    })();
  }

  /** Makes old seconds part of their minutes, these of their hours and days, and lets go of the oldest days. */
  thin(nowMs: number): void {
    this.#db.transaction(() => {
      const series = this.reader.series();
      for (const [level, { keepMs }] of foldedLevels(series.length).entries()) {
        for (const { id } of series) this.#fold(level, id, keepMs, nowMs);
      }
      this.#dropDays(series);
    })();
  }

  /** Takes the write-ahead log into the file now. */
  checkpoint(): void {
    this.#db.pragma("wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    this.#db.close();
  }

  #add(sql: string, name: string, at: number, { sums }: Growth): void {
    this.#run(sql, this.#id(name), at, ...valuesOf(sums));
  }

  /** Whole steps of the coarser level only, so that none of its rows is ever a part of what it stands for. */
  #fold(level: number, series: number, keepMs: number, nowMs: number): void {
    const step = coarserStepMs(level);
    const whole = (ms: number) => Math.floor(ms / step) * step;
    this.#foldSpan(level, series, step, Number.MIN_SAFE_INTEGER, whole(nowMs - keepMs));
    this.#foldSpan(level, series, step, whole(nowMs + AHEAD_MS) + step, Number.MAX_SAFE_INTEGER);
  }

  #foldSpan(level: number, series: number, step: number, from: number, to: number): void {
    const span = { level, series, from, to };
    if (this.#statement(HAS_STALE).get(span) === undefined) return;
    this.#run(FOLD_SAMPLES, { ...span, step });
    this.#run(FOLD_REASONS, { ...span, step });
    this.#run(DROP_SAMPLES, span);
    this.#run(DROP_REASONS, span);
  }

  #dropDays(series: readonly { readonly id: number; readonly name: string }[]): void {
    const rig = series.find(({ name }) => name === RIG);
    const oldest = this.#db
      .prepare<[number | undefined, number], { at: number }>(
        "SELECT at FROM samples WHERE level = 3 AND series = ? ORDER BY at DESC LIMIT 1 OFFSET ?",
      )
      .get(rig?.id, DAYS.rowsOfSeries);
    if (oldest === undefined) return;
    for (const { id } of series) {
      for (const table of ["samples", "reasons"]) {
        this.#db
          .prepare(`DELETE FROM ${table} WHERE level = 3 AND series = ? AND at <= ?`)
          .run(id, oldest.at);
      }
    }
  }

  #run(sql: string, ...values: unknown[]): void {
    this.#statement(sql).run(...values);
  }

  /** Compiled once: it runs many a time. */
  #statement(sql: string): Database.Statement<unknown[]> {
    const known = this.#statements.get(sql) ?? this.#db.prepare<unknown[]>(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #id(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    this.#db.prepare("INSERT OR IGNORE INTO series (name) VALUES (?)").run(name);
    const row = this.#db
      .prepare<[string], { id: number }>("SELECT id FROM series WHERE name = ?")
      .get(name);
    const id = row?.id ?? 0;
    this.#ids.set(name, id);
    return id;
  }
}

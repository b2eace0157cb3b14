// What ordinary miners came to, a row for each worker, beside the statistics of the rig: totals, for a row for each share of hundreds of
// miners would wear a card out.

import type Database from "better-sqlite3";
import type { WorkerTotals } from "../pools/stratum-server/worker-record.ts";

/** The columns of a row, each with where it stands. */
interface Row {
  readonly worker: string;
  readonly since: number;
  readonly last_share: number | null;
  readonly accepted: number;
  readonly stale: number;
  readonly duplicate: number;
  readonly low_difficulty: number;
  readonly invalid: number;
  readonly refused: number;
  readonly lost: number;
  readonly forwarded_accepted: number;
  readonly forwarded_rejected: number;
  readonly blocks: number;
  readonly best: number | null;
  readonly difficulty: number | null;
}

const NAMES = [
  ...["worker", "since", "last_share", "accepted", "stale", "duplicate", "low_difficulty"],
  ...["invalid", "refused", "lost", "forwarded_accepted", "forwarded_rejected", "blocks", "best"],
  "difficulty",
];

const PUT = `INSERT OR REPLACE INTO miners (algorithm, ${NAMES.join(", ")})
  VALUES (@algorithm, ${NAMES.map((name) => `@${name}`).join(", ")})`;

export class MinerStore {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /** Of this algorithm: difficulties of others are counted otherwise. */
  recall(algorithm: string): readonly WorkerTotals[] {
    return this.#db
      .prepare<[string], Row>("SELECT * FROM miners WHERE algorithm = ?")
      .all(algorithm)
      .map(totalsIn);
  }

  /** Totals in place of those that were there; `isAll`: and no others stay. All of it or nothing. */
  write(algorithm: string, rows: readonly WorkerTotals[], isAll: boolean): void {
    const put = this.#db.prepare<unknown[]>(PUT);
    this.#db.transaction(() => {
      if (isAll) this.#db.prepare("DELETE FROM miners WHERE algorithm = ?").run(algorithm);
      for (const totals of rows) put.run({ algorithm, ...rowOf(totals) });
    })();
  }
}

function rowOf({ counts, handedOn, lastShareAt, ...totals }: WorkerTotals): Row {
  const { "low difficulty": low_difficulty, ...others } = counts;
  return {
    ...totals,
    ...others,
    low_difficulty,
    last_share: lastShareAt,
    forwarded_accepted: handedOn.accepted,
    forwarded_rejected: handedOn.rejected,
  };
}

function totalsIn(row: Row): WorkerTotals {
  const { worker, since, last_share, blocks, best, difficulty } = row;
  const { accepted, stale, duplicate, low_difficulty, invalid, refused, lost } = row;
  const others = { accepted, stale, duplicate, invalid, refused, lost };
  return {
    ...{ worker, since, lastShareAt: last_share, blocks, best, difficulty },
    counts: { ...others, "low difficulty": low_difficulty },
    handedOn: { accepted: row.forwarded_accepted, rejected: row.forwarded_rejected },
  };
}

// The tables of the statistics file, one migration a version. Never change a landed one; add the next.

import { SUMMED } from "./sums.ts";

/** In [state] dir. */
export const STATS_FILE = "stats.sqlite";

const COLUMNS = `${SUMMED.map((name) => `${name} INTEGER NOT NULL`).join(", ")}, temp_min INTEGER, temp_max INTEGER`;

export const STATS_MIGRATIONS: readonly string[] = [
  `
  -- What later runs go on from.
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

  -- level: 0 of 1 s, 1 of 1 min, 2 of 1 h, 3 of 1 day (UTC). at: where it begins, in ms of the wall clock.
  CREATE TABLE samples (
    level INTEGER NOT NULL, series INTEGER NOT NULL, at INTEGER NOT NULL, ${COLUMNS},
    PRIMARY KEY (level, series, at)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE reasons (
    level INTEGER NOT NULL, series INTEGER NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (level, series, at, reason)
  ) STRICT, WITHOUT ROWID;

  -- All that ever was, kept apart from the samples, so that old ones may go and no sum is lost.
  CREATE TABLE totals (series INTEGER PRIMARY KEY, since INTEGER NOT NULL, ${COLUMNS}) STRICT;

  CREATE TABLE reason_totals (
    series INTEGER NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (series, reason)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What ordinary miners came to, by the name that they gave; '': those together who made room for others. since, last_share: ms of the wall clock.
  CREATE TABLE miners (
    algorithm TEXT NOT NULL, worker TEXT NOT NULL, since INTEGER NOT NULL, last_share INTEGER,
    accepted INTEGER NOT NULL, stale INTEGER NOT NULL, duplicate INTEGER NOT NULL, low_difficulty INTEGER NOT NULL,
    invalid INTEGER NOT NULL, refused INTEGER NOT NULL, lost INTEGER NOT NULL,
    forwarded_accepted INTEGER NOT NULL, forwarded_rejected INTEGER NOT NULL, blocks INTEGER NOT NULL, best REAL, difficulty REAL,
    PRIMARY KEY (algorithm, worker)
  ) STRICT, WITHOUT ROWID;
  `,
];

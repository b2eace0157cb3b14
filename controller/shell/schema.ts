// The tables of the store, one migration a version. Never change a landed one; add the next.

/** In the state folder. */
export const DATABASE_FILE = "zerorig.sqlite";

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  INSERT INTO meta VALUES ('generation', 0);

  CREATE TABLE slots (slot TEXT PRIMARY KEY, memory TEXT NOT NULL) STRICT;

  -- A power action, written before it is done. No outcome: it was under way when the controller died.
  CREATE TABLE intents (
    id INTEGER PRIMARY KEY, slot TEXT NOT NULL, kind TEXT NOT NULL, by_whom TEXT NOT NULL, why TEXT NOT NULL,
    at TEXT NOT NULL, outcome TEXT, ended_at TEXT
  ) STRICT;
  CREATE INDEX intents_open ON intents (slot) WHERE outcome IS NULL;

  -- A share, written after it was verified and before it is sent. No outcome: it may or may not have been sent.
  CREATE TABLE shares (
    id INTEGER PRIMARY KEY, seat TEXT NOT NULL, worker TEXT NOT NULL, prefix TEXT NOT NULL, target TEXT NOT NULL,
    difficulty INTEGER NOT NULL, nonce INTEGER NOT NULL, hashrate_hs REAL NOT NULL, at TEXT NOT NULL,
    outcome TEXT, reason TEXT
  ) STRICT;
  CREATE INDEX shares_open ON shares (seat) WHERE outcome IS NULL;

  -- Kept apart from the rows, so that old rows may go and no count is lost.
  CREATE TABLE share_totals (
    seat TEXT PRIMARY KEY, accepted INTEGER NOT NULL, rejected INTEGER NOT NULL, unknown INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE events (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, level TEXT NOT NULL, ev TEXT NOT NULL, slot TEXT, why TEXT,
    detail TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- What holds for the whole rig: a pause, an override.
  CREATE TABLE rig (one INTEGER PRIMARY KEY CHECK (one = 1), memory TEXT NOT NULL) STRICT;
  `,
  `
  -- What was known of the slot when the action was decided.
  ALTER TABLE intents ADD COLUMN evidence TEXT NOT NULL DEFAULT '';
  `,
  `
  -- Beside the code in why: what a person said, or what the rule went by.
  ALTER TABLE intents ADD COLUMN reason TEXT NOT NULL DEFAULT '';
  `,
  `
  -- What is known of the pool: nodes that were good, a person's choice of one, the rig's group.
  CREATE TABLE pool (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `,
  `
  -- The account's balance as it was seen, by the wall clock in ms; and what the Zeros had used by then.
  CREATE TABLE balances (at_ms INTEGER PRIMARY KEY, duco REAL NOT NULL, joules REAL NOT NULL) STRICT;
  `,
  `
  -- The windows of the schedule that were set by hand, as JSON, in place of the file's.
  CREATE TABLE windows (one INTEGER PRIMARY KEY CHECK (one = 1), list TEXT NOT NULL) STRICT;
  `,
  `
  -- Of Stratum: what was mined, and difficulties below 1.
  CREATE TABLE shares_anew (
    id INTEGER PRIMARY KEY, seat TEXT NOT NULL, worker TEXT NOT NULL, prefix TEXT NOT NULL, target TEXT NOT NULL,
    difficulty REAL NOT NULL, nonce INTEGER NOT NULL, hashrate_hs REAL NOT NULL, at TEXT NOT NULL,
    outcome TEXT, reason TEXT, algorithm TEXT NOT NULL DEFAULT 'duco-s1'
  ) STRICT;
  INSERT INTO shares_anew SELECT id, seat, worker, prefix, target, difficulty, nonce, hashrate_hs, at, outcome, reason,
    'duco-s1' FROM shares;
  DROP TABLE shares;
  ALTER TABLE shares_anew RENAME TO shares;
  CREATE INDEX shares_open ON shares (seat) WHERE outcome IS NULL;
  `,
  `
  -- Shipping of shares: this database's id, and for each central store the last share that arrived there.
  CREATE TABLE ship (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `,
  `
  -- What anybody submitted, by the key that they gave it. No outcome: it is not over. Nonces are below 2^53.
  CREATE TABLE orders (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE, asked TEXT NOT NULL,
    spec TEXT NOT NULL, submitted_at TEXT NOT NULL, progress TEXT NOT NULL,
    outcome TEXT, nonce INTEGER, worker TEXT, why TEXT, ended_at TEXT
  ) STRICT;
  CREATE INDEX orders_open ON orders (seq) WHERE outcome IS NULL;
  CREATE INDEX orders_ended ON orders (ended_at) WHERE outcome IS NOT NULL;
  `,
];

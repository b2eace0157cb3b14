// The tables of the store, one migration a version. Never change a landed one; add the next.

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
];

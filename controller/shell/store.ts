// What outlives the controller: intents, shares, what is remembered of each slot, and the audit of events. SQLite, in WAL
// mode with full syncs: when a call returns, what it wrote survives a power cut.

import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { isSlotId, type SlotId } from "../../hat/slots.ts";
import type { EffectOf, ShareOutcome } from "../core/effect.ts";
import type { Remembered, RigMemory, SlotMemory } from "../core/memory.ts";
import type { Share } from "../core/seat.ts";
import type { Intent } from "../core/slot.ts";
import type { RigEvent } from "../core/status.ts";
import type { StoredBalance } from "./balance-lane.ts";
import { ControllerError, messageOf } from "./error.ts";
import { MIGRATIONS } from "./schema.ts";
import { storeFault } from "./store-fault.ts";

/** Rows that are kept of shares and events: about 40 MB on the card, some days of mining. */
const ROWS_KEPT = 200_000;
/** A day at the shortest poll. */
const BALANCES_KEPT = 2880;
/** Another program's hold on the file stops the deciding loop no longer than this. */
const BUSY_LIMIT_MS = 200;
/** Ids of one run of the controller. */
const IDS_PER_RUN = 1_000_000_000;

export class Store {
  readonly #db: Database.Database;
  readonly #rowsKept: number;
  /** Set when the file was unreadable and a new one was begun. */
  readonly setAside: string | null;

  constructor(dir: string, wall: () => Date, rowsKept = ROWS_KEPT) {
    this.#rowsKept = rowsKept;
    const path = join(dir, "zerorig.sqlite");
    try {
      mkdirSync(dir, { recursive: true, mode: 0o750 });
    } catch (error) {
      throw new ControllerError(
        "state-dir",
        `cannot make the state folder ${dir}: ${messageOf(error)}`,
        "set [state] dir to a folder that this user may write, or make it with `install -d`",
        error,
      );
    }
    const { db, setAside } = openOrSetAside(path, wall);
    this.#db = db;
    this.setAside = setAside;
  }

  /** Reads what the last run left, and settles its unsettled shares as unknown: whether they were sent, nobody knows. */
  recall(): Remembered {
    const db = this.#db;
    return db.transaction(() => {
      db.exec("UPDATE meta SET value = value + 1 WHERE name = 'generation'");
      const generation = db
        .prepare<[], { value: number }>("SELECT value FROM meta WHERE name = 'generation'")
        .get();
      const open = db
        .prepare<[], { id: number }>("SELECT id FROM shares WHERE outcome IS NULL")
        .all();
      for (const { id } of open) this.settleShare(id, "unknown", "controller ended first");
      // Of a slot only the newest counts; an older one stayed open because its end could not be written.
      db.exec(`UPDATE intents SET outcome = 'superseded' WHERE outcome IS NULL AND id NOT IN
                 (SELECT max(id) FROM intents GROUP BY slot)`);
      return {
        rig: this.#rigMemory(),
        slots: this.#slotMemories(),
        intents: this.#openIntents(),
        shares: this.#shareTotals(),
        nextId: (generation?.value ?? 1) * IDS_PER_RUN,
      };
    })();
  }

  /** May be called again with the same intent: it is written once. */
  writeIntent(effect: EffectOf<"write-intent">, at: Date): void {
    const { intent, slot, kind, by, why, reason, evidence } = effect;
    this.#db
      .prepare(
        `INSERT OR IGNORE INTO intents (id, slot, kind, by_whom, why, reason, at, evidence)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(intent, slot, kind, by, why, reason, at.toISOString(), evidence);
  }

  closeIntent(intent: number, outcome: string, at: Date): void {
    this.#db
      .prepare("UPDATE intents SET outcome = ?, ended_at = ? WHERE id = ?")
      .run(outcome, at.toISOString(), intent);
  }

  saveRig(memory: RigMemory): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO rig (one, memory) VALUES (1, ?)")
      .run(JSON.stringify(memory));
  }

  saveSlot(slot: SlotId, memory: SlotMemory): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO slots (slot, memory) VALUES (?, ?)")
      .run(slot, JSON.stringify(memory));
  }

  writeShare(share: Share, at: Date): void {
    const { id, seat, worker, prefix, target, difficulty, nonce, hashrateHs } = share;
    this.#db
      .prepare(
        `INSERT INTO shares (id, seat, worker, prefix, target, difficulty, nonce, hashrate_hs, at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(id, seat, worker, prefix, target, difficulty, nonce, hashrateHs, at.toISOString());
  }

  /** Ends a share once: a second call changes nothing. */
  settleShare(id: number, outcome: ShareOutcome, reason: string | null): void {
    const db = this.#db;
    db.transaction(() => {
      const row = db
        .prepare<[ShareOutcome, string | null, number], { seat: string }>(
          "UPDATE shares SET outcome = ?, reason = ? WHERE id = ? AND outcome IS NULL RETURNING seat",
        )
        .get(outcome, reason, id);
      if (row === undefined) return;
      db.prepare("INSERT OR IGNORE INTO share_totals VALUES (?, 0, 0, 0)").run(row.seat);
      db.prepare(`UPDATE share_totals SET ${outcome} = ${outcome} + 1 WHERE seat = ?`).run(
        row.seat,
      );
    })();
  }

  writeEvent({ at, level, ev, slot, why, detail }: RigEvent): void {
    this.#db
      .prepare("INSERT INTO events (at, level, ev, slot, why, detail) VALUES (?, ?, ?, ?, ?, ?)")
      .run(at, level, ev, slot, why, JSON.stringify(detail));
  }

  readPool(name: string): string | null {
    const row = this.#db
      .prepare<[string], { value: string }>("SELECT value FROM pool WHERE name = ?")
      .get(name);
    return row?.value ?? null;
  }

  writePool(name: string, value: string): void {
    this.#db.prepare("INSERT OR REPLACE INTO pool (name, value) VALUES (?, ?)").run(name, value);
  }

  /** Balances that were seen since then, the oldest first. */
  readBalances(sinceMs: number): StoredBalance[] {
    return this.#db
      .prepare<[number], StoredBalance>(
        "SELECT at_ms AS atMs, duco, joules FROM balances WHERE at_ms >= ? ORDER BY at_ms",
      )
      .all(sinceMs);
  }

  writeBalance({ atMs, duco, joules }: StoredBalance): void {
    this.#db.prepare("INSERT OR REPLACE INTO balances VALUES (?, ?, ?)").run(atMs, duco, joules);
  }

  /** Lets go of old rows. Totals keep their counts. */
  thin(): void {
    this.#db
      .prepare(
        "DELETE FROM balances WHERE at_ms NOT IN (SELECT at_ms FROM balances ORDER BY at_ms DESC LIMIT ?)",
      )
      .run(BALANCES_KEPT);
    for (const table of ["shares", "events"]) {
      this.#db
        .prepare(
          `DELETE FROM ${table} WHERE id <=
             (SELECT id FROM ${table} ORDER BY id DESC LIMIT 1 OFFSET ?)`,
        )
        .run(this.#rowsKept);
    }
  }

  close(): void {
    this.#db.close();
  }

  #rigMemory(): RigMemory | null {
    const row = this.#db.prepare<[], { memory: string }>("SELECT memory FROM rig").get();
    return row === undefined ? null : (JSON.parse(row.memory) as RigMemory);
  }

  #slotMemories(): Map<SlotId, SlotMemory> {
    const rows = this.#db
      .prepare<[], { slot: string; memory: string }>("SELECT slot, memory FROM slots")
      .all();
    return new Map(
      rows.flatMap(({ slot, memory }) =>
        isSlotId(slot) ? [[slot, JSON.parse(memory) as SlotMemory] as const] : [],
      ),
    );
  }

  #openIntents(): Map<SlotId, Omit<Intent, "durable">> {
    const rows = this.#db
      .prepare<[], Omit<Intent, "durable"> & { slot: SlotId }>(
        `SELECT id, slot, kind, by_whom AS by, why, reason FROM intents
           WHERE outcome IS NULL ORDER BY id`,
      )
      .all();
    return new Map(rows.map(({ slot, ...intent }) => [slot, intent]));
  }

  #shareTotals() {
    const rows = this.#db
      .prepare<[], { seat: string; accepted: number; rejected: number; unknown: number }>(
        "SELECT seat, accepted, rejected, unknown FROM share_totals",
      )
      .all();
    return new Map(rows.map(({ seat, ...totals }) => [seat, totals]));
  }
}

function open(path: string): Database.Database {
  const db = new Database(path, { timeout: BUSY_LIMIT_MS });
  try {
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    const verdict = db.pragma("quick_check", { simple: true });
    if (verdict !== "ok")
      throw Object.assign(new Error(String(verdict)), { code: "SQLITE_CORRUPT" });
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: Database.Database): void {
  const version = Number(db.pragma("user_version", { simple: true }));
  if (version > MIGRATIONS.length) {
    throw new ControllerError(
      "state-dir",
      `the state was written by a newer zerorig (schema ${version}, this one knows ${MIGRATIONS.length})`,
      "install that version again, or set [state] dir to a new folder",
    );
  }
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${index + 1}`);
    })();
  }
}

function isCorrupt(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB";
}

function openOrSetAside(path: string, wall: () => Date) {
  try {
    return { db: open(path), setAside: null };
  } catch (error) {
    if (error instanceof ControllerError) throw error;
    if (!isCorrupt(error)) throw storeFault(path, error);
    const setAside = `${path}.corrupt-${wall().toISOString().replaceAll(":", "")}`;
    renameSync(path, setAside);
    for (const suffix of ["-wal", "-shm"]) renameIfThere(path + suffix, setAside + suffix);
    return { db: open(path), setAside };
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // SQLite had not made it, or had cleaned it up.
  }
}

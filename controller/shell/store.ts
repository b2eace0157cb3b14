// What outlives the controller: intents, shares, what is remembered of each slot, and the audit of events. SQLite, in WAL
// mode with full syncs: when a call returns, what it wrote survives a power cut.

import { join } from "node:path";
import type Database from "better-sqlite3";
import { isSlotId, type SlotId } from "../../hat/slots.ts";
import type { EffectOf, ShareOutcome } from "../core/effect.ts";
import type { Remembered, RigMemory, SlotMemory } from "../core/memory.ts";
import type { Share } from "../core/seat.ts";
import type { Intent } from "../core/slot.ts";
import type { RigEvent } from "../core/status.ts";
import type { StoredBalance } from "./balance-lane.ts";
import { type EventFilter, type EventPage, readEvents } from "./event-log.ts";
import { OrderStore } from "./order-store.ts";
import { DATABASE_FILE, MIGRATIONS } from "./schema.ts";
import { openOrSetAside } from "./sqlite-file.ts";
import { makeStateDir } from "./state-dir.ts";

/** Rows that are kept of shares, of events and of intents: the first two take about 40 MB on the card, some days of mining. */
const ROWS_KEPT = 200_000;
/** A day at the shortest poll. */
const BALANCES_KEPT = 2880;
/** Ids of one run of the controller. */
const IDS_PER_RUN = 1_000_000_000;

/** A share whose outcome is known, as its row has it. */
export interface SettledShare {
  readonly id: number;
  readonly at: string;
  readonly seat: string;
  readonly worker: string;
  readonly algorithm: string;
  readonly difficulty: number;
  readonly nonce: number;
  readonly hashrate_hs: number;
  readonly outcome: ShareOutcome;
  readonly reason: string | null;
}

export class Store {
  readonly #db: Database.Database;
  readonly #rowsKept: number;
  readonly orders: OrderStore;
  /** Set when the file was unreadable and a new one was begun. */
  readonly setAside: string | null;

  constructor(dir: string, wall: () => Date, rowsKept = ROWS_KEPT) {
    this.#rowsKept = rowsKept;
    const path = join(dir, DATABASE_FILE);
    makeStateDir(dir);
    const { db, setAside } = openOrSetAside(path, MIGRATIONS, wall);
    this.#db = db;
    this.orders = new OrderStore(db);
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
        orders: this.orders.open(),
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
    const { id, seat, worker, algorithm, prefix, poolTarget, difficulty, nonce, hashrateHs } =
      share;
    this.#db
      .prepare(
        `INSERT INTO shares (id, seat, worker, prefix, target, difficulty, nonce, hashrate_hs, at,
           algorithm)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        id,
        seat,
        worker,
        prefix,
        poolTarget,
        difficulty,
        nonce,
        hashrateHs,
        at.toISOString(),
        algorithm,
      );
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

  readEvents(filter: EventFilter): EventPage {
    return readEvents(this.#db, filter);
  }

  /**
   * Shares after this id that are settled, the oldest first. None beyond one that is still open, so that whoever goes on from the last
   * of these misses none.
   */
  settledShares(after: number, limit: number): readonly SettledShare[] {
    return this.#db
      .prepare<[number, number], SettledShare>(
        `SELECT id, at, seat, worker, algorithm, difficulty, nonce, hashrate_hs, outcome, reason FROM shares
           WHERE id > ? AND id < coalesce((SELECT min(id) FROM shares WHERE outcome IS NULL), 1 << 62)
           ORDER BY id LIMIT ?`,
      )
      .all(after, limit);
  }

  hasShare(id: number): boolean {
    return this.#db.prepare("SELECT 1 FROM shares WHERE id = ?").get(id) !== undefined;
  }

  readShip(name: string): string | null {
    const row = this.#db
      .prepare<[string], { value: string }>("SELECT value FROM ship WHERE name = ?")
      .get(name);
    return row?.value ?? null;
  }

  writeShip(name: string, value: string): void {
    this.#db.prepare("INSERT OR REPLACE INTO ship (name, value) VALUES (?, ?)").run(name, value);
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

  /** The windows that were set by hand, as they were written; null where the file's hold. */
  readWindows(): string | null {
    const row = this.#db.prepare<[], { list: string }>("SELECT list FROM windows").get();
    return row?.list ?? null;
  }

  writeWindows(list: string | null): void {
    if (list === null) this.#db.exec("DELETE FROM windows");
    else this.#db.prepare("INSERT OR REPLACE INTO windows (one, list) VALUES (1, ?)").run(list);
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
    // One that is open is still to be done, however old.
    this.#db
      .prepare(
        `DELETE FROM intents WHERE outcome IS NOT NULL AND id <=
           (SELECT id FROM intents ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      )
      .run(this.#rowsKept);
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

// Opens a SQLite file of ours: migrated to its newest schema, and set aside where it is damaged.

import { renameSync } from "node:fs";
import Database from "better-sqlite3";
import { ControllerError } from "./error.ts";
import { storeFault } from "./store-fault.ts";

/** Another program's hold on the file stops the deciding loop no longer than this. */
const BUSY_LIMIT_MS = 200;

/** `setAside` is where a damaged file went; null where it was sound. Throws a ControllerError. */
export function openOrSetAside(path: string, migrations: readonly string[], wall: () => Date) {
  try {
    return { db: open(path, migrations), setAside: null };
  } catch (error) {
    if (error instanceof ControllerError) throw error;
    if (!isCorrupt(error)) throw storeFault(path, error);
    const setAside = `${path}.corrupt-${wall().toISOString().replaceAll(":", "")}`;
    renameSync(path, setAside);
    for (const suffix of ["-wal", "-shm"]) renameIfThere(path + suffix, setAside + suffix);
    return { db: open(path, migrations), setAside };
  }
}

function open(path: string, migrations: readonly string[]): Database.Database {
  const db = new Database(path, { timeout: BUSY_LIMIT_MS });
  try {
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    const verdict = db.pragma("quick_check", { simple: true });
    if (verdict !== "ok")
      throw Object.assign(new Error(String(verdict)), { code: "SQLITE_CORRUPT" });
    migrate(db, migrations);
    // A file that may only be read opens all the same: better told now than at the first share. The version stays what it is.
    db.pragma(`user_version = ${migrations.length}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: Database.Database, migrations: readonly string[]): void {
  const version = Number(db.pragma("user_version", { simple: true }));
  if (version > migrations.length) {
    throw new ControllerError(
      "state-dir",
      `the state was written by a newer zerorig (schema ${version}, this one knows ${migrations.length})`,
      "install that version again, or set [state] dir to a new folder",
    );
  }
  for (const [index, sql] of migrations.entries()) {
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

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // SQLite had not made it, or had cleaned it up.
  }
}

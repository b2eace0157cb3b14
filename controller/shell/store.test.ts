import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { memoryOf, NOTHING_REMEMBERED } from "../core/memory.ts";
import { DEFAULT_POLICY } from "../core/policy.ts";
import type { Share } from "../core/seat.ts";
import { initialState } from "../core/state.ts";
import { MIGRATIONS } from "./schema.ts";
import { Store } from "./store.ts";

const wall = () => new Date("2026-11-21T00:00:00Z");

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "zr-store-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function share(id: number): Share {
  return {
    id,
    seat: "p1",
    jobId: "p1-1",
    worker: "p2",
    algorithm: "duco-s1",
    poolTarget: "b".repeat(40),
    node: "",
    ref: "",
    prefix: "a".repeat(40),
    target: "b".repeat(40),
    difficulty: 7500,
    nonce: 42,
    hashrateHs: 240_000,
  };
}

const INTENT = {
  type: "write-intent",
  slot: "p2",
  intent: 7,
  kind: "cycle",
  by: "automation",
  why: "power-cycle",
  reason: "zero-dead",
  evidence: "silent",
} as const;

describe("the store", () => {
  it("remembers slots, open intents and share totals, and never gives an id twice", () => {
    const dir = folder();
    const first = new Store(dir, wall);
    const before = first.recall();
    const [slot] = initialState(
      { slots: ["p1"], hostWorkers: 0 },
      DEFAULT_POLICY,
      NOTHING_REMEMBERED,
      0,
    ).slots;
    if (slot === undefined) throw new Error("no slot");
    const memory = memoryOf(
      { ...slot, fences: 3, cuts: [-5], barren: 4, remedies: 2, ofNoUseAt: -9 },
      10,
      0,
    );
    first.saveSlot("p1", memory);
    first.writeIntent(INTENT, wall());
    first.writeIntent({ ...INTENT, slot: "p3", intent: 8 }, wall());
    first.closeIntent(8, "done", wall());
    first.writeShare(share(1), wall());
    first.settleShare(1, "accepted", null);
    first.close();

    const second = new Store(dir, wall);
    const after = second.recall();
    expect(after.slots.get("p1")).toEqual(memory);
    expect(memory).toMatchObject({ barren: 4, remedies: 2, ofNoUseForMs: 19 });
    expect([...after.intents]).toEqual([
      ["p2", { id: 7, kind: "cycle", by: "automation", why: "power-cycle", reason: "zero-dead" }],
    ]);
    expect(after.shares.get("p1")).toEqual({ accepted: 1, rejected: 0, unknown: 0 });
    expect(after.nextId).toBeGreaterThan(before.nextId);
    second.close();
  });

  it("settles a share once", () => {
    const store = new Store(folder(), wall);
    store.recall();
    store.writeShare(share(1), wall());
    store.settleShare(1, "rejected", "Too low difficulty");
    store.settleShare(1, "accepted", null);
    expect(store.recall().shares.get("p1")).toEqual({ accepted: 0, rejected: 1, unknown: 0 });
    store.close();
  });

  it("calls a share unknown that the last run left without a verdict", () => {
    const dir = folder();
    const first = new Store(dir, wall);
    first.recall();
    first.writeShare(share(1), wall());
    first.close();
    const second = new Store(dir, wall);
    expect(second.recall().shares.get("p1")).toEqual({ accepted: 0, rejected: 0, unknown: 1 });
    second.close();
  });

  it("sets a corrupt file aside, keeps it, and begins a new one", () => {
    const dir = folder();
    writeFileSync(
      join(dir, "zerorig.sqlite"),
      "this is no database, and long enough to be looked at as one".repeat(50),
    );
    const store = new Store(dir, wall);
    expect(store.setAside).toContain("corrupt-2026-11-21");
    expect(readFileSync(store.setAside ?? "", "utf8")).toContain("this is no database");
    store.writeShare(share(1), wall());
    store.close();
    expect(readdirSync(dir).some((name) => name === "zerorig.sqlite")).toBe(true);
  });

  it("sets a database aside whose pages are damaged", () => {
    const dir = folder();
    const first = new Store(dir, wall);
    first.recall();
    for (let id = 1; id < 500; id++) first.writeShare(share(id), wall());
    first.close();
    const path = join(dir, "zerorig.sqlite");
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4096, bytes.length - 4096);
    writeFileSync(path, bytes);
    const store = new Store(dir, wall);
    expect(store.setAside).not.toBeNull();
    store.close();
  });

  it("takes over the shares of before there were difficulties below 1", () => {
    const dir = folder();
    const path = join(dir, "zerorig.sqlite");
    const old = new Database(path);
    const before = MIGRATIONS.findIndex((sql) => sql.includes("shares_anew"));
    for (const sql of MIGRATIONS.slice(0, before)) old.exec(sql);
    old.pragma(`user_version = ${before}`);
    const columns = "id, seat, worker, prefix, target, difficulty, nonce, hashrate_hs, at";
    old.exec(`INSERT INTO shares (${columns}) VALUES (4, 'p1', 'p1', 'a', 'b', 7500, 3, 2.5, 'x')`);
    old.close();
    const store = new Store(dir, wall);
    store.writeShare({ ...share(5), algorithm: "scrypt", difficulty: 0.076 }, wall());
    store.close();
    const db = new Database(path, { readonly: true });
    expect(db.prepare("SELECT id, difficulty, algorithm, outcome FROM shares").all()).toEqual([
      { id: 4, difficulty: 7500, algorithm: "duco-s1", outcome: null },
      { id: 5, difficulty: 0.076, algorithm: "scrypt", outcome: null },
    ]);
    db.close();
  });

  it("refuses the state of a newer version, and touches nothing", () => {
    const dir = folder();
    new Store(dir, wall).close();
    const db = new Database(join(dir, "zerorig.sqlite"));
    db.pragma("user_version = 999");
    db.close();
    expect(() => new Store(dir, wall)).toThrow(/newer zerorig/);
    expect(readdirSync(dir).filter((name) => name.includes("corrupt"))).toEqual([]);
  });

  it("says so when the folder cannot be made", () => {
    const dir = folder();
    writeFileSync(join(dir, "file"), "");
    expect(() => new Store(join(dir, "file", "state"), wall)).toThrow(
      /cannot make the state folder/,
    );
  });

  it("says so when the database may only be read, before anything is begun", () => {
    const dir = folder();
    const path = join(dir, "zerorig.sqlite");
    new Store(dir, wall).close();
    // To root no file is read-only by its mode. One of a format to come is: SQLite reads that, and writes it not.
    const file = openSync(path, "r+");
    writeSync(file, Buffer.of(3), 0, 1, 18);
    closeSync(file);
    expect(() => new Store(dir, wall)).toThrow(
      expect.objectContaining({
        code: "state-dir",
        message: expect.stringMatching(`cannot open ${path}: .*readonly`),
        todo: expect.stringContaining("may write it and its folder"),
      }),
    );
  });

  it("lets old rows go and keeps the counts", () => {
    const dir = folder();
    const store = new Store(dir, wall, 100);
    store.recall();
    for (let id = 1; id <= 250; id++) {
      store.writeShare(share(id), wall());
      store.settleShare(id, "accepted", null);
    }
    store.thin();
    const db = new Database(join(dir, "zerorig.sqlite"), { readonly: true });
    expect(db.prepare("SELECT count(*) AS n, min(id) AS first FROM shares").get()).toEqual({
      n: 100,
      first: 151,
    });
    db.close();
    expect(store.recall().shares.get("p1")?.accepted).toBe(250);
    store.close();
  });

  it("lets old intents go, and none that is open", () => {
    const dir = folder();
    const store = new Store(dir, wall, 10);
    store.recall();
    for (let intent = 1; intent <= 30; intent++) {
      store.writeIntent({ ...INTENT, intent, slot: intent === 3 ? "p1" : "p2" }, wall());
      if (intent !== 3) store.closeIntent(intent, "done", wall());
    }
    store.thin();
    const db = new Database(join(dir, "zerorig.sqlite"), { readonly: true });
    const kept = db.prepare<[], { id: number }>("SELECT id FROM intents ORDER BY id").all();
    db.close();
    const newest = Array.from({ length: 10 }, (_, index) => index + 21);
    expect(kept.map(({ id }) => id)).toEqual([3, ...newest]);
    expect([...store.recall().intents.keys()]).toEqual(["p1"]);
    store.close();
  });
});

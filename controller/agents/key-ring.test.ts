import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { KeyRing } from "./key-ring.ts";

const GIVEN = Buffer.alloc(32, 1);
const OTHER = Buffer.alloc(32, 2);
let root: string;
let ring: KeyRing;
let own: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "zr-ring-"));
  own = join(root, "own");
  mkdirSync(join(root, "given"));
  ring = new KeyRing(join(root, "given"), own);
  give(GIVEN);
});
afterEach(() => rmSync(root, { recursive: true }));

function give(key: Buffer): void {
  writeFileSync(join(root, "given", "p1.key"), key.toString("hex"));
}

it("lets in the key that a person put there, and nobody without one", () => {
  expect(ring.keysOf("p1")).toEqual([GIVEN]);
  expect(ring.keysOf("p2")).toEqual([]);
});

it("lets in the old key and the other until that is the one", () => {
  ring.offer("p1", OTHER);
  expect(ring.pending("p1")).toEqual(OTHER);
  expect(ring.keysOf("p1")).toEqual([OTHER, GIVEN]);
  ring.set("p1", OTHER);
  expect(ring.keysOf("p1")).toEqual([OTHER]);
  expect(ring.pending("p1")).toBeNull();
  expect(statSync(join(own, "p1.key")).mode & 0o777).toBe(0o600);
  expect(statSync(own).mode & 0o777).toBe(0o700);
});

it("lets in none that was revoked, wherever it comes back, but another one", () => {
  ring.offer("p1", OTHER);
  expect(ring.revoke("p1")).toBe(2);
  expect(ring.keysOf("p1")).toEqual([]);
  give(OTHER);
  expect(ring.keysOf("p1")).toEqual([]);
  const third = Buffer.alloc(32, 3);
  give(third);
  expect(ring.keysOf("p1")).toEqual([third]);
  expect(ring.revoke("p2")).toBe(0);
  // It holds no key.
  expect(readdirSync(own).sort()).toEqual(["p1.revoked", "p2.revoked"]);
});

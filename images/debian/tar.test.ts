// Against archives made by GNU tar, as dpkg-deb has them made.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tarEntries } from "./tar.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "zr-tar-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function packed(...flags: string[]): Buffer {
  const order = ["--format=gnu", "--sort=name", "--numeric-owner"];
  return execFileSync("tar", ["-c", ...order, ...flags, "-C", join(dir, "tree"), "."]);
}

it("tells paths, modes and owners, also of names longer than a header holds", () => {
  const long = `${"folder-with-a-long-name/".repeat(6)}file`;
  mkdirSync(join(dir, "tree", long, ".."), { recursive: true });
  writeFileSync(join(dir, "tree", long), "x".repeat(1500), { mode: 0o640 });
  mkdirSync(join(dir, "tree/empty"), { mode: 0o700 });
  symlinkSync(`/${long}`, join(dir, "tree/link"));
  const entries = tarEntries(packed("--owner=root:0", "--group=shadow:42"));
  expect(entries.find(({ path }) => path === long)).toEqual({
    ...{ path: long, isDirectory: false, mode: 0o640, uid: 0, gid: 42 },
  });
  expect(entries.find(({ path }) => path === "empty")).toMatchObject({
    isDirectory: true,
    mode: 0o700,
  });
  expect(entries.map(({ path }) => path)).toContain("link");
  expect(entries[0]).toMatchObject({ path: "", isDirectory: true });
  expect(entries).toHaveLength(10);
});

it("refuses what no package of ours holds", () => {
  const tar = packed();
  tar[156] = "3".charCodeAt(0);
  expect(() => tarEntries(tar)).toThrow('kind "3"');
});

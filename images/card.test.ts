// A card's image, read back by the programs that a Pi's system and a person would use.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type BootFile, joinCard, makeBoot, makeRoot, rootBytes } from "./card.ts";
import { SystemTree } from "./debian/tree.ts";
import { readLayout } from "./partition-table.ts";

const MB = 2 ** 20;
const BOOT_BYTES = 34 * MB;
const CARD_BYTES = 64 * MB;
const EPOCH = 1_750_000_000;
const ENV = {
  ...process.env,
  PATH: `${process.env["PATH"]}:/usr/sbin:/sbin`,
  MTOOLSRC: "/dev/null",
};

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zr-card-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function make(name: string, extra: string | null = null): string {
  const tree = new SystemTree(join(dir, `${name}.tree`));
  tree.put([
    { path: "etc/shadow", text: "root:*:1::::::\n", mode: 0o640 },
    { path: "usr/bin/su", text: "su", mode: 0o4755 },
    { path: "usr/share/a name", text: "spaces" },
    { path: "sbin/init", link: "../usr/bin/su" },
    ...(extra === null ? [] : [{ path: "large", text: extra }]),
  ]);
  tree.own("etc/shadow", { uid: 0, gid: 42 });
  tree.own("usr/share/a name", { uid: 7, gid: 8 });
  tree.stamp(EPOCH);
  const boot = { file: join(dir, `${name}.boot`), bytes: BOOT_BYTES };
  const files = new Map<string, BootFile>([
    ["cmdline.txt", { text: "root=LABEL=zerorig\n" }],
    ["start.elf", { from: process.execPath.replace(/.*/, "/bin/true") }],
  ]);
  makeBoot(boot.file, boot.bytes, files, EPOCH);
  const root = { file: join(dir, `${name}.root`), bytes: rootBytes(CARD_BYTES, BOOT_BYTES) };
  makeRoot(root.file, root.bytes, tree, EPOCH);
  const image = join(dir, `${name}.img`);
  joinCard(image, boot, root);
  return image;
}

it("has the layout that we read ourselves, a FAT and an ext4 in order, and the owners", () => {
  const image = make("one");
  const bytes = readFileSync(image);
  const { boot, root } = readLayout(bytes.subarray(0, 1024), bytes.length);
  expect([boot.bytes, root.offset + root.bytes]).toEqual([BOOT_BYTES, bytes.length]);
  const text = execFileSync("mtype", ["-i", `${image}@@${boot.offset}`, "::cmdline.txt"], {
    env: ENV,
  });
  expect(text.toString()).toBe("root=LABEL=zerorig\n");
  const stat = (path: string) =>
    execFileSync("debugfs", ["-R", `stat "${path}"`, `${image}?offset=${root.offset}`], {
      env: ENV,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  expect(stat("/etc/shadow")).toMatch(/Mode: +0640[\s\S]*User: +0 +Group: +42/);
  expect(stat("/usr/share/a name")).toMatch(/User: +7 +Group: +8/);
  expect(stat("/usr/bin/su")).toMatch(/Mode: +04755[\s\S]*User: +0 +Group: +0/);
});

it("is the same byte for byte when it is made again", () => {
  const sum = (image: string) => createHash("sha256").update(readFileSync(image)).digest("hex");
  expect(sum(make("one"))).toBe(sum(make("two")));
});

it("says when the system does not fit", () => {
  expect(() => make("full", "x".repeat(40 * MB))).toThrow(/does not fit into the \d+ MB/);
});

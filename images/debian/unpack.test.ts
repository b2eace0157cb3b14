// A package of our own making, unpacked, and looked at by Debian's dpkg.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { buildPackage } from "../debian-package.ts";
import { SystemTree } from "./tree.ts";
import { beginDpkg, unpackPackage } from "./unpack.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zr-unpack-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function packageFile(): string {
  return buildPackage(
    {
      ...{ name: "thing", version: "1.0-1", architecture: "all", section: "utils" },
      ...{ depends: "base-files", recommends: "", description: ["a thing", "For tests."] },
      entries: [
        { path: "etc/thing.conf", text: "one=1\n" },
        { path: "usr/bin/thing", text: "#!/bin/sh\n", mode: 0o4755 },
        { path: "usr/share/doc/thing/README", text: "read me\n" },
        { path: "lib/thing/part", text: "part\n" },
        { path: "usr/bin/other", link: "thing" },
      ],
      scripts: { postinst: "#!/bin/sh\nexit 1\n" },
    },
    dir,
    1_700_000_000,
  );
}

function unpacked(): SystemTree {
  const tree = new SystemTree(join(dir, "tree"));
  mkdirSync(join(tree.root, "usr/lib"), { recursive: true });
  symlinkSync("usr/lib", join(tree.root, "lib"));
  beginDpkg(tree, "arm64");
  const isUnwanted = (path: string) => path === "usr/share/doc/thing/README";
  unpackPackage(packageFile(), tree, { isUnwanted, isRecorded: true });
  return tree;
}

it("files come with their modes, through the links of a merged /usr, without what is not wanted", () => {
  const tree = unpacked();
  expect(lstatSync(join(tree.root, "usr/bin/thing")).mode & 0o7777).toBe(0o4755);
  expect(tree.read("usr/lib/thing/part")).toBe("part\n");
  expect(lstatSync(join(tree.root, "lib")).isSymbolicLink()).toBe(true);
  expect(tree.has("usr/share/doc/thing/README")).toBe(false);
  expect(tree.has("usr/share/doc/thing/copyright")).toBe(true);
});

it("dpkg knows the package, its files and its settings, and its scripts were not run", () => {
  const { root } = unpacked();
  const query = (...args: string[]) =>
    execFileSync("dpkg-query", [`--admindir=${root}/var/lib/dpkg`, ...args], { encoding: "utf8" });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own words.
  const format = "${Status}|${Version}|${Conffiles}";
  const sum = execFileSync("md5sum", [join(root, "etc/thing.conf")], { encoding: "utf8" });
  expect(query("-W", "-f", format, "thing").replace(/\s+/g, " ")).toBe(
    `install ok installed|1.0-1| /etc/thing.conf ${sum.slice(0, 32)}`,
  );
  expect(query("-L", "thing").split("\n")).toContain("/usr/bin/thing");
});

it("a listing is the same for the same tree, and another for any change of it", () => {
  const tree = unpacked();
  const before = tree.listing();
  tree.stamp(1_700_000_000);
  expect(tree.listing()).toBe(before);
  expect(lstatSync(join(tree.root, "usr/bin/thing")).mtimeMs).toBe(1_700_000_000_000);
  tree.own("etc/thing.conf", { uid: 0, gid: 42 });
  expect(tree.listing()).toContain("0:42 etc/thing.conf");
  tree.own("etc/thing.conf", { uid: 0, gid: 0 });
  chmodSync(join(tree.root, "etc/thing.conf"), 0o600);
  expect(tree.listing()).not.toBe(before);
  expect(readFileSync(join(tree.root, "etc/thing.conf"), "utf8")).toBe("one=1\n");
});

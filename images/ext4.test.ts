// An ext4 that is changed by debugfs, whose commands are lines of words.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { makeEmpty } from "./copy-bytes.ts";
import { Ext4 } from "./ext4.ts";

it.each(["plain", "with blanks", 'with "quotes"'])("takes a file from a folder %s", (name) => {
  const dir = mkdtempSync(join(tmpdir(), `zr-ext4-${name}-`));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const [image, from] = [join(dir, "root"), join(dir, "node")];
  makeEmpty(image, 2 ** 22);
  const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
  execFileSync("mke2fs", ["-q", "-t", "ext4", "-F", image], { env });
  writeFileSync(from, "a program");
  const system = Ext4.open(image);
  system.put([{ path: "usr/bin/node", from, mode: 0o755 }]);
  expect(system.read("usr/bin/node")).toBe("a program");
});

// The archive, read back field by field as the kernel's documentation of the format has it.

import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Initramfs } from "./initramfs.ts";

interface Entry {
  readonly mode: number;
  readonly data: string;
}

function readArchive(file: string): Map<string, Entry> {
  const bytes = readFileSync(file);
  const entries = new Map<string, Entry>();
  let at = 0;
  const aligned = (position: number) => Math.ceil(position / 4) * 4;
  while (at < bytes.length) {
    const head = bytes.toString("latin1", at, at + 110);
    expect(head.slice(0, 6)).toBe("070701");
    const field = (index: number) => Number.parseInt(head.slice(6 + 8 * index, 14 + 8 * index), 16);
    const name = bytes.toString("utf8", at + 110, at + 110 + field(11) - 1);
    const data = aligned(at + 110 + field(11));
    entries.set(name, { mode: field(1), data: bytes.toString("utf8", data, data + field(6)) });
    at = aligned(data + field(6));
  }
  return entries;
}

it("writes folders before what is in them, files, links and the end mark", () => {
  const directory = mkdtempSync(join(tmpdir(), "zr-cpio-"));
  try {
    const tree = new Initramfs();
    tree.text("/a/b/init", "#!/bin/sh\n", 0o755);
    tree.symlink("/a/sh", "busybox");
    const file = join(directory, "x.cpio");
    tree.write(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const entries = readArchive(file);
    expect([...entries]).toEqual([
      ["a", { mode: 0o040755, data: "" }],
      ["a/b", { mode: 0o040755, data: "" }],
      ["a/b/init", { mode: 0o100755, data: "#!/bin/sh\n" }],
      ["a/sh", { mode: 0o120777, data: "busybox" }],
      ["TRAILER!!!", { mode: 0, data: "" }],
    ]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

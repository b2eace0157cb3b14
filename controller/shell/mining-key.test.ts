// The mining key's file: what is a key, who may read it, and that no message holds it.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ControllerError } from "./error.ts";
import { readMiningKey } from "./mining-key.ts";

function fileOf(text: string, mode = 0o600): string {
  const dir = mkdtempSync(join(tmpdir(), "zr-key-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, "mining.key");
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

test("a key stands alone in its file; without a file there is none", () => {
  const warnings: string[] = [];
  const warn = (todo: string) => warnings.push(todo);
  expect(readMiningKey(null, warn)).toBeNull();
  expect(readMiningKey(fileOf("s3:cr@t-key\n"), warn)).toBe("s3:cr@t-key");
  expect(warnings).toEqual([]);
  const open = fileOf("s3cret", 0o640);
  expect(readMiningKey(open, warn)).toBe("s3cret");
  expect(warnings).toEqual([`others may read the mining key: chmod 600 ${open}`]);
});

test.each(["", " \n", "s3,cret", "s3 cret", "s3\ncret", "s3cr\u00e9t", "x".repeat(129)])(
  "%j is no key, and the message does not say what it is",
  (text) => {
    try {
      readMiningKey(fileOf(text), () => {});
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ControllerError);
      expect(error).toMatchObject({ code: "key-file" });
      expect(String(error)).not.toContain("s3");
    }
  },
);

test("a file that is not there stops the start", () => {
  expect(() => readMiningKey("/nowhere/mining.key", () => {})).toThrow(
    "cannot read the mining key",
  );
});

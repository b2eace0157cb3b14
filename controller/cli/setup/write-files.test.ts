import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { PlannedFile } from "./rig-plan.ts";
import { changedFiles, makeFolder, writeFiles } from "./write-files.ts";

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "zr-setup-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

const file = (path: string, text: string, secret = false): PlannedFile => ({
  path,
  text,
  mode: secret ? 0o600 : 0o644,
  secret,
});
const modeOf = (path: string) => statSync(path).mode & 0o777;

test("each file is whole, with its mode and its folder; what was there is kept beside it", () => {
  const dir = folder();
  const key = file(join(dir, "keys/p1.key"), "secret\n", true);
  const toml = file(join(dir, "rig.toml"), "new\n");
  const same = file(join(dir, "same"), "same\n");
  writeFileSync(toml.path, "old\n");
  chmodSync(toml.path, 0o640);
  writeFileSync(same.path, same.text);
  expect(changedFiles([key, toml, same])).toEqual([toml]);
  expect(writeFiles([key, toml, same], null, "now")).toEqual({
    written: [key.path, toml.path],
    kept: [same.path],
    backups: [`${toml.path}.now.bak`],
  });
  expect(readFileSync(toml.path, "utf8")).toBe("new\n");
  expect(readFileSync(`${toml.path}.now.bak`, "utf8")).toBe("old\n");
  expect(modeOf(`${toml.path}.now.bak`)).toBe(0o640);
  expect([modeOf(key.path), modeOf(join(dir, "keys"))]).toEqual([0o600, 0o700]);
  expect(readdirSync(dir).sort()).toEqual(["keys", "rig.toml", "rig.toml.now.bak", "same"]);
  expect(changedFiles([key, toml, same])).toEqual([]);
  makeFolder(join(dir, "a/b"), 0o750, null);
  makeFolder(join(dir, "a"), 0o700, null);
  expect([modeOf(join(dir, "a")), modeOf(join(dir, "a/b"))]).toEqual([0o750, 0o750]);
});

test("one that cannot be written ends it, and what was written until then is said", () => {
  const dir = folder();
  const first = file(join(dir, "first"), "1\n");
  writeFileSync(first.path, "0\n");
  // A folder where a file should go.
  mkdirSync(join(dir, "second", "x"), { recursive: true });
  const files = [first, file(join(dir, "second/x"), "2\n"), file(join(dir, "third"), "3\n")];
  expect(() => writeFiles(files, null, "now")).toThrow(
    new RegExp(
      `${dir}/second/x: .*; written until then: ${first.path}; backups: ${first.path}.now.bak`,
    ),
  );
  expect(readdirSync(dir).sort()).toEqual(["first", "first.now.bak", "second"]);
});

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CliError } from "../error.ts";
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

test.each([
  ["a file", (place: string) => writeFileSync(place, "")],
  ["a link to what is not there", (place: string) => symlinkSync(`${place}.gone`, place)],
])("%s where a folder should be is no matter of rights: sudo is not advised", (_, put) => {
  const place = join(folder(), "taken");
  put(place);
  const written = faultOf(() => writeFiles([file(join(place, "rig.toml"), "x\n")], null, "now"));
  expect(written).toMatchObject({ code: "failed", todo: expect.stringMatching(/--dir.*--unit/) });
  expect(written.todo).not.toContain("sudo");
});

// Nobody may make anything there, root included: the folder above is there, and that it is not is all that is said.
test("a folder that cannot be made where there is one above it is no matter of rights either", () => {
  const made = faultOf(() => makeFolder("/proc/zerorig/keys", 0o700, null));
  expect(made).toMatchObject({ code: "failed", message: expect.stringContaining("/proc/zerorig") });
  expect(made.todo).not.toContain("sudo");
});

// Nor there, but that it is not allowed is said.
test("where rights are missing that is said, however deep the folder", () => {
  const files = [file("/sys/zerorig/keys/p1.key", "x\n")];
  const written = faultOf(() => writeFiles(files, null, "now"));
  expect(written).toMatchObject({ code: "permission" });
});

function faultOf(act: () => unknown): CliError {
  try {
    act();
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

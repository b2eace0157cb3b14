// Where results may go, and where not.

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { explainedError } from "./explain.ts";
import { prepareFile, prepareFolder } from "./out-place.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zr-place-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it("makes the folders that are missing, and nothing else", () => {
  prepareFile(join(dir, "a/b/p1.img"));
  prepareFolder(join(dir, "c"));
  expect(readdirSync(dir, { recursive: true }).sort()).toEqual(["a", "a/b", "c"]);
});

it("leaves alone what is there", () => {
  const file = join(dir, "p1.img");
  writeFileSync(file, "mine");
  prepareFile(file);
  expect(readdirSync(dir)).toEqual(["p1.img"]);
});

it("refuses a folder, a device, and what nothing can be written into", () => {
  writeFileSync(join(dir, "file"), "");
  expect(() => prepareFile(dir)).toThrow(/is a folder$/);
  expect(() => prepareFile("/dev/null")).toThrow("--out /dev/null is a device, no file");
  expect(() => prepareFile(join(dir, "file/p1.img"))).toThrow(/cannot write into \S+\/file: /);
  expect(() => prepareFolder("/proc/self")).toThrow("cannot write into /proc/self: ");
  expect(existsSync("/dev/null")).toBe(true);
});

it.each([
  // Nobody may make anything there, not even root.
  ["is not allowed", "/sys/kernel/zr", 4],
  ["lies below a file", "/etc/passwd/zr", 2],
])("a place that %s ends it with the code that goes with that: %s", (_, folder, exitCode) => {
  const refused = () => {
    try {
      prepareFolder(folder);
    } catch (error) {
      return explainedError(error, "build");
    }
    return null;
  };
  const text = expect.stringMatching(/^images: cannot write into .*\nname another: --out\n$/);
  expect(refused()).toEqual({ exitCode, text });
});

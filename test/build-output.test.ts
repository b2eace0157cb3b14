import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { buildInto } from "../build-output.ts";

function root(): string {
  const dir = mkdtempSync(join(tmpdir(), "zr-build-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();

const OLD = {
  "zerorig.mjs": 'import "./zerorig-chunk-A.mjs"',
  "zerorig-chunk-A.mjs": "old",
  "page/index.html": "<a-old>",
  "page/assets/a-old.js": "old",
  "packages/zerorig.deb": "another's",
};
const NEW = {
  "zerorig.mjs": 'import "./zerorig-chunk-B.mjs"',
  "zerorig-chunk-B.mjs": "new",
  "page/index.html": "<a-new>",
  "page/assets/a-new.js": "new",
};

test("what is there stays whole until all of the new is made, and then whoever reads it still has it whole", async () => {
  const dir = root();
  const out = join(dir, "dist");
  put(out, OLD);
  const reader = openSync(join(out, "page/index.html"), "r");
  await buildInto(out, async (folder) => {
    put(folder, NEW);
    expect(filesOf(out)).toEqual(Object.keys(OLD).sort());
    expect(readFileSync(join(out, "zerorig.mjs"), "utf8")).toBe(OLD["zerorig.mjs"]);
  });
  expect(readFileSync(reader, "utf8")).toBe(OLD["page/index.html"]);
  closeSync(reader);
  expect(filesOf(out)).toEqual([...Object.keys(NEW), "packages/zerorig.deb"].sort());
  expect(readFileSync(join(out, "page/index.html"), "utf8")).toBe(NEW["page/index.html"]);
  expect(readdirSync(dir)).toEqual(["dist"]);
});

test("a build that fails changes nothing and leaves nothing", async () => {
  const dir = root();
  const out = join(dir, "dist");
  const failing = buildInto(out, async (folder) => {
    put(folder, NEW);
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(existsSync(out)).toBe(false);
  expect(readdirSync(dir)).toEqual([]);
});

test("two at once make the same as one", async () => {
  const out = join(root(), "dist");
  put(out, OLD);
  const once = () =>
    buildInto(out, async (folder) => {
      await new Promise(setImmediate);
      put(folder, NEW);
    });
  await Promise.all([once(), once()]);
  expect(filesOf(out)).toEqual([...Object.keys(NEW), "packages/zerorig.deb"].sort());
});

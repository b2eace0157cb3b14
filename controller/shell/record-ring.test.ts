import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { segmentFiles, segmentPath, surplus } from "./record-ring.ts";

test("segments are listed by run and number, and nothing else is", () => {
  const dir = mkdtempSync(join(tmpdir(), "zr-ring-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const made = [
    [2, 10_000],
    [10, 1],
    [2, 9],
    [1_000_000, 1],
  ] as const;
  for (const [run, segment] of made) writeFileSync(segmentPath(dir, run, segment), "12345");
  for (const name of ["notes.txt", "run1-1.jsonl", "run000001-0001.jsonl.gz"]) {
    writeFileSync(join(dir, name), "");
  }
  const files = segmentFiles(dir);
  expect(files.map(({ run, segment }) => [run, segment])).toEqual([
    [2, 9],
    [2, 10_000],
    [10, 1],
    [1_000_000, 1],
  ]);
  expect(files.map(({ bytes }) => bytes)).toEqual([5, 5, 5, 5]);
  expect(basename(files[0]?.path ?? "")).toBe("run000002-0009.jsonl");
});

test("the fewest of the oldest go, so that the rest fits", () => {
  const sizes = fc.array(fc.nat(1000), { maxLength: 20 });
  fc.assert(
    fc.property(sizes, fc.nat(5000), (list, maxBytes) => {
      const files = list.map((bytes, index) => ({ path: "", run: 1, segment: index, bytes }));
      const gone = surplus(files, maxBytes);
      const left = (from: number) => list.slice(from).reduce((sum, bytes) => sum + bytes, 0);
      expect(left(gone)).toBeLessThanOrEqual(maxBytes);
      if (gone > 0) expect(left(gone - 1)).toBeGreaterThan(maxBytes);
    }),
  );
});

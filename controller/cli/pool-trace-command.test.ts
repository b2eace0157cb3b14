import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { printTrace } from "./pool-trace-command.ts";

const ZERORIG = join(import.meta.dirname, "../../dist/zerorig.mjs");
const TRACE = join(import.meta.dirname, "../../test/pools/traces/fair.trace");

function printed(options: Parameters<typeof printTrace>[1]): string[] {
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    lines.push(...String(text).trimEnd().split("\n"));
    return true;
  });
  onTestFinished(() => write.mockRestore());
  printTrace(TRACE, options);
  return lines;
}

test("each segment has a line, and what it tells one below it", () => {
  const lines = printed({ json: false });
  expect(lines[0]).toMatch(/^ {5}0\.\d{3} {2}p1 {4}\*\* open 127\.0\.0\.1:2811$/);
  expect(lines[1]).toMatch(/ <- "3\.0\\n"$/);
  expect(lines[2]).toBe(`${" ".repeat(21)}greeted, version 3.0`);
  expect(lines.some((line) => / p1\.2 /.test(line))).toBe(true);
});

test("of one seat alone, as JSON", () => {
  const lines = printed({ json: true, seat: "p1.2" }).map((line) => JSON.parse(line));
  expect(new Set(lines.map(({ entry }) => entry.seat))).toEqual(new Set(["p1.2"]));
  expect(lines[1]).toMatchObject({ entry: { dir: "in" }, tells: ["greeted, version 3.0"] });
});

test("a seat that is not there: those that are", () => {
  const seat = "p9";
  expect(() => printTrace(TRACE, { json: false, seat })).toThrow(
    expect.objectContaining({
      code: "notFound",
      message: `${TRACE} has nothing of p9`,
      todo: "It has p1, p1.2.",
    }),
  );
});

test("a reader that has had enough ends it, without a word", async () => {
  // More than a pipe holds.
  const dir = mkdtempSync(join(tmpdir(), "zerorig-trace-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, "long.trace");
  writeFileSync(file, readFileSync(TRACE, "utf8").repeat(200));
  const command = '"$0" "$1" pool-trace "$2" | head -n 1; echo $?';
  const args = ["-o", "pipefail", "-c", command, process.execPath, ZERORIG, file];
  const { stdout, stderr } = spawnSync("bash", args, { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout.split("\n").slice(1)).toEqual(["0", ""]);
});

test("a file that is not there, or is none", () => {
  const printing = (file: string) => () => printTrace(file, { json: false });
  expect(printing("/nowhere")).toThrow("cannot read /nowhere: ENOENT");
  expect(printing(import.meta.filename)).toThrow("is no recording of pool sessions");
});

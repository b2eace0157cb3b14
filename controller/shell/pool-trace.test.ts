import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { handClock } from "./hand-clock.ts";
import { PoolTrace } from "./pool-trace.ts";

function tempFile(): string {
  const dir = mkdtempSync(join(tmpdir(), "zerorig-trace-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return join(dir, "pool.trace");
}

it("writes segments with their times, without the mining key, for its owner alone", async () => {
  const path = tempFile();
  const clock = handClock();
  const ends: string[] = [];
  const trace = new PoolTrace(path, clock, (why) => ends.push(why));
  trace.take("p1", "open", "pool:1");
  await clock.pass(1500);
  trace.take("p1", "out", "JOB,me,LOW,secret\n");
  trace.take("p1", "in", "BAD,x\n");
  const lines = readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toEqual([
    { at_ms: 0, seat: "p1", dir: "open", text: "pool:1" },
    { at_ms: 1500, seat: "p1", dir: "out", text: "JOB,me,LOW,***\n" },
    { at_ms: 1500, seat: "p1", dir: "in", text: "BAD,x\n" },
  ]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(ends).toEqual([]);
});

it("ends once, when the file is full or cannot be written", () => {
  const path = tempFile();
  writeFileSync(path, "");
  truncateSync(path, 31_999_990);
  const ends: string[] = [];
  const full = new PoolTrace(path, handClock(), (why) => ends.push(why));
  full.take("p1", "in", "x");
  full.take("p1", "in", "x");
  const none = new PoolTrace(join(path, "below"), handClock(), (why) => ends.push(why));
  none.take("p1", "in", "x");
  none.take("p1", "in", "x");
  expect(ends).toEqual(["the file is full", expect.stringContaining("ENOTDIR")]);
  expect(statSync(path).size).toBe(31_999_990);
});

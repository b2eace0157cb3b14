import { describe, expect, it } from "vitest";
import type { JobStatus } from "../core/job-status.ts";
import { jobsText, jobText } from "./job-text.ts";

const OPEN: JobStatus = {
  id: "j1",
  state: "running",
  waits_for: null,
  searched: 9996,
  hashes: 12_000,
  hashrate_hs: 240_000,
  workers: ["p1", "h1"],
  left_ms: 60_000,
  progress: 0.9996,
  nonce: null,
  found_by: null,
  why: null,
  algorithm: "sha256d",
  header: "00",
  target: "ff",
  from: 0,
  to: 9999,
  submitted_at: "2026-11-22T00:00:00.000Z",
  ended_at: null,
};
const FOUND: JobStatus = {
  ...OPEN,
  id: "j2",
  state: "found",
  workers: [],
  left_ms: null,
  nonce: 7,
  found_by: "p1",
  ended_at: "2026-11-22T00:01:00.000Z",
};
const QUEUED: JobStatus = { ...OPEN, state: "queued", workers: [], waits_for: "kernel" };
const FAILED: JobStatus = { ...FOUND, state: "failed", nonce: null, why: "time-limit" };

describe("a job in words", () => {
  it("tells who searches it, and never that all is searched before it is", () => {
    const text = jobText(OPEN);
    expect(text).toContain("99.9 %");
    expect(text).toContain("p1 h1, 240000 H/s");
    expect(text).toContain("fails in   1m00s");
    expect(text).not.toContain("ended");
  });

  it("tells what it waits for", () => {
    expect(jobText(QUEUED)).toContain("waits for  no Zero has a kernel");
  });

  it("tells how it ended", () => {
    expect(jobText(FOUND)).toContain("found by   p1");
    expect(jobText(FOUND)).toContain("nonce      7");
    expect(jobText(FOUND)).toContain("searched   12000 hashes");
    expect(jobsText([FOUND])).toMatch(/sha256d +- /);
    expect(jobText(FAILED)).toContain("failed (time-limit)");
  });
});

it("lists jobs with their answers, or nothing", () => {
  expect(jobsText([])).toBe("");
  const [head, ...rows] = jobsText([OPEN, FOUND, QUEUED, FAILED]).trimEnd().split("\n");
  expect(head).toMatch(/^JOB\s+STATE\s+ALGORITHM\s+SEARCHED\s+SUBMITTED$/);
  expect(rows.map((row) => row.split("Z").at(-1)?.trim())).toEqual([
    "p1 h1",
    "nonce 7",
    "",
    "time-limit",
  ]);
});

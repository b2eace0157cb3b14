// One worker under a clock of the test's own.

import type { MessagePort } from "node:worker_threads";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { STUCK_MS } from "../core/workers.ts";
import { referenceKernel } from "../kernels/reference.ts";
import { type FromWorker, runHashWorker, type ToWorker } from "./hash-worker.ts";

vi.mock("node:os", async (load) => ({ ...(await load<object>()), setPriority: () => {} }));
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Report {
  readonly atMs: number;
  readonly hashes: number;
}

/** What a worker of this pace reports within a time, on a chunk that it does not finish. */
function reportsOf(maxHashrateHs: number, forMs: number): Report[] {
  const reports: Report[] = [];
  let hear: (message: ToWorker) => void = () => {};
  const startedAt = performance.now();
  const port = {
    on: (_: string, listener: typeof hear) => {
      hear = listener;
    },
    postMessage: ({ hashes }: FromWorker) => {
      reports.push({ atMs: performance.now() - startedAt, hashes });
    },
  };
  const data = { role: "hash", kernel: "reference", hashrateHs: 1e6, maxHashrateHs } as const;
  runHashWorker(referenceKernel, port as unknown as MessagePort, data);
  const job = { algorithm: "duco-s1", prefix: "", target: "none" } as const;
  hear({ type: "search", chunk: { id: 1, job, from: 0, to: 1e9 } });
  vi.advanceTimersByTime(forMs);
  return reports;
}

it.each([100, 100 / 64, 1, 0.01, 1e-9])(
  "is never taken for stuck because its pace is slow (%d H/s)",
  (maxHashrateHs) => {
    const reports = reportsOf(maxHashrateHs, 60_000);
    const times = [0, ...reports.map(({ atMs }) => atMs), 60_000];
    const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(STUCK_MS / 10);
    const hashes = reports.reduce((sum, report) => sum + report.hashes, 0);
    expect(hashes).toBeLessThanOrEqual(60 * maxHashrateHs * 1.05 + 1);
    expect(hashes).toBeGreaterThanOrEqual(Math.floor(60 * maxHashrateHs * 0.95));
  },
);

// One worker under a clock of the test's own.

import type { MessagePort } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { STUCK_MS } from "../core/workers.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { referenceKernel } from "../kernels/reference.ts";
import { DUCO_S1_VECTORS } from "../kernels/vectors.ts";
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
    postMessage: (message: FromWorker) => {
      if (message.type === "worker-up") return;
      reports.push({ atMs: performance.now() - startedAt, hashes: message.hashes });
    },
  };
  const kernel = {
    algorithm: "duco-s1",
    name: "reference",
    hashrateHs: 1e6,
    maxHashrateHs,
  } as const;
  const data = { role: "hash", kernels: [kernel] } as const;
  runHashWorker(() => referenceKernel, port as unknown as MessagePort, data);
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

describe("before it says that it is up", () => {
  const kernels = [
    { algorithm: "duco-s1", name: "probed", hashrateHs: 1e6, maxHashrateHs: 0 },
  ] as const;

  /** All that such a worker does at its start, in order: what its kernel is asked for, what it says, what it throws. */
  function startOf(kernel: Kernel | undefined): string[] {
    const did: string[] = [];
    const watched = kernel && {
      ...kernel,
      search: (...given: Parameters<Kernel["search"]>) => {
        did.push(`searched for ${given[0].target}`);
        return kernel.search(...given);
      },
    };
    const port = {
      on: (event: string) => did.push(`listens for ${event}`),
      postMessage: ({ type }: FromWorker) => did.push(type),
    };
    try {
      runHashWorker(() => watched, port as unknown as MessagePort, { role: "hash", kernels });
    } catch (error) {
      did.push(`threw: ${(error as Error).message}`);
    }
    return did;
  }

  it("has given every known answer", () => {
    const did = startOf(referenceKernel);
    const searches = did.slice(0, -2);
    expect(new Set(searches)).toEqual(
      new Set(DUCO_S1_VECTORS.map(({ job }) => `searched for ${job.target}`)),
    );
    expect(did.slice(-2)).toEqual(["listens for message", "worker-up"]);
  });

  it.each<[string, Kernel["search"], RegExp]>([
    [
      "misses a nonce",
      (_, from, to) => ({ nonce: null, next: to + 1, hashes: to + 1 - from }),
      /^threw: nonce 50: /,
    ],
    [
      "finds one that is none",
      (_, from) => ({ nonce: from, next: from + 1, hashes: 1 }),
      /^threw: nonce 50: /,
    ],
    [
      "fails",
      () => {
        throw new Error("no such instruction");
      },
      /^threw: nonce 50: no such instruction$/,
    ],
  ])("throws, and never says so, if its kernel %s", (_, search, threw) => {
    const did = startOf({ name: "probed", algorithm: "duco-s1", search });
    expect(did.at(-1)).toMatch(threw);
    expect(did.filter((each) => !each.startsWith("searched"))).toHaveLength(1);
  });

  it("throws if there is no such kernel", () => {
    expect(startOf(undefined)).toEqual(["threw: no kernel named probed for duco-s1"]);
  });
});

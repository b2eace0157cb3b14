// Samples for tests, with only what a test cares about spelled out.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Sample } from "./sampler.ts";
import { type Reasons, type Sums, sums } from "./sums.ts";

/** A folder of the test's own, gone at its end. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "zr-stats-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A sample of these series. */
export function sample(
  given: Readonly<Record<string, Partial<Sums>>>,
  reasons: Reasons = {},
): Sample {
  const series = Object.entries(given).map(([name, part]) => {
    return [name, { sums: sums(part), reasons }] as const;
  });
  return { at: 0, series: new Map(series) };
}

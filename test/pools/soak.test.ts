// The soak in short: both sides of a pool in bad weather agree on every single share. `npm run soak` is the long form.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { soak } from "./soak-run.ts";

test("with two connections a Zero, for 28 s", async () => {
  const dir = mkdtempSync(join(tmpdir(), "zerorig-soak-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const report = await soak({ dir, forMs: 28_000, seed: 1, connections: 2 });
  expect(report.faults).toEqual([]);
  expect(report.pool.accepted).toBeGreaterThan(20);
  // The weather was bad: sessions ended before we ended them.
  const ends = Object.keys(report.ends).filter((why) => !why.startsWith("closed by zerorig"));
  expect(ends.length).toBeGreaterThan(0);
});

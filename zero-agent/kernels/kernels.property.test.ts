// A million seeded jobs per engine, each searched for in a range at, around or beside its nonce.

import { expect, it } from "vitest";
import { nativeKernels } from "../testing/native.ts";
import { kernelByName } from "./all.ts";
import { PORTABLE_NAMES } from "./names.ts";
import { drawJobs } from "./testing/seeded-jobs.ts";
import { searchSeeded } from "./testing/seeded-search.ts";

const JOBS = Number(process.env["KERNEL_JOBS"] ?? 1_000_000);
/** The reference is what the others are held against, and slow. */
const PORTABLE = PORTABLE_NAMES.filter((name) => name !== "reference").flatMap((name) => {
  const kernel = kernelByName(name);
  // Those are for ARM alone.
  if (kernel === undefined && name.endsWith("-tuned")) return [];
  if (kernel === undefined) throw new Error(`${name} does not run on this machine`);
  return [kernel];
});
const ENGINES = [...(await nativeKernels("duco-s1")), ...PORTABLE];
const LIMIT_MS = 600_000;

it(
  `${ENGINES.map(({ name }) => name).join(", ")}: right in ${JOBS} seeded jobs`,
  () => {
    const outcomes = searchSeeded(ENGINES, JOBS, drawJobs);
    expect(outcomes.map(({ name }) => name)).toEqual(ENGINES.map(({ name }) => name));
    for (const { name, found, wrong } of outcomes) {
      expect({ name, wrong }).toEqual({ name, wrong: null });
      // Neither all found nor none: the ranges are of all kinds.
      expect(found).toBeGreaterThan(JOBS * 0.3);
      expect(found).toBeLessThan(JOBS * 0.9);
    }
  },
  LIMIT_MS,
);

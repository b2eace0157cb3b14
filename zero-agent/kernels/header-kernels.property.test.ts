// Seeded searches of block headers, the same ones by each engine.

import { expect, it } from "vitest";
import { nativeKernels } from "../testing/native.ts";
import { kernelByName } from "./all.ts";
import { PORTABLE_NAMES } from "./names.ts";
import { drawHeaders } from "./testing/seeded-headers.ts";
import { searchSeeded } from "./testing/seeded-search.ts";

const JOBS = Number(process.env["KERNEL_JOBS"] ?? 1_000_000);
const LIMIT_MS = 600_000;
/** They take longer than those of DUCO-S1, scrypt hundreds of times as long. */
const PLANS = [
  { algorithm: "sha256d", jobs: Math.ceil(JOBS / 4) },
  { algorithm: "scrypt", jobs: Math.ceil(JOBS / 500) },
] as const;
const NATIVE = await nativeKernels("sha256d");

it.each(PLANS)(
  "$algorithm is right in $jobs seeded jobs, by all engines",
  ({ algorithm, jobs }) => {
    const portable = PORTABLE_NAMES.filter((name) => name !== "reference").flatMap(
      (name) => kernelByName(name, algorithm) ?? [],
    );
    const engines = [...NATIVE.filter((kernel) => kernel.algorithm === algorithm), ...portable];
    const outcomes = searchSeeded(engines, jobs, drawHeaders(algorithm));
    expect(outcomes.map(({ name }) => name)).toEqual(engines.map(({ name }) => name));
    expect(outcomes.length).toBeGreaterThan(0);
    for (const { name, found, wrong } of outcomes) {
      expect({ name, wrong }).toEqual({ name, wrong: null });
      expect(found).toBeGreaterThan(jobs * 0.3);
      expect(found).toBeLessThan(jobs * 0.9);
    }
  },
  LIMIT_MS,
);

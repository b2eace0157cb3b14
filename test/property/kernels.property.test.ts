// A million seeded searches per engine: random prefixes, nonces of all lengths and at their borders, ranges around them.
// What is right is known by construction: the target is Node's SHA-1 of prefix and nonce, and no other nonce has it.

import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { kernelByName } from "../../zero-agent/kernels/all.ts";
import type { SearchJob } from "../../zero-agent/kernels/kernel.ts";
import { KERNEL_NAMES } from "../../zero-agent/kernels/names.ts";
import { type Random, randomOf } from "../sim/random.ts";

const JOBS = Number(process.env["KERNEL_JOBS"] ?? 100_000);
/** Each job is searched in as many ranges: to get ready for a job costs more than to look through a small range. */
const RANGES = 10;
const REACH = 60;
const LENGTH_MAX = 15;
/** The reference is what the others are held against, and slow. */
const ENGINES = KERNEL_NAMES.filter((name) => name !== "reference");
const LIMIT_MS = 600_000;

function below(random: Random, end: number): number {
  return Math.floor(random.next() * end);
}

/** Of any length; one in five near the border of two lengths, one in ten where the first hundreds are. */
function drawNonce(random: Random): number {
  const power = 10 ** (1 + below(random, LENGTH_MAX - 1));
  if (random.chance(0.2)) return Math.max(0, power + below(random, 240) - 120);
  if (random.chance(0.1)) return below(random, 1200);
  return below(random, 10 * power);
}

function drawJob(random: Random, index: number, nonce: number): SearchJob {
  const seed = createHash("sha1").update(`${index}:${random.next()}`);
  const prefix = seed.digest("hex");
  const target = createHash("sha1").update(`${prefix}${nonce}`).digest("hex");
  return { algorithm: "duco-s1", prefix, target };
}

/** A range at the nonce, beside it or around it, and how many hashes of it are allowed: what a search of it must give. */
function drawSearch(random: Random, nonce: number) {
  const from = Math.max(0, nonce + below(random, REACH) - (REACH - 10));
  const to = from + below(random, 2 * REACH);
  const budget = 1 + below(random, 3 * REACH);
  const end = Math.min(to, from + budget - 1);
  const isFound = from <= nonce && nonce <= end;
  const last = isFound ? nonce : end;
  const wanted = { nonce: isFound ? nonce : null, next: last + 1, hashes: last - from + 1 };
  return { from, to, budget, wanted };
}

it.each(ENGINES)(
  `%s is right in ${JOBS * RANGES} seeded searches`,
  (name) => {
    const kernel = kernelByName(name);
    if (kernel === undefined) throw new Error(`${name} does not run on this machine`);
    const random = randomOf(1, name);
    let found = 0;
    for (let index = 0; index < JOBS; index++) {
      const nonce = drawNonce(random);
      const job = drawJob(random, index, nonce);
      for (let range = 0; range < RANGES; range++) {
        const { from, to, budget, wanted } = drawSearch(random, nonce);
        const got = kernel.search(job, from, to, budget);
        const isRight =
          got.nonce === wanted.nonce && got.next === wanted.next && got.hashes === wanted.hashes;
        // `expect` a million times would take longer than the searches.
        if (!isRight) expect({ job, from, to, budget, ...got }).toMatchObject(wanted);
        if (got.nonce !== null) found += 1;
      }
    }
    // Neither all found nor none: the ranges are of all kinds.
    expect(found).toBeGreaterThan(JOBS * RANGES * 0.3);
    expect(found).toBeLessThan(JOBS * RANGES * 0.9);
  },
  LIMIT_MS,
);

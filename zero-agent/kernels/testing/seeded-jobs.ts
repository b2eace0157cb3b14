// Seeded searches of DUCO-S1, each of a job of its own: random prefixes, nonces of all lengths and at their borders, ranges
// around them. What is right is known by construction: the target is Node's SHA-1 of prefix and nonce, and no other nonce has it.

import type { Random } from "../../../test/sim/random.ts";
import type { DucoS1Job } from "../kernel.ts";
import { sha1 } from "../reference.ts";
import { below, type SeededSearch } from "./seeded-search.ts";

/** So that each kernel in turn has its code and tables at hand for a while. */
const DRAWN = 500;
const REACH = 60;
const LENGTH_MAX = 15;
const PREFIX = Buffer.alloc(20);

/** Of any length; one in five near the border of two lengths, one in ten where the first hundreds are. */
function drawNonce(random: Random): number {
  const power = 10 ** (1 + below(random, LENGTH_MAX - 1));
  if (random.chance(0.2)) return Math.max(0, power + below(random, 240) - 120);
  if (random.chance(0.1)) return below(random, 1200);
  return below(random, 10 * power);
}

function drawJob(random: Random, nonce: number): DucoS1Job {
  for (let at = 0; at < PREFIX.length; at += 4) PREFIX.writeUInt32LE(below(random, 2 ** 32), at);
  const prefix = PREFIX.toString("hex");
  return { algorithm: "duco-s1", prefix, target: sha1(`${prefix}${nonce}`) };
}

/** A range at the nonce, beside it or around it, and how many hashes of it are allowed. */
function drawSearch(random: Random): SeededSearch {
  const nonce = drawNonce(random);
  const job = drawJob(random, nonce);
  const from = Math.max(0, nonce + below(random, REACH) - (REACH - 10));
  const to = from + below(random, 2 * REACH);
  const budget = 1 + below(random, 3 * REACH);
  const end = Math.min(to, from + budget - 1);
  const isFound = from <= nonce && nonce <= end;
  const last = isFound ? nonce : end;
  const wanted = { nonce: isFound ? nonce : null, next: last + 1, hashes: last - from + 1 };
  return { job, from, to, budget, wanted };
}

export function drawJobs(random: Random): SeededSearch[] {
  return Array.from({ length: DRAWN }, () => drawSearch(random));
}

// Seeded searches of block headers. What is right is known from Node's digests of all nonces of a window: the targets are such
// digests, or one less, so that every search is one of the closest there are.

import type { Random } from "../../../test/sim/random.ts";
import { NONCE_MAX } from "../header.ts";
import type { HeaderJob } from "../kernel.ts";
import { HEADER_HASHES } from "../reference.ts";
import { below, type Draw, type SeededSearch } from "./seeded-search.ts";

/** Jobs of one window: to work its digests out costs more than to search it. */
const TARGETS = 24;

/** Nonces of a window, and of how many of its digests the lowest is taken: a high target would have the reference look at nearly all nonces. */
const PLANS = { sha256d: { width: 64, lowestOf: 24 }, scrypt: { width: 10, lowestOf: 8 } } as const;

/** Anywhere; one in five at the end of all nonces, one in five where bytes carry. */
function drawFirst(random: Random, width: number): number {
  const end = NONCE_MAX + 1 - width;
  if (random.chance(0.2)) return end - below(random, 3 * width);
  const power = 2 ** (8 + below(random, 24));
  if (random.chance(0.25)) return Math.max(0, power - below(random, width));
  return below(random, end);
}

/** With its highest byte first, so that targets can be compared as buffers are. */
type Digest = Buffer;

/** One of the digests, mostly a low one; half of the time one less, which it does not solve. */
function drawTarget(random: Random, digests: readonly Digest[], lowestOf: number): Digest {
  const draw = (): Digest => digests[below(random, digests.length)] as Digest;
  const few = Array.from({ length: 1 + below(random, lowestOf) }, draw);
  const target = Buffer.from(few.reduce((low, one) => (one.compare(low) <= 0 ? one : low)));
  // A digest that ends with 0 is one of 256: it stays as it is.
  const last = target.length - 1;
  if (random.chance(0.5) && target.readUInt8(last) > 0)
    target.writeUInt8(target.readUInt8(last) - 1, last);
  return target;
}

function drawSearch(
  random: Random,
  algorithm: HeaderJob["algorithm"],
  header: string,
  first: number,
  digests: readonly Digest[],
): SeededSearch {
  const width = digests.length;
  const target = drawTarget(random, digests, PLANS[algorithm].lowestOf);
  const from = first + below(random, width);
  const to = from + below(random, first + width - from);
  const budget = 1 + below(random, width);
  const end = Math.min(to, from + budget - 1);
  let at = from;
  while (at <= end && (digests[at - first] as Digest).compare(target) > 0) at += 1;
  const isFound = at <= end;
  const last = isFound ? at : end;
  const job = { algorithm, header, target: Buffer.from(target).reverse().toString("hex") };
  const wanted = { nonce: isFound ? at : null, next: last + 1, hashes: last - from + 1 };
  return { job, from, to, budget, wanted };
}

/** Draws the searches of one window. */
export function drawHeaders(algorithm: HeaderJob["algorithm"]): Draw {
  const { width } = PLANS[algorithm];
  const hash = HEADER_HASHES[algorithm];
  return (random) => {
    const first = drawFirst(random, width);
    const bytes = Buffer.alloc(80);
    for (let at = 0; at < 76; at += 4) bytes.writeUInt32LE(below(random, 2 ** 32), at);
    const header = bytes.toString("hex", 0, 76);
    const digests = Array.from({ length: width }, (_, i) => {
      bytes.writeUInt32LE(first + i, 76);
      return hash(bytes).reverse();
    });
    return Array.from({ length: TARGETS }, () =>
      drawSearch(random, algorithm, header, first, digests),
    );
  };
}

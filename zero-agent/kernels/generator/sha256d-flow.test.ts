// The flow itself, worked out step by step, against Node's SHA-256.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compress, IV } from "../sha256.ts";
import { passes } from "./evaluation.ts";
import { type Flow, LANE } from "./flow.ts";
import { type Sha256dSteps, sha256dFlow } from "./sha256d-flow.ts";

const header80 = fc.uint8Array({ minLength: 80, maxLength: 80 }).map((array) => Buffer.from(array));

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** Whether the flow lets a header pass. */
function lets(flow: Flow, header: Buffer, mask: number): boolean {
  const words = Int32Array.from({ length: 20 }, (_, t) => header.readInt32BE(4 * t));
  const given = Int32Array.of(...IV, mask);
  compress(given, words, 0);
  const block = words.slice(16);
  const nonce = block[3] as number;
  block[3] = nonce & 0x00ffffff;
  return passes(flow, { words: block, digest: given, row: Int32Array.of(nonce & 0xff000000) });
}

const STEPS: readonly Sha256dSteps[] = [true, false].flatMap((sharesMajority) =>
  [true, false].map((nestsSigmas) => ({ sharesMajority, nestsSigmas })),
);

describe.each(STEPS)("the flow with %o", (steps) => {
  const flow = sha256dFlow(steps);

  it("passes a header whose digest ends in the bits that the mask allows, and no other", () => {
    fc.assert(
      fc.property(header80, fc.integer(), fc.nat(31), (header, mask, bit) => {
        const last = sha256(sha256(header)).readInt32BE(28);
        expect(lets(flow, header, mask & ~last)).toBe(true);
        expect(lets(flow, header, mask)).toBe((mask & last) === 0);
        expect(lets(flow, header, 1 << bit)).toBe(((1 << bit) & last) === 0);
      }),
      { numRuns: 50 },
    );
  });
});

it("does 5755 steps of a vector unit for each group of nonces", () => {
  const cost: Record<string, number> = { add: 1, xor: 1, and: 1, shr: 1, rotl: 3, ch: 3, maj: 4 };
  const count = (steps: Sha256dSteps): number =>
    sha256dFlow(steps)
      .ops.filter(({ level }) => level === LANE)
      .reduce((sum, { kind }) => sum + (cost[kind] ?? 0), 0);
  expect(STEPS.map(count)).toEqual([5755, 5755, 5871, 5871]);
});

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SearchJob } from "./kernel.ts";
import { plainKernel } from "./plain.ts";
import { referenceKernel } from "./reference.ts";
import { selfTest } from "./self-test.ts";

const hex40 = fc.stringMatching(/^[0-9a-f]{40}$/);
const boundary = fc
  .tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: -25, max: 25 }))
  .map(([exponent, offset]) => Math.max(0, 10 ** exponent + offset));
const anyNonce = fc.oneof(
  boundary,
  fc.maxSafeNat().map((n) => n % (10 ** 15 - 100)),
  fc.nat(2000),
);

function jobFor(prefix: string, nonce: number): SearchJob {
  const target = createHash("sha1").update(`${prefix}${nonce}`).digest("hex");
  return { algorithm: "duco-s1", prefix, target };
}

describe("the plain kernel", () => {
  it("gives the known answers", () => {
    expect(selfTest(plainKernel)).toEqual([]);
    expect(selfTest(referenceKernel)).toEqual([]);
  });

  it("finds what the reference finds, wherever the range begins and ends", () => {
    fc.assert(
      fc.property(
        hex40,
        anyNonce,
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: -20, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        (prefix, nonce, before, after, budget) => {
          const job = jobFor(prefix, nonce);
          const from = Math.max(0, nonce - before);
          const to = Math.max(from, nonce + after);
          expect(plainKernel.search(job, from, to, budget)).toEqual(
            referenceKernel.search(job, from, to, budget),
          );
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("covers a range in pieces without a gap", () => {
    fc.assert(
      fc.property(
        hex40,
        fc.nat(3000),
        fc.integer({ min: 1, max: 700 }),
        (prefix, nonce, budget) => {
          const job = jobFor(prefix, nonce);
          let next = 0;
          let hashes = 0;
          for (;;) {
            const piece = plainKernel.search(job, next, 3000, budget);
            hashes += piece.hashes;
            next = piece.next;
            if (piece.nonce !== null) return piece.nonce === nonce && hashes === nonce + 1;
            if (next > 3000) return false;
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("resumes after 15 digits with the reference", () => {
    const job = jobFor("0".repeat(40), 10 ** 15 + 3);
    const first = plainKernel.search(job, 10 ** 15 - 5, 10 ** 15 + 10, 100);
    expect(first).toEqual({ nonce: null, next: 10 ** 15, hashes: 5 });
    expect(plainKernel.search(job, first.next, 10 ** 15 + 10, 100).nonce).toBe(10 ** 15 + 3);
  });
});

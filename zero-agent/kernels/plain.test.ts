import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseKernel } from "./choose.ts";
import type { Kernel, SearchJob } from "./kernel.ts";
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

describe("the choice", () => {
  const blind: Kernel = {
    ...referenceKernel,
    name: "blind",
    search: (_, from, to) => ({ nonce: null, next: to + 1, hashes: to - from + 1 }),
  };
  const eager: Kernel = {
    ...referenceKernel,
    name: "eager",
    search: (_, from) => ({ nonce: from + 15, next: from + 16, hashes: 16 }),
  };
  const broken: Kernel = {
    ...referenceKernel,
    name: "broken",
    search: () => {
      throw new Error("no such instruction");
    },
  };

  it("takes the fastest that is right and says what was wrong with the others", () => {
    const choice = chooseKernel([blind, referenceKernel, broken, plainKernel, eager], () =>
      performance.now(),
    );
    expect(choice.best?.kernel.name).toBe("plain");
    expect(choice.best?.hashrateHs).toBeGreaterThan(100_000);
    expect(choice.failed.map(({ name }) => name)).toEqual(["blind", "broken", "eager"]);
    expect(choice.failed[1]?.why).toMatch(/no such instruction/);
  });

  it("takes none when none is right", () => {
    expect(chooseKernel([blind], () => 0).best).toBeNull();
  });
});

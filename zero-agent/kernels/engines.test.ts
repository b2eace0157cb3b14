// Every engine against the reference: Node's SHA-1, one nonce after the other.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nativeKernels } from "../testing/native.ts";
import { kernelByName, kernelsFor, kernelTiers } from "./all.ts";
import { ALL_STEPS } from "./generator/duco-s1-flow.ts";
import { BATCH_HUNDREDS } from "./generator/layout.ts";
import { VECTOR_ARM, VECTOR_ARM_PACKED, VECTOR_X86 } from "./generator/wasm-dialect.ts";
import type { DucoS1Job, Kernel } from "./kernel.ts";
import { PORTABLE_NAMES } from "./names.ts";
import { plainKernel } from "./plain.ts";
import { referenceKernel } from "./reference.ts";
import { selfTest } from "./self-test.ts";
import {
  wasmKernel,
  wasmKernelOf,
  wasmSimd2Kernel,
  wasmSimdKernel,
  wasmTunedKernels,
} from "./wasm.ts";

const NATIVE = await nativeKernels("duco-s1");
const ENGINES: readonly Kernel[] = [
  ...NATIVE,
  wasmSimdKernel,
  wasmSimd2Kernel,
  wasmKernel,
  plainKernel,
  // The form of the processor that this is not.
  wasmKernelOf("wasm-simd for ARM", VECTOR_ARM, 1, ALL_STEPS),
  wasmKernelOf("wasm-simd-2x for ARM", VECTOR_ARM, 2, ALL_STEPS),
  ...wasmTunedKernels,
  wasmKernelOf("wasm-simd for ARM, packed", VECTOR_ARM_PACKED, 1, ALL_STEPS),
  wasmKernelOf("wasm-simd for x86", VECTOR_X86, 1, ALL_STEPS),
];

const hex40 = fc.stringMatching(/^[0-9a-f]{40}$/);
const boundary = fc
  .tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: -250, max: 250 }))
  .map(([exponent, offset]) => Math.max(0, 10 ** exponent + offset));
const ofLength = fc
  .tuple(fc.integer({ min: 1, max: 15 }), fc.maxSafeNat())
  .map(([length, n]) => Math.floor((n / Number.MAX_SAFE_INTEGER) * 10 ** length));
const anyNonce = fc.oneof(boundary, ofLength, fc.nat(2000));

function jobFor(prefix: string, nonce: number): DucoS1Job {
  const target = createHash("sha1").update(`${prefix}${nonce}`).digest("hex");
  return { algorithm: "duco-s1", prefix, target };
}

describe.each(ENGINES)("$name", (kernel) => {
  it("gives the known answers", () => {
    expect(selfTest(kernel)).toEqual([]);
  });

  it("finds what the reference finds, wherever the range begins and ends", () => {
    fc.assert(
      fc.property(
        hex40,
        anyNonce,
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: -150, max: 300 }),
        fc.integer({ min: 1, max: 500 }),
        (prefix, nonce, before, after, budget) => {
          const job = jobFor(prefix, nonce);
          const from = Math.max(0, nonce - before);
          const to = Math.max(from, nonce + after);
          expect(kernel.search(job, from, to, budget)).toEqual(
            referenceKernel.search(job, from, to, budget),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it("finds a nonce in a range of thousands, over changes of length", () => {
    fc.assert(
      fc.property(
        hex40,
        anyNonce,
        fc.nat(30_000),
        fc.nat(30_000),
        (prefix, nonce, before, after) => {
          const job = jobFor(prefix, nonce);
          const from = Math.max(0, nonce - before);
          const hashes = nonce - from + 1;
          const found = { nonce, next: nonce + 1, hashes };
          expect(kernel.search(job, from, nonce + after, 100_000)).toEqual(found);
          const beyond = { nonce: null, next: nonce + 2 + after, hashes: after + 1 };
          expect(kernel.search(job, nonce + 1, nonce + 1 + after, 100_000)).toEqual(beyond);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("leaves no gap between its batches, nor between hundreds", () => {
    for (const from of [100_000, 1_234_567, 999_990_001]) {
      const whole = 100 * BATCH_HUNDREDS;
      const batch = Math.floor(from / 100) * 100 + whole;
      const borders = [
        batch - whole,
        batch - 100,
        batch,
        batch + 100,
        batch + whole,
        batch + 2 * whole,
      ];
      const nonces = borders.flatMap((border) => [border - 1, border, border + 1]);
      for (const nonce of nonces.filter((one) => one >= from)) {
        const found = { nonce, next: nonce + 1, hashes: nonce - from + 1 };
        const job = jobFor("0123456789abcdef0123456789abcdef01234567", nonce);
        expect(kernel.search(job, from, nonce + 10_000, 100_000)).toEqual(found);
      }
    }
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
            const piece = kernel.search(job, next, 3000, budget);
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

  it("goes on after 15 digits, in a second block", () => {
    const job = jobFor("0".repeat(40), 10 ** 15 + 3);
    const found = { nonce: 10 ** 15 + 3, next: 10 ** 15 + 4, hashes: 9 };
    expect(kernel.search(job, 10 ** 15 - 5, 10 ** 15 + 10, 100)).toEqual(found);
  });

  it("takes any prefix, and no target that is none", () => {
    for (const prefix of ["", "abc", "0".repeat(41), "é".repeat(20), "é".repeat(40)]) {
      expect(kernel.search(jobFor(prefix, 1234), 1000, 2000, 5000).nonce).toBe(1234);
    }
    const { prefix, target } = jobFor("0".repeat(40), 1234);
    for (const wrong of ["", "no digest", target.toUpperCase()]) {
      const job: DucoS1Job = { algorithm: "duco-s1", prefix, target: wrong };
      expect(kernel.search(job, 1000, 2000, 5000).nonce).toBeNull();
    }
  });
});

describe("the reference", () => {
  it("gives the known answers", () => {
    expect(selfTest(referenceKernel)).toEqual([]);
  });
});

describe("the tiers", () => {
  const names = (arch: string, armVersion: string | null, hasWasm = true): string[][] =>
    kernelTiers({ arch, armVersion, hasWasm }).map((tier) => tier.map(({ name }) => name));

  it("begin with vectors where there are some", () => {
    const others = [["wasm"], ["plain"], ["reference"]];
    const vectors = ["wasm-simd", "wasm-simd-2x"];
    const tuned = ["wasm-simd-tuned", "wasm-simd-2x-tuned", "wasm-simd-packed-tuned"];
    expect(names("x64", null)).toEqual([vectors, ...others]);
    expect(names("arm64", null)).toEqual([[...tuned, ...vectors], ...others]);
    expect(names("arm", "7")).toEqual([[...tuned, ...vectors], ...others]);
  });

  it("begin with what is compiled for the machine, beside the best of the others", () => {
    const platform = { arch: "x64", armVersion: null, hasWasm: true };
    const own = NATIVE.map(({ name }) => name);
    const [first] = kernelTiers(platform, "duco-s1", NATIVE);
    expect(first?.map(({ name }) => name)).toEqual([...own, "wasm-simd", "wasm-simd-2x"]);
    const sha256d = kernelTiers(platform, "sha256d", NATIVE).flat();
    expect(sha256d.map(({ name }) => name)).not.toContain("native-scalar");
  });

  it("know a kernel by each of its names", () => {
    for (const name of PORTABLE_NAMES.filter((one) => !one.endsWith("-tuned"))) {
      expect(kernelByName(name)?.name).toBe(name);
      expect(kernelsFor(name).flat()).toEqual([kernelByName(name)]);
    }
    expect(kernelByName("fast")).toBeUndefined();
    expect(kernelsFor("auto").at(-1)).toEqual([referenceKernel]);
  });

  it("have no WebAssembly on an ARMv6, on an ARM that does not say, and where it is switched off", () => {
    const plain = [["plain"], ["reference"]];
    expect(names("arm", "6")).toEqual(plain);
    expect(names("arm", null)).toEqual(plain);
    expect(names("x64", null, false)).toEqual(plain);
  });
});

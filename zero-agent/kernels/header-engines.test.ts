// The engines that hash block headers against the reference: Node's OpenSSL, one nonce after the other.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nativeKernels } from "../testing/native.ts";
import { kernelByName, kernelsFor, kernelTiers } from "./all.ts";
import { VECTOR_ARM, VECTOR_ARM_PACKED, VECTOR_X86 } from "./generator/wasm-dialect.ts";
import { NONCE_MAX } from "./header.ts";
import type { HeaderJob, Kernel } from "./kernel.ts";
import { ALGORITHMS } from "./names.ts";
import { scryptReference, sha256dReference, solves } from "./reference.ts";
import { scryptKernelOf, scryptWasmSimd } from "./scrypt.ts";
import { selfTest } from "./self-test.ts";
import { sha256dKernelOf, sha256dPlain, sha256dWasm, sha256dWasmSimd } from "./sha256d.ts";
import { maskOf } from "./sha256d-search.ts";

interface Known {
  readonly name: string;
  readonly algo: "sha256d" | "scrypt";
  readonly header: string;
  readonly powHash: string;
}

// Recomputed from whole Stratum sessions, blocks and shares: each entry names its source.
const SESSIONS = JSON.parse(
  readFileSync(new URL("./testing/stratum-headers.json", import.meta.url), "utf8"),
) as readonly Known[];

const REFERENCES = { sha256d: sha256dReference, scrypt: scryptReference };

const ENGINES: readonly Kernel[] = [
  ...(await nativeKernels("sha256d")),
  sha256dWasmSimd,
  sha256dWasm,
  sha256dPlain,
  // The form of the processor that this is not, and the majority that does not ship on this one.
  sha256dKernelOf("wasm-simd for ARM", VECTOR_ARM, { sharesMajority: false, nestsSigmas: true }),
  sha256dKernelOf("wasm-simd for ARM, packed", VECTOR_ARM_PACKED, {
    sharesMajority: false,
    nestsSigmas: true,
  }),
  sha256dKernelOf("wasm-simd for x86", VECTOR_X86, { sharesMajority: false, nestsSigmas: false }),
  sha256dReference,
  scryptWasmSimd,
  scryptKernelOf("wasm-simd for ARM", VECTOR_ARM, 2),
  scryptKernelOf("wasm-simd, three side by side", VECTOR_X86, 3),
  scryptReference,
];

const RUNS = { sha256d: 300, scrypt: 15 };
/** So far a range reaches to either side. */
const WIDTH = { sha256d: 600, scrypt: 12 };

const bytes = (count: number) => fc.uint8Array({ minLength: count, maxLength: count });
const hexOf = (count: number) => bytes(count).map((array) => Buffer.from(array).toString("hex"));

/** A target with so many bits 0 at its top that about one nonce of 2^bits solves the job. */
const targets = fc.tuple(bytes(32), fc.integer({ min: 0, max: 14 })).map(([array, bits]) => {
  const target = Buffer.from(array);
  const top = target.readUInt32LE(28) | 0x80000000;
  target.writeUInt32LE(top >>> bits, 28);
  return target.toString("hex");
});

const nonces = fc.oneof(
  fc.nat(2000),
  fc.integer({ min: 0, max: NONCE_MAX }),
  fc.integer({ min: NONCE_MAX - 2000, max: NONCE_MAX }),
  fc
    .tuple(fc.integer({ min: 8, max: 31 }), fc.integer({ min: -300, max: 300 }))
    .map(([bits, offset]) => Math.max(0, 2 ** bits + offset)),
);

function jobOf(algorithm: HeaderJob["algorithm"], header: string, target: string): HeaderJob {
  return { algorithm, header, target };
}

describe.each(ENGINES)("$algorithm by $name", (kernel) => {
  const algorithm = kernel.algorithm as HeaderJob["algorithm"];
  const reference: Kernel = REFERENCES[algorithm];
  const width = WIDTH[algorithm];

  it("gives the known answers", () => {
    expect(selfTest(kernel)).toEqual([]);
  });

  it("finds what the reference finds, the lowest first, wherever the range begins and ends", () => {
    fc.assert(
      fc.property(
        hexOf(76),
        targets,
        nonces,
        fc.nat(width),
        fc.nat(width),
        (header, target, from, more, budget) => {
          const job = jobOf(algorithm, header, target);
          const to = Math.min(NONCE_MAX, from + more);
          const expected = reference.search(job, from, to, budget + 1);
          expect(kernel.search(job, from, to, budget + 1)).toEqual(expected);
        },
      ),
      { numRuns: RUNS[algorithm] },
    );
  });

  it("finds every share of a range, one after the other, in pieces", () => {
    const job = jobOf(
      algorithm,
      "5a".repeat(76),
      "f".repeat(62) + (algorithm === "scrypt" ? "3f" : "00"),
    );
    const last = 2 ** 24 + 20 * width;
    const found: (number | null)[] = [];
    let hashes = 0;
    for (let next = 2 ** 24 - width; next <= last; ) {
      const piece = kernel.search(job, next, last, 173);
      hashes += piece.hashes;
      found.push(...(piece.nonce === null ? [] : [piece.nonce]));
      expect(piece.next).toBe(next + piece.hashes);
      next = piece.next;
    }
    const all = Array.from({ length: 21 * width + 1 }, (_, i) => 2 ** 24 - width + i);
    expect(found).toEqual(all.filter((nonce) => solves(job, nonce)));
    expect(found.length).toBeGreaterThan(5);
    expect(hashes).toBe(all.length);
  });

  it("ends at the last nonce and does not begin again", () => {
    const job = jobOf(algorithm, "00".repeat(76), "0".repeat(64));
    const from = NONCE_MAX - width;
    const none = { nonce: null, next: NONCE_MAX + 1, hashes: width + 1 };
    expect(kernel.search(job, from, NONCE_MAX, 10 * width)).toEqual(none);
    expect(() => kernel.search(job, from, NONCE_MAX + 1, 10)).toThrow(/nonces end at 4294967295/);
    expect(() => kernel.search(job, -1, 10, 10)).toThrow(RangeError);
  });

  it("refuses a header and a target that are none", () => {
    for (const [header, target] of [
      ["00".repeat(75), "0".repeat(64)],
      ["zz".repeat(76), "0".repeat(64)],
      ["00".repeat(76), "0".repeat(62)],
      ["00".repeat(76), ""],
    ] as const) {
      expect(() => kernel.search(jobOf(algorithm, header, target), 0, 10, 10)).toThrow(/is not/);
    }
  });

  it("takes the next job when it comes", () => {
    const [a, b] = ["01".repeat(76), "02".repeat(76)];
    const targetsOfA = [
      // The hardest first: what a machine keeps of it would hide the shares of the others.
      "0".repeat(64),
      "f".repeat(64),
      `${"f".repeat(60)}0700`,
      "f".repeat(64),
    ];
    // Header and target change together, and each alone.
    for (const header of [a, b, a]) {
      for (const target of targetsOfA) {
        const job = jobOf(algorithm, header, target);
        expect(kernel.search(job, 3, 40, 100)).toEqual(reference.search(job, 3, 40, 100));
      }
    }
    for (const target of targetsOfA) {
      for (const header of [a, b]) {
        const job = jobOf(algorithm, header, target);
        expect(kernel.search(job, 3, 40, 100)).toEqual(reference.search(job, 3, 40, 100));
      }
    }
  });
});

describe("the reference", () => {
  it.each(SESSIONS)("hashes the header of $name as it was hashed", ({ algo, header, powHash }) => {
    const nonce = Buffer.from(header, "hex").readUInt32LE(76);
    const digest = Buffer.from(powHash, "hex").reverse();
    const job = jobOf(algo, header.slice(0, 152), digest.toString("hex"));
    expect(solves(job, nonce)).toBe(true);
    // One less than the digest is not enough.
    const at = digest.findIndex((byte) => byte > 0);
    digest.fill(0xff, 0, at);
    digest.writeUInt8(digest.readUInt8(at) - 1, at);
    expect(solves({ ...job, target: digest.toString("hex") }, nonce)).toBe(false);
  });

  it("agrees with SHA-256 of SHA-256", () => {
    const header = Buffer.alloc(80, 7);
    const once = createHash("sha256").update(header).digest();
    const target = createHash("sha256").update(once).digest("hex");
    const job = jobOf("sha256d", header.toString("hex", 0, 76), target);
    expect(solves(job, header.readUInt32LE(76))).toBe(true);
  });
});

describe("the mask of a target", () => {
  it("has a 1 where all digests that the target allows have a 0", () => {
    const cases: [string, number][] = [
      ["00000000", 0xffffffff],
      // The last two digits are the highest byte.
      ["01000000", 0xfeffffff],
      ["ff000000", 0x00ffffff],
      ["00010000", 0x00feffff],
      ["000000ff", 0],
      ["00000040", 0x80],
    ];
    for (const [highest, mask] of cases) expect(maskOf("f".repeat(56) + highest) >>> 0).toBe(mask);
  });
});

describe("the tiers", () => {
  it("have a reference for each algorithm, and kernels of that algorithm only", () => {
    for (const algorithm of ALGORITHMS) {
      const tiers = kernelTiers({ arch: "arm", armVersion: "6", hasWasm: true }, algorithm);
      expect(tiers.at(-1)?.map(({ name }) => name)).toEqual(["reference"]);
      expect(tiers.flat().some(({ name }) => name.startsWith("wasm"))).toBe(false);
      const kernels = kernelsFor("auto", algorithm).flat();
      expect(kernels.every((kernel) => kernel.algorithm === algorithm)).toBe(true);
    }
    expect(kernelByName("wasm-simd", "sha256d")).toBe(sha256dWasmSimd);
    expect(kernelsFor("plain", "sha256d")).toEqual([[sha256dPlain]]);
    expect(kernelsFor("plain", "scrypt")).toEqual([]);
    expect(kernelsFor("auto", "scrypt").at(-1)).toEqual([scryptReference]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isHex, wordsReversed } from "./hex.ts";
import { isSameDomain } from "./same-domain.ts";
import { freeBits, ownBytesOf, pieceOf, piecesIn, rolledVersion, shareSpace } from "./space.ts";

describe("the space of a connection", () => {
  it.each([
    [0, 4, 0, "00000000", 0],
    [258, 4, 0, "00000102", 0],
    [255, 1, 0, "ff", 0],
    [256, 1, 0x6000, "00", 0x2000],
    [1023, 1, 0x6000, "ff", 0x6000],
    [513, 1, 0x8000_2000, "01", 0x8000_0000],
    [2 ** 47, 8, 0, "0000800000000000", 0],
  ])("has piece %d of %d bytes and mask %d", (index, bytes, mask, extranonce2, versionBits) => {
    expect(pieceOf(index, bytes, mask)).toEqual({ extranonce2, versionBits });
  });

  it("ends", () => {
    expect(pieceOf(256, 1, 0)).toBeNull();
    expect(pieceOf(1024, 1, 0x6000)).toBeNull();
    expect(piecesIn(2, 0x1fffe000)).toBe(2 ** 32);
  });

  it("is divided among miners and the rig's own seats, where it is long enough", () => {
    const divided = [1, 2, 3, 4, 5, 6, 8, 16].map((bytes) => {
      const space = shareSpace(bytes);
      return [bytes, space?.padBytes, space?.ownBytes, ownBytesOf(bytes, true)];
    });
    expect(divided).toEqual([
      [1, undefined, undefined, 1],
      [2, undefined, undefined, 2],
      [3, undefined, undefined, 3],
      [4, 0, 2, 2],
      [5, 0, 3, 3],
      [6, 0, 4, 4],
      [8, 2, 4, 4],
      [16, 10, 4, 4],
    ]);
    expect(ownBytesOf(8, false)).toBe(8);
  });

  it("never gives two the same, and only bits that are free", () => {
    const mask = fc.integer({ min: 0, max: 0xffff_ffff });
    const index = fc.nat(2 ** 30);
    fc.assert(
      fc.property(index, index, fc.integer({ min: 1, max: 32 }), mask, (a, b, bytes, free) => {
        const [one, other] = [pieceOf(a, bytes, free), pieceOf(b, bytes, free)];
        if (one === null || other === null) return;
        expect(JSON.stringify(one) === JSON.stringify(other)).toBe(a === b);
        expect(isHex(one.extranonce2, bytes)).toBe(true);
        expect((one.versionBits & ~free) >>> 0).toBe(0);
      }),
    );
  });
});

describe("a rolled version", () => {
  it("has the pool's bits outside the mask and ours inside", () => {
    expect(rolledVersion("20000004", 0x1fffe000, 0x2000)).toBe("20002004");
    expect(rolledVersion("20000004", 0x1fffe000, 0xffff_ffff)).toBe("3fffe004");
    expect(rolledVersion("20000004", 0, 0x2000)).toBe("20000004");
  });

  it("is left alone where the pool uses bits of the mask itself", () => {
    expect(freeBits("20000000", 0x1fffe000)).toBe(0x1fffe000);
    expect(freeBits("20002000", 0x1fffe000)).toBe(0);
  });
});

it("words are turned round one by one", () => {
  expect(wordsReversed("ab02cd818b9e567e")).toBe("81cd02ab7e569e8b");
});

it.each([
  ["pool.example.com", "pool.example.com", true],
  ["eu.example.com", "US.example.com", true],
  ["eu.example.com", "us.example.org", false],
  ["example.com", "evil.com", false],
  ["192.0.2.1", "192.0.2.2", false],
  ["2001:db8::1", "2001:db8::1", true],
  ["eu.example.com", "192.0.2.1", false],
  ["192.0.2.1", "eu.example.com", false],
  ["localhost", "elsewhere", false],
])("from %s to %s: %s", (from, to, may) => {
  expect(isSameDomain(from, to)).toBe(may);
});

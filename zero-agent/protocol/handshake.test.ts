import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commonVersion, prove, proved } from "./handshake.ts";

const key = Buffer.alloc(32, 1);
const nonces = { controller: "0".repeat(32), agent: "1".repeat(32) };

describe("a proof", () => {
  it("is the HMAC-SHA-256 of who proves what to whom", () => {
    const text = `zerorig.v1|agent|p1|${nonces.controller}|${nonces.agent}`;
    const mac = createHmac("sha256", key).update(text).digest("hex");
    expect(prove("agent", key, "p1", nonces)).toBe(mac);
    expect(proved("agent", key, "p1", nonces, mac)).toBe(true);
  });

  it("holds for no other prover, slot, key or nonces", () => {
    const mac = prove("agent", key, "p1", nonces);
    const swapped = { controller: nonces.agent, agent: nonces.controller };
    expect(proved("controller", key, "p1", nonces, mac)).toBe(false);
    expect(proved("agent", key, "p2", nonces, mac)).toBe(false);
    expect(proved("agent", Buffer.alloc(32, 2), "p1", nonces, mac)).toBe(false);
    expect(proved("agent", key, "p1", swapped, mac)).toBe(false);
  });

  it("is refused without a throw, whatever is sent for it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (mac) => !proved("agent", key, "p1", nonces, mac)),
    );
  });
});

describe("the common version", () => {
  const versions: [[number, number], [number, number], number | null][] = [
    [[1, 1], [1, 1], 1],
    [[1, 2], [1, 1], 1],
    [[1, 2], [2, 3], 2],
    [[1, 3], [2, 3], 3],
    [[2, 2], [1, 1], null],
    [[1, 1], [2, 2], null],
    [[3, 1], [1, 3], null],
  ];
  it.each(versions)("of %j and %j is %j", ([a, b], [c, d], common) => {
    expect(commonVersion({ min: a, max: b }, { min: c, max: d })).toBe(common);
    expect(commonVersion({ min: c, max: d }, { min: a, max: b })).toBe(common);
  });
});

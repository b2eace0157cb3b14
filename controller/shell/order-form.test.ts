import { describe, expect, it } from "vitest";
import { parseOrder } from "./order-form.ts";

const PREFIX = "a".repeat(40);
const TARGET = "b".repeat(40);
const HEADER = "0c".repeat(76);
const DUCO = { algorithm: "duco-s1", prefix: PREFIX, target: TARGET };
const SHA = { algorithm: "sha256d", header: HEADER, target: `00${"ff".repeat(31)}` };

function errorOf(body: unknown): string {
  const parsed = parseOrder(body);
  return parsed.ok ? "" : parsed.error;
}

describe("a job that is submitted", () => {
  it("is of DUCO-S1, over a range or a difficulty", () => {
    const spec = { algorithm: "duco-s1", prefix: PREFIX, target: TARGET };
    expect(parseOrder({ ...DUCO, difficulty: 5 })).toEqual({
      ok: true,
      asked: { spec: { ...spec, from: 0, to: 500 }, limitMs: null },
    });
    expect(
      parseOrder({ ...DUCO, prefix: PREFIX.toUpperCase(), from: 7, to: 7, time_limit_ms: 5000 }),
    ).toEqual({ ok: true, asked: { spec: { ...spec, from: 7, to: 7 }, limitMs: 5000 } });
  });

  it("is of a header, whose target is turned as kernels compare it", () => {
    const target = `${"ff".repeat(31)}00`;
    expect(parseOrder(SHA)).toEqual({
      ok: true,
      asked: {
        spec: { algorithm: "sha256d", prefix: HEADER, target, from: 0, to: 2 ** 32 - 1 },
        limitMs: null,
      },
    });
    expect(parseOrder({ ...SHA, algorithm: "scrypt", from: 5, to: 6 })).toMatchObject({
      ok: true,
      asked: { spec: { algorithm: "scrypt", from: 5, to: 6 } },
    });
  });

  it.each([
    [null, "body: "],
    [[], "algorithm: expected duco-s1, sha256d or scrypt"],
    ["x", "body: "],
    [{}, "algorithm: expected duco-s1, sha256d or scrypt"],
    [{ algorithm: "x11" }, "algorithm: expected duco-s1, sha256d or scrypt"],
    [{ ...DUCO, difficulty: 5, prefix: "xyz" }, "prefix: expected 40 hex digits"],
    [{ ...DUCO, difficulty: 5, target: 7 }, "target: expected 40 hex digits"],
    [{ algorithm: "duco-s1", difficulty: 5, target: TARGET }, "prefix: "],
    [DUCO, "to: expected the last nonce, or difficulty"],
    [{ ...DUCO, to: 5, difficulty: 5 }, "to: expected the last nonce, or difficulty"],
    [{ ...DUCO, from: 6, to: 5 }, "to: 5 is below from, 6"],
    [{ ...DUCO, to: 1.5 }, "to: expected a whole number"],
    [{ ...DUCO, to: -1 }, "to: expected a whole number"],
    [{ ...DUCO, to: 2 ** 53 }, "to: expected a whole number"],
    [{ ...DUCO, difficulty: 0 }, "difficulty: expected a whole number from 1"],
    [{ ...DUCO, to: 5, header: HEADER }, "header: no such field"],
    [{ ...DUCO, to: 5, time_limit_ms: 5 }, "time_limit_ms: expected a whole number from 1000"],
    [{ ...SHA, header: HEADER.slice(2) }, "header: expected 152 hex digits"],
    [{ ...SHA, target: "ff" }, "target: expected 64 hex digits"],
    [{ ...SHA, to: 2 ** 32 }, "to: expected a whole number from 0 to 4294967295"],
    [{ ...SHA, from: 5, to: 4 }, "to: 4 is below from, 5"],
    [{ ...SHA, prefix: PREFIX }, "prefix: no such field"],
    [{ ...SHA, difficulty: 5 }, "difficulty: no such field"],
  ])("is refused by field: %j", (body, error) => {
    expect(errorOf(body)).toContain(error);
  });
});

import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { World } from "../../test/sim/world.ts";
import type { Effect } from "../core/effect.ts";
import {
  decode,
  digest,
  encode,
  entryLine,
  headerLine,
  parseEntry,
  parseHeader,
} from "./record-format.ts";

const { state } = new World();
const header = {
  program: "1.2.3",
  run: 4,
  segment: 2,
  at: "2026-03-01T12:00:00.000Z",
  now: 1000.25,
  state,
};

describe("plain data", () => {
  test.each([
    [Number.POSITIVE_INFINITY, '{"$number":"Infinity"}'],
    [[Number.NEGATIVE_INFINITY], '[{"$number":"-Infinity"}]'],
    [{ a: Number.NaN }, '{"a":{"$number":"NaN"}}'],
    [-0, '{"$number":"-0"}'],
    [1234.567891, "1234.567891"],
    ["Infinity", '"Infinity"'],
    [null, "null"],
  ])("%j is written as %s and read back", (value, text) => {
    expect(encode(value)).toBe(text);
    expect(decode(text)).toStrictEqual(value);
  });

  it("comes back as it was, whatever its numbers", () => {
    const plain = fc.jsonValue();
    const odd = fc.double();
    fc.assert(
      fc.property(
        fc.array(fc.oneof(plain, odd, fc.record({ odd, plain }, { noNullPrototype: true }))),
        (value) => {
          expect(decode(encode(value))).toStrictEqual(value);
        },
      ),
    );
  });

  test.each([[new Map()], [new Set()], [Buffer.from("x")], [new Date(0)]])(
    "%j is refused: it would come back as something else",
    (value) => {
      expect(() => encode({ deep: [value] })).toThrow(/cannot be recorded/);
    },
  );

  test.each([
    ["", "no JSON"],
    ['{"a":1', "no JSON"],
    ['{"$number":"seven"}', 'no such number: "seven"'],
    ['{"$number":"toString"}', "no such number"],
  ])("%j is damaged: %s", (text, why) => {
    expect(() => decode(text)).toThrow(why);
  });
});

describe("a header", () => {
  it("comes back as it was", () => {
    const line = headerLine(header);
    expect(line.endsWith("\n")).toBe(true);
    expect(parseHeader(line.trimEnd())).toMatchObject(header);
  });

  const tampered = (fields: object) => encode({ format: 1, ...header, ...fields });
  test.each([
    ["[]", "no recording"],
    ['{"event":{}}', "no recording"],
    [tampered({ format: 2 }), "format 2, and this zerorig reads format 1"],
    [tampered({ state: null }), "not complete"],
    [tampered({ state: { ...state, slots: 4 } }), "not complete"],
    [tampered({ at: "noon" }), "not complete"],
    [tampered({ now: "1" }), "not complete"],
    [tampered({ program: 1 }), "not complete"],
  ])("is refused: %#", (line, why) => {
    expect(() => parseHeader(line)).toThrow(why);
  });
});

const power: Effect = { type: "power", slot: "p3", action: 7, to: "off", by: "automation" };
const puzzle = { algorithm: "duco-s1", prefix: "a", target: "b", poolTarget: "b" } as const;
const share = { ...puzzle, id: 9, seat: "p1", jobId: "j", worker: "p1", node: "", ref: "" };
const submit: Effect = {
  type: "submit-share",
  share: { ...share, difficulty: 5, nonce: 3, hashrateHs: 1 },
};

describe("an entry", () => {
  it("comes back as it was, with what was decided", () => {
    const event = { type: "tick", now: 5.5 } as const;
    expect(parseEntry(entryLine(event, []).trimEnd())).toEqual({ event, decided: [] });
    const line = entryLine(event, [power, submit]).trimEnd();
    expect(parseEntry(line)).toEqual({ event, decided: [digest(power), digest(submit)] });
  });

  test.each([
    ["{}"],
    ['"tick"'],
    ['{"event":{"type":"tick"}}'],
    ['{"event":{"now":1}}'],
    ['{"event":{"type":"tick","now":1},"decided":{}}'],
    ['{"event":{"type":"tick","now":1},"decided":[5]}'],
  ])("%s holds no event", (line) => {
    expect(() => parseEntry(line)).toThrow("holds no event");
  });
});

describe("a digest", () => {
  it("is the whole of what people want to read", () => {
    expect(digest(power)).toEqual(power);
  });

  it("is name and checksum of the rest, and differs when anything does", () => {
    const { sum, ...rest } = digest(submit);
    expect(rest).toEqual({ type: "submit-share" });
    const other = { ...submit, share: { ...submit.share, nonce: 4 } };
    expect(digest(other)["sum"]).not.toBe(sum);
    expect(digest({ type: "request-job", seat: "p2" })).toMatchObject({ seat: "p2" });
  });
});

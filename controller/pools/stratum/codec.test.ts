import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decode,
  encodeAnswer,
  encodeRequest,
  extranonceOf,
  type Message,
  maskOf,
} from "./codec.ts";
import { cutLines, MAX_LINE_CHARS } from "./lines.ts";

const HASH = "ab".repeat(32);
const PARAMS = ["bf", HASH, "01", "02", [HASH], "20000000", "1d00ffff", "495fab29", true];
const NOTICE = {
  jobId: "bf",
  prevHash: HASH,
  coinb1: "01",
  coinb2: "02",
  branch: [HASH],
  version: "20000000",
  bits: "1d00ffff",
  time: "495fab29",
  clean: true,
};

function called(method: string, params: unknown, more: object = { id: null }): Message {
  return decode(JSON.stringify({ ...more, method, params }));
}

/** The parameters with some replaced. */
function but(changes: Readonly<Record<number, unknown>>): unknown[] {
  return PARAMS.map((value, index) => (index in changes ? changes[index] : value));
}

describe("work", () => {
  it.each([
    ["with a null id", { id: null }],
    ["without an id", {}],
    ["with one", { id: 5 }],
  ])("is read %s", (_, more) => {
    expect(called("mining.notify", PARAMS, more)).toEqual({ type: "notify", notice: NOTICE });
  });

  it.each([
    ["a number for an id", { 0: 7 }, { jobId: "7" }],
    ["no flag", { 8: undefined }, { clean: false }],
    ["an empty coinbase half", { 2: "" }, { coinb1: "" }],
  ])("with %s is read", (_, changes, notice) => {
    const message = called("mining.notify", but(changes));
    expect(message).toEqual({ type: "notify", notice: { ...NOTICE, ...notice } });
  });

  it.each([
    ["no id", { 0: null }],
    ["an endless id", { 0: "x".repeat(257) }],
    ["half a hash", { 1: "ab" }],
    ["a hash of other digits", { 1: "zz".repeat(32) }],
    ["an odd coinbase", { 2: "0" }],
    ["an endless coinbase", { 2: "00".repeat(30_001) }],
    ["no coinbase", { 3: 5 }],
    ["no branch", { 4: HASH }],
    ["an endless branch", { 4: new Array(33).fill(HASH) }],
    ["a branch of others", { 4: [HASH, 3] }],
    ["a short version", { 5: "2000" }],
    ["a number for bits", { 6: 5 }],
    ["no time", { 7: null }],
  ])("with %s is nonsense", (_, changes) => {
    expect(called("mining.notify", but(changes))).toEqual({ type: "nonsense" });
  });
});

describe("what the pool says", () => {
  it.each<readonly [string, unknown, object]>([
    ["mining.set_difficulty", [0.00015], { type: "difficulty", difficulty: 0.00015 }],
    ["mining.set_difficulty", ["512"], { type: "difficulty", difficulty: 512 }],
    ["mining.set_difficulty", [0], { type: "nonsense" }],
    ["mining.set_difficulty", [null], { type: "nonsense" }],
    ["mining.set_difficulty", [true], { type: "nonsense" }],
    ["mining.set_difficulty", [1e31], { type: "nonsense" }],
    ["mining.set_difficulty", "8", { type: "nonsense" }],
    [
      "mining.set_extranonce",
      ["08000002", 4],
      { type: "extranonce", extranonce: { prefix: "08000002", size: 4 } },
    ],
    ["mining.set_extranonce", ["0", 4], { type: "nonsense" }],
    ["mining.set_version_mask", ["1fffe000"], { type: "version-mask", mask: 0x1fffe000 }],
    ["mining.set_version_mask", [7], { type: "nonsense" }],
    ["client.reconnect", [], { type: "reconnect", host: null, port: null, waitMs: 0 }],
    [
      "client.reconnect",
      ["eu.example.com", "3334", "5"],
      { type: "reconnect", host: "eu.example.com", port: 3334, waitMs: 5000 },
    ],
    ["client.reconnect", ["", 0, 1e9], { type: "reconnect", host: null, port: null, waitMs: 6e5 }],
    [
      "client.reconnect",
      ["x".repeat(300), 70_000, -1],
      { type: "reconnect", host: null, port: null, waitMs: 0 },
    ],
    ["client.show_message", ["hi\u0007"], { type: "show-message", text: "hi?" }],
    ["client.show_message", [], { type: "show-message", text: "" }],
    ["client.get_version", [], { type: "asked", method: "client.get_version", id: null }],
  ])("%s %j", (method, params, message) => {
    expect(called(method, params)).toEqual(message);
  });

  it.each<readonly [object, object]>([
    [{ id: 4, result: true, error: null }, { refusal: null }],
    [{ id: 4, result: { status: "OK" } }, { refusal: null }],
    [{ id: 4, result: false, error: null }, { refusal: { code: 0, text: "no reason given" } }],
    [{ id: 4, result: null, error: null }, { refusal: { code: 0, text: "no reason given" } }],
    [{ id: 4, result: null, error: [21, "Stale", null] }, { refusal: { code: 21, text: "Stale" } }],
    [{ id: 4, result: null, error: [23, "Low"] }, { refusal: { code: 23, text: "Low" } }],
    [{ id: 4, error: ["x"] }, { refusal: { code: 0, text: "no reason given" } }],
    [{ id: 4, error: "Method not found" }, { refusal: { code: 0, text: "Method not found" } }],
    [{ id: 4, error: { code: -3, message: "No" } }, { refusal: { code: -3, text: "No" } }],
    [{ id: 4, error: [20, { a: 1 }] }, { refusal: { code: 20, text: '{"a":1}' } }],
  ])("the reply %j", (reply, wanted) => {
    const message = decode(JSON.stringify(reply));
    expect(message).toMatchObject({ type: "reply", id: 4, ...wanted });
  });

  it("has ids that are texts, too", () => {
    expect(decode('{"id":"4","result":true}')).toMatchObject({ type: "reply", id: "4" });
    expect(decode('{"id":"9","method":"mining.ping"}')).toMatchObject({ type: "asked", id: "9" });
  });

  it.each([
    "",
    "{",
    "[]",
    "null",
    "7",
    '{"a":1}',
    '{"id":null,"result":1}',
    '{"id":{},"result":1}',
  ])("%j is nonsense", (line) => {
    expect(decode(line)).toEqual({ type: "nonsense" });
  });
});

it.each([
  [[[["mining.notify", "s"]], "08000002", 4], { prefix: "08000002", size: 4 }],
  [["", 8], { prefix: "", size: 8 }],
  [["08", 0], null],
  [["08", 33], null],
  [["08", 1.5], null],
  [["08".repeat(33), 4], null],
  ["08000002", null],
  [null, null],
])("the subscription %j", (result, extranonce) => {
  expect(extranonceOf(result)).toEqual(extranonce);
});

it("a mask may be short, and written as a number's text", () => {
  expect([maskOf("ff"), maskOf("0xff"), maskOf(""), maskOf("1fffe0000"), maskOf(255)]).toEqual([
    255,
    255,
    null,
    null,
    null,
  ]);
});

it("what we say is one line", () => {
  expect(encodeRequest(3, "mining.submit", ["a\nb"])).toBe(
    '{"id":3,"method":"mining.submit","params":["a\\nb"]}\n',
  );
  expect(encodeAnswer("x", "pong", null)).toBe('{"id":"x","result":"pong","error":null}\n');
});

describe("anything at all", () => {
  const word = fc.oneof(
    fc.constantFrom("mining.notify", "mining.set_difficulty", "client.reconnect", HASH, "01"),
    fc.string(),
  );
  const value = fc.oneof(word, fc.double(), fc.boolean(), fc.constant(null), fc.array(word));
  const message = fc.record(
    {
      id: value,
      method: word,
      params: fc.oneof(fc.array(value, { maxLength: 12 }), value),
      result: fc.oneof(fc.array(value), value),
      error: fc.oneof(fc.array(value), value),
    },
    { requiredKeys: [] },
  );
  const line = fc.oneof(
    message.map((each) => JSON.stringify(each)),
    fc.json(),
    fc.string({ unit: "binary", maxLength: 300 }),
    fc
      .tuple(fc.nat(8), value)
      .map(([at, each]) =>
        JSON.stringify({ method: "mining.notify", params: but({ [at]: each }) }),
      ),
  );

  it("is read without a throw, and what is kept for people is short", () => {
    fc.assert(
      fc.property(line, (text) => {
        const read = decode(text);
        if (read.type === "show-message") expect(read.text.length).toBeLessThanOrEqual(200);
        if (read.type === "reply" && read.refusal !== null) {
          expect(read.refusal.text.length).toBeLessThanOrEqual(200);
        }
        if (read.type === "asked") expect(read.method.length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 3000 },
    );
  });

  it("is cut into lines of which no more than one is kept, however it is torn", () => {
    const piece = fc
      .tuple(fc.string(), fc.integer({ min: 1, max: 5000 }))
      .map(([text, times]) => text.repeat(times));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        let tail = "";
        for (const text of pieces) {
          const cut = cutLines(tail, text);
          tail = cut.tail;
          expect(tail.length).toBeLessThanOrEqual(MAX_LINE_CHARS);
          for (const each of cut.lines) expect(each.length).toBeLessThanOrEqual(MAX_LINE_CHARS);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("comes out as the same lines, wherever it is cut", () => {
    const lines = fc.array(fc.string().map((text) => `${text.replace(/\s/g, "x")}y`));
    fc.assert(
      fc.property(lines, fc.nat(), fc.constantFrom("\n", "\r\n"), (wanted, at, end) => {
        const all = wanted.map((text) => text + end).join("");
        const first = cutLines("", all.slice(0, at % (all.length + 1)));
        const second = cutLines(first.tail, all.slice(at % (all.length + 1)));
        expect([...first.lines, ...second.lines]).toEqual(wanted);
      }),
    );
  });

  it("that floods leaves the lines before it", () => {
    const flood = `a\n${"x".repeat(MAX_LINE_CHARS + 1)}`;
    expect(cutLines("", flood)).toEqual({ lines: ["a"], tail: "", flooded: true });
  });
});

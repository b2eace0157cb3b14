import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeBanner,
  decodeGluedJob,
  decodeReply,
  encodeJobRequest,
  encodeResult,
  MAX_LINE_CHARS,
  softwareName,
  splitLines,
  temperatureIot,
} from "./codec.ts";

const PREFIX = "ba29a15896fd2d792d5c4b60668bf2b9feebc51d";
const TARGET = "d0beba883d7e8cd119ea2b0e09b78f60f29e0968";
const JOB = `${PREFIX},${TARGET},7500`;
const job = { prefix: PREFIX, target: TARGET, difficulty: 7500 };

describe("a job request", () => {
  it.each([
    [{ user: "Ada", tier: "LOW", miningKey: null }, "JOB,Ada,LOW,None\n"],
    [{ user: "Ada", tier: "LOW", miningKey: "s3:cr@t" }, "JOB,Ada,LOW,s3:cr@t\n"],
    [{ user: "Ada", tier: "LOW", miningKey: "" }, "JOB,Ada,LOW,None\n"],
    [{ user: "A,d\na", tier: "L\rOW", miningKey: ",\n" }, "JOB,Ada,LOW,None\n"],
  ])("%j", (request, text) => {
    expect(encodeJobRequest({ ...request, iot: "" })).toBe(text);
  });

  it.each([
    [temperatureIot(48.26), "CPU temperature:48.3*C"],
    ["a,b\nc@d:e\u00e9", "abc@d:e"],
    ["x".repeat(49), "x".repeat(48)],
    [",\n", null],
  ])("may carry %j to be shown", (iot, field) => {
    const request = encodeJobRequest({ user: "Ada", tier: "LOW", miningKey: null, iot });
    expect(request).toBe(`JOB,Ada,LOW,None${field === null ? "" : `,${field}`}\n`);
  });
});

describe("a result", () => {
  const result = {
    nonce: 123456,
    hashrateHs: 240_000.123,
    software: "zerorig 0.1.0",
    rig: "zerorig-p1",
    group: 1832,
  };
  it.each([
    [{}, "123456,240000.12,zerorig 0.1.0,zerorig-p1,,1832\n"],
    [{ nonce: 0 }, "0,240000.12,zerorig 0.1.0,zerorig-p1,,1832\n"],
    [{ rig: "den:key,\n" }, "123456,240000.12,zerorig 0.1.0,denkey,,1832\n"],
    [{ rig: "::" }, "123456,240000.12,zerorig 0.1.0,None,,1832\n"],
    [{ software: "a*b" }, "123456,240000.12,ab,zerorig-p1,,1832\n"],
    [{ hashrateHs: 0 }, "123456,,zerorig 0.1.0,zerorig-p1,,1832\n"],
    [{ hashrateHs: Number.NaN }, "123456,,zerorig 0.1.0,zerorig-p1,,1832\n"],
  ])("%j", (change, text) => {
    expect(encodeResult({ ...result, ...change })).toBe(text);
  });

  it("is one line of six fields, whatever the names hold", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (rig, software) => {
        const text = encodeResult({ ...result, rig, software });
        expect(text).toMatch(/^[^\n,]*(,[^\n,]*){5}\n$/);
        expect(text).not.toContain(":");
      }),
    );
  });

  it("never claims to be an official miner", () => {
    expect(softwareName("0.1.0")).toBe("zerorig 0.1.0");
    expect(softwareName("0.1.0:x,")).toBe("zerorig 0.1.0x");
  });
});

describe("a banner", () => {
  it.each([
    ["3.0", "3.0"],
    ["3.0\r", "3.0"],
    ["2.7.1", "2.7.1"],
    ["3.0Welcome to the node", "3.0"],
    ["HTTP/1.1 400 Bad Request", null],
    ["SSH-2.0-OpenSSH_9.2", null],
    ["220 mail ready", null],
    ["192.168.1.1", null],
    ["1.2.3.4", null],
    ["3", null],
    ["", null],
  ])("%j is %j", (text, version) => {
    expect(decodeBanner(text)).toBe(version);
  });
});

describe("a reply", () => {
  it.each([
    [JOB, { type: "job", job }],
    [`${JOB}\r`, { type: "job", job }],
    ["GOOD", { type: "good" }],
    [" GOOD ", { type: "good" }],
    ["BLOCK", { type: "block" }],
    ["BAD", { type: "bad", reason: null }],
    ["BAD,Incorrect result", { type: "bad", reason: "Incorrect result" }],
    [
      "BAD,Too many workers - current limit: 50",
      { type: "bad", reason: "Too many workers - current limit: 50" },
    ],
    ["BAD,a,b,c", { type: "bad", reason: "a,b,c" }],
    ["BAD,\u001b[31mred", { type: "bad", reason: "?[31mred" }],
    ["GOODBYE", { type: "other", text: "GOODBYE" }],
    ["good", { type: "other", text: "good" }],
    ["BADGE", { type: "other", text: "BADGE" }],
    [`${PREFIX},${TARGET},0`, { type: "other", text: `${PREFIX},${TARGET},0` }],
    [`${PREFIX},${TARGET},-5`, { type: "other", text: `${PREFIX},${TARGET},-5` }],
    [`${PREFIX},${TARGET},1e9`, { type: "other", text: `${PREFIX},${TARGET},1e9` }],
    [`${PREFIX},${TARGET},1000000001`, { type: "other", text: `${PREFIX},${TARGET},1000000001` }],
    [`${PREFIX},${TARGET}`, { type: "other", text: `${PREFIX},${TARGET}` }],
    [`${PREFIX.toUpperCase()},${TARGET},5`, { type: "other" }],
    [`x${JOB}`, { type: "other", text: `x${JOB}` }],
    [`${JOB},9`, { type: "other", text: `${JOB},9` }],
    ["x".repeat(500), { type: "other", text: "x".repeat(120) }],
  ])("%j", (line, reply) => {
    expect(decodeReply(line)).toMatchObject(reply);
  });

  it("may hold a job behind a MOTD without newline", () => {
    expect(decodeGluedJob(`Have a nice decade${JOB}`)).toEqual(job);
    expect(decodeGluedJob(`Welcome!${JOB}\r`)).toEqual(job);
    expect(decodeGluedJob("Welcome!")).toBeNull();
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        decodeReply(text);
        decodeBanner(text);
        decodeGluedJob(text);
      }),
    );
  });
});

describe("the line buffer", () => {
  it.each([
    ["", "GOOD\n", ["GOOD"], ""],
    ["", "GO", [], "GO"],
    ["GO", "OD\n", ["GOOD"], ""],
    ["GOOD", "\n", ["GOOD"], ""],
    ["", "GOOD\nBAD,x\nGO", ["GOOD", "BAD,x"], "GO"],
    ["", "\n\n", ["", ""], ""],
    ["x", "", [], "x"],
  ])("%j + %j", (tail, text, lines, rest) => {
    expect(splitLines(tail, text)).toEqual({ lines, tail: rest, flooded: false });
  });

  it("gives up on a flood", () => {
    const full = "x".repeat(MAX_LINE_CHARS);
    expect(splitLines("", full)).toEqual({ lines: [], tail: full, flooded: false });
    expect(splitLines(full, "x")).toEqual({ lines: [], tail: "", flooded: true });
    const after = splitLines("GO", `OD\n${full}x\nGOOD\n`);
    expect(after).toEqual({ lines: ["GOOD"], tail: "", flooded: true });
  });

  it("finds the same lines however the text is cut", () => {
    const text = fc.array(fc.constantFrom("GOOD\n", "BAD,x\n", `${JOB}\n`, "\n", "MOTD"));
    fc.assert(
      fc.property(text, fc.array(fc.nat(120)), (parts, cuts) => {
        const all = parts.join("");
        const lines: string[] = [];
        let tail = "";
        let at = 0;
        for (const cut of [...cuts, all.length]) {
          const split = splitLines(tail, all.slice(at, at + cut));
          at += cut;
          expect(split.flooded).toBe(false);
          lines.push(...split.lines);
          tail = split.tail;
        }
        expect([...lines, tail].join("\n")).toBe(all);
      }),
    );
  });
});

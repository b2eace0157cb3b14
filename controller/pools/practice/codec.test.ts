import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeOpening, decodeResult, encodeBad, encodeJob, MAX_MESSAGE_CHARS } from "./codec.ts";

describe("an opening", () => {
  it.each([
    ["JOB,Ada,LOW,None", { type: "job", user: "Ada", tier: "LOW" }],
    ["JOB,Ada,LOW,key,CPU temperature:48.3*C\n", { type: "job", user: "Ada", tier: "LOW" }],
    ["JOB,Ada\r\n", { type: "job", user: "Ada", tier: "" }],
    ["JOB", { type: "job", user: "", tier: "" }],
    ["JOB,,LOW", { type: "job", user: "", tier: "LOW" }],
    ["JOB,a\u001b[2Jb", { type: "job", user: "a?[2Jb", tier: "" }],
    ["MOTD", { type: "motd" }],
    ["MOTD\n", { type: "motd" }],
    ["JOBXX,Ada", { type: "ignored" }],
    ["PING", { type: "ignored" }],
    ["", { type: "ignored" }],
    ["JOB,a,b,c,d,e,f", { type: "malformed" }],
    [`JOB,${"a".repeat(MAX_MESSAGE_CHARS)}`, { type: "malformed" }],
  ])("%j", (text, opening) => {
    expect(decodeOpening(text)).toEqual(opening);
  });
});

describe("a result", () => {
  const none = { nonce: null, hashrateHs: null, software: "None", rig: "None", group: null };
  it.each([
    [
      "123456,240000.12,Official PC Miner 4.3,None - RPi,,1832",
      {
        nonce: 123_456,
        hashrateHs: 240_000.12,
        software: "Official PC Miner 4.3",
        rig: "None - RPi",
        group: 1832,
      },
    ],
    ["42", { ...none, nonce: 42 }],
    ["42\n", { ...none, nonce: 42 }],
    [
      "42,-1,a*b,den:key,DUCOID00,x",
      { ...none, nonce: 42, hashrateHs: -1, software: "a b", rig: "den" },
    ],
    ["", none],
    ["x,y,*,*,z,z", none],
    // The swallowed JOB: result and request written together are one message.
    [
      "42,1000,s,r,,7\nJOB,Ada,LOW,None\n",
      { nonce: 42, hashrateHs: 1000, software: "s", rig: "r", group: 7 },
    ],
  ])("%j", (text, result) => {
    expect(decodeResult(text)).toEqual(result);
  });
});

it("never throws", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      decodeOpening(text);
      const { rig, software } = decodeResult(text);
      expect(rig + software).toMatch(/^[A-Za-z0-9 .()-]+$/);
    }),
  );
});

it("writes as the node does", () => {
  expect(encodeJob("aa", "bb", 7500)).toBe("aa,bb,7500\n");
  expect(encodeBad("Incorrect result")).toBe("BAD,Incorrect result\n");
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeAnswer, lastNonce, takeSerial } from "./codec.ts";

const LAST = "ba29a15896fd2d792d5c4b60668bf2b9feebc51d";
const EXPECTED = "d0beba883d7e8cd119ea2b0e09b78f60f29e0968";
const JOB = { prefix: LAST, target: EXPECTED, difficulty: 10 };
const TEXT = `${LAST},${EXPECTED},10,`;

describe("a job on the line", () => {
  const table: [string, readonly string[], number][] = [
    ["comes whole, without a line end", [TEXT], 1],
    ["comes byte by byte", [...TEXT], 1],
    ["is not there before its last comma", [TEXT.slice(0, -1)], 0],
    ["comes after noise, or after one that broke off", [`\0\n${TEXT.slice(0, 50)}`, TEXT], 1],
    ["comes again when the host lost patience", [TEXT, TEXT], 2],
    [
      "is none with a difficulty of nothing or far too much",
      [TEXT.replace("10,", "0,"), TEXT.replace("10,", "1000000,")],
      0,
    ],
    ["is none in capitals", [TEXT.toUpperCase()], 0],
  ];
  it.each(table)("%s", (_, pieces, count) => {
    let rest = "";
    const jobs = pieces.flatMap((piece) => {
      const taken = takeSerial(rest, piece);
      rest = taken.rest;
      return taken.jobs;
    });
    expect(jobs).toEqual(Array(count).fill(JOB));
  });

  it("is searched up to a hundred times its difficulty", () => expect(lastNonce(JOB)).toBe(1000));

  it("never makes the reader throw, or keep much", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(TEXT, LAST, ",", "10,", "a".repeat(5000)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        let rest = "";
        for (const each of pieces) rest = takeSerial(rest, each).rest;
        expect(rest.length).toBeLessThanOrEqual(128);
      }),
    );
  });
});

it("an answer is in base 2, 0 where there is none, and never took no time at all", () => {
  const id = "0123456789ABCDEF";
  expect(encodeAnswer(50, 1000, id)).toBe(`110010,1111101000,DUCOID${id}\n`);
  expect(encodeAnswer(null, 0.2, id)).toBe(`0,1,DUCOID${id}\n`);
});

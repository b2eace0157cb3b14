// Anything at all fed to both codecs of the pool protocol: no throw, bounded memory, bounded time.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeBanner,
  decodeGluedJob,
  decodeReply,
  MAX_LINE_CHARS,
  splitLines,
} from "./duino/codec.ts";
import { kindOf } from "./duino/codec-reason.ts";
import { decodeOpening, decodeResult } from "./practice/codec.ts";

const HEX = "0123456789abcdef";
/** Near misses of what the readers look for, and anything else. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.string({ unit: fc.constantFrom(...HEX, ",", "\n", " "), maxLength: 400 }),
  fc
    .tuple(
      fc.string({ unit: fc.constantFrom(...HEX), minLength: 36, maxLength: 44 }),
      fc.nat(),
      fc.string(),
    )
    .map(([hash, number, rest]) => `${hash},${hash},${number}${rest}`),
  fc.constantFrom("GOOD", "BLOCK\n", "BAD", "BAD,", "3.0", "JOB,", "JOB,a,LOW,None,x,y,z", "MOTD"),
);
const long = fc
  .tuple(text, fc.integer({ min: 1, max: 400 }))
  .map(([part, times]) => part.repeat(times));
const any = fc.oneof(text, long);

describe("the client's reader", () => {
  it("throws on nothing, and what it keeps of it is short", () => {
    fc.assert(
      fc.property(any, (line) => {
        const reply = decodeReply(line);
        if (reply.type === "other") expect(reply.text.length).toBeLessThanOrEqual(120);
        if (reply.type === "bad") {
          expect(reply.reason?.length ?? 0).toBeLessThanOrEqual(120);
          kindOf(reply.reason);
        }
        for (const job of [reply.type === "job" ? reply.job : null, decodeGluedJob(line)]) {
          if (job !== null) expect(JSON.stringify(job).length).toBeLessThan(200);
        }
        expect(decodeBanner(line)?.length ?? 0).toBeLessThanOrEqual(10);
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps no more than a line, however much comes in however many pieces", () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), (pieces) => {
        let tail = "";
        for (const piece of pieces) {
          const split = splitLines(tail, piece);
          tail = split.tail;
          expect(tail.length).toBeLessThanOrEqual(MAX_LINE_CHARS);
          for (const line of split.lines) expect(line.length).toBeLessThanOrEqual(MAX_LINE_CHARS);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("the practice pool's reader", () => {
  it("throws on nothing, and what it keeps of it is short", () => {
    fc.assert(
      fc.property(any, (message) => {
        const opening = decodeOpening(message);
        if (opening.type === "job") expect(opening.user.length).toBeLessThanOrEqual(64);
        const { nonce, hashrateHs, software, rig, group } = decodeResult(message);
        expect(software.length + rig.length).toBeLessThanOrEqual(128);
        for (const number of [nonce, hashrateHs, group]) {
          expect(number === null || Number.isFinite(number)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** What backtracks would show here: the longest of segments, made of what almost fits. */
const WORST: readonly string[] = [
  "a".repeat(65_536),
  `${"a".repeat(40)},`.repeat(1598),
  `${"a".repeat(40)},${"b".repeat(40)},1`.repeat(789),
  "1".repeat(65_536),
  "1.".repeat(32_768),
  " ".repeat(65_536),
  "BAD,".repeat(16_384),
  ",".repeat(65_536),
  "\n".repeat(65_536),
  "()-. ".repeat(13_107),
];

it.each(WORST.map((worst) => [worst.slice(0, 12), worst]))(
  "64 KiB of %j take no time worth mention",
  (_, worst) => {
    const begun = process.cpuUsage();
    for (let round = 0; round < 5; round++) {
      decodeReply(worst);
      decodeGluedJob(worst);
      decodeBanner(worst);
      splitLines("", worst);
      kindOf(worst);
      decodeOpening(worst);
      decodeResult(worst);
    }
    const { user } = process.cpuUsage(begun);
    // Some 10 ms each on this code; an expression that backtracks over 64 KiB takes minutes.
    expect(user / 1000 / 5).toBeLessThan(1000);
  },
);

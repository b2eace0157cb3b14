// The flow itself, worked out step by step, against Node's SHA-1.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writeDigitTable } from "../digit-table.ts";
import { digestWords, fillTails, messageWords } from "../message.ts";
import { SHAPES } from "../shape.ts";
import { ALL_STEPS, ducoS1Flow, PLAIN_STEPS, type Steps } from "./duco-s1-flow.ts";
import { passes } from "./evaluation.ts";
import { type Flow, JOB, LANE, uniforms, uses } from "./flow.ts";
import { layoutOf } from "./layout.ts";

const hex40 = fc.stringMatching(/^[0-9a-f]{40}$/);

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** Whether the flow lets a nonce pass. */
function lets(flow: Flow, prefix: string, nonce: number, target: string): boolean {
  const { length } = `${nonce}`;
  const words = messageWords(prefix, length) as Int32Array;
  fillTails(words, 10, words.slice(), length, Math.floor(nonce / 100), 1);
  const layout = layoutOf(flow, { lanes: 1, streams: 1 });
  const table = new Int32Array(100 * layout.rowWords);
  writeDigitTable(table, 0, flow, layout, length);
  const row = table.subarray((nonce % 100) * layout.rowWords);
  return passes(flow, { words, digest: digestWords(target), row });
}

const STEPS: readonly Steps[] = [
  ALL_STEPS,
  { isLinear: true, comparedRound: 72 },
  { isLinear: true, comparedRound: 73 },
  { isLinear: false, comparedRound: 74 },
  { isLinear: true, comparedRound: 75 },
  PLAIN_STEPS,
  { isLinear: false, comparedRound: 79 },
];

describe.each(SHAPES)("the flow for $name nonces", ({ digits, minLength, maxLength }) => {
  it.each(STEPS)("passes the right nonce and no other, with %o", (steps) => {
    const flow = ducoS1Flow(digits, steps);
    const nonces = fc
      .integer({ min: minLength, max: maxLength })
      .chain((length) =>
        fc
          .maxSafeInteger()
          .map((n) => 10 ** (length - 1) + (Math.abs(n) % (9 * 10 ** (length - 1)))),
      );
    fc.assert(
      fc.property(hex40, nonces, fc.integer({ min: 1, max: 50 }), (prefix, nonce, away) => {
        const target = sha1(`${prefix}${nonce}`);
        expect(lets(flow, prefix, nonce, target)).toBe(true);
        expect(lets(flow, prefix, nonce, sha1(`${prefix}${nonce + away}`))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the flow", () => {
  const flow = ducoS1Flow([11]);

  it("names nothing before it is there, and nothing that is not read", () => {
    for (const [place, { args, level }] of flow.ops.entries()) {
      for (const arg of args) {
        expect(arg).toBeLessThan(place);
        expect(flow.ops[arg]?.level).toBeLessThanOrEqual(level);
      }
    }
    expect(Math.min(...uses(flow))).toBe(1);
  });

  it("does 809 steps of a vector unit for each group of nonces, as the best that we know", () => {
    const cost: Record<string, number> = { add: 1, sub: 1, xor: 1, rotl: 3, ch: 3, maj: 4 };
    const steps = flow.ops.filter(({ level }) => level === LANE);
    expect(steps.reduce((sum, { kind }) => sum + (cost[kind] ?? 0), 0)).toBe(809);
    expect(flow.columns).toHaveLength(51);
  });

  it("gives a slot to what the lanes and the hundreds read, and to nothing else", () => {
    const crossing = uniforms(flow);
    expect(crossing.length).toBeLessThan(100);
    for (const place of crossing) expect(flow.ops[place]?.level).toBeLessThan(LANE);
    expect(flow.ops.filter(({ level, kind }) => level === JOB && kind === "word")).toHaveLength(11);
  });
});
